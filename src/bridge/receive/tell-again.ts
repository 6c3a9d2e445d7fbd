import { noticeLane } from '../../outbox/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { readEvent } from '../event.ts'
import type { InboxOptions } from './reception.ts'

/** What the owner could not be told for longer than that they are not told any more. Milliseconds. */
const day = 86_400_000

/**
 * The owner writes to the bot, which may have been kept from writing to them before: they are told now, of what was said again and
 * again the last. Call it in a transaction. Returns whether there is anything to tell.
 */
export const tellAgain = (
  chat: ChatRef,
  { outbox, ownerChat }: Pick<InboxOptions, 'outbox' | 'ownerChat'>,
  now: number,
): boolean => {
  if (networkOf(chat) !== 'telegram' || chat !== ownerChat?.()) return false
  const last = new Map<string, number>()
  for (const { id, event } of outbox.givenUp(noticeLane(chat), now - day)) {
    const words = wordsOf(event)
    const before = last.get(words)
    if (before !== undefined) outbox.finish(before)
    last.set(words, id)
  }
  for (const id of last.values()) outbox.revive(id, now)
  return last.size > 0
}

/** What a notice says, and of what: of one chat there may be several messages that did not go. */
const wordsOf = (json: string): string => {
  const event = readEvent(json)
  return event?.kind === 'message' ? JSON.stringify(event.content) : json
}
