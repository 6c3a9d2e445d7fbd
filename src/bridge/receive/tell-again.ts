import { noticeLane } from '../../outbox/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { readEvent } from '../event.ts'
import type { InboxOptions } from './reception.ts'

/** What the owner could not be told for longer than that they are not told any more. Milliseconds. */
const day = 86_400_000

/**
 * The owner writes to the bot, which may have been kept from writing to them before: they are told now, of each chat what was said
 * last. Call it in a transaction. Returns whether there is anything to tell.
 */
export const tellAgain = (
  chat: ChatRef,
  { outbox, ownerChat }: Pick<InboxOptions, 'outbox' | 'ownerChat'>,
  now: number,
): boolean => {
  if (networkOf(chat) !== 'telegram' || chat !== ownerChat?.()) return false
  const last = new Map<string, number>()
  for (const { id, event } of outbox.givenUp(noticeLane(chat), now - day)) {
    const about = aboutOf(event)
    const before = last.get(about)
    if (before !== undefined) outbox.finish(before)
    last.set(about, id)
  }
  for (const id of last.values()) outbox.revive(id, now)
  return last.size > 0
}

/** The chat whose trouble a notice tells of, else what it says. */
const aboutOf = (json: string): string => {
  const event = readEvent(json)
  const content = event?.kind === 'message' ? event.content : undefined
  return content?.kind === 'notice' ? (content.about ?? content.text) : json
}
