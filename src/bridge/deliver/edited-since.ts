import type { Job } from '../../outbox/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { formsOf } from '../degrade.ts'
import { edited } from '../edited.ts'
import { type MessageEvent, readEvent } from '../event.ts'
import type { AttemptContext } from './attempt.ts'

/**
 * What a message may say by now that a backup brought back, with edits of it behind: each of those may have been carried out
 * since. A file that could not be had since then went as words.
 */
export const editedSince = (
  { id, source, target, unsure, restored }: Job,
  event: MessageEvent,
  { outbox }: Pick<AttemptContext, 'outbox'>,
): MessageEvent[] => {
  if (!unsure || !restored) return []
  const edits = outbox.restoredAbout(`edit ${source} ${target}`, id).flatMap((json): MessageEvent[] => {
    const change = readEvent(json)
    if (change?.kind !== 'edit') return []
    return [{ ...event, content: edited(event.content, change.content) }]
  })
  return [...edits, ...[event, ...edits].flatMap(each => inWords(each, target))]
}

const inWords = (event: MessageEvent, target: ChatRef): MessageEvent[] => {
  const content = formsOf(event.content, networkOf(target)).at(-1)
  const isAnother = content !== undefined && content.kind !== 'media'
  return event.content.kind === 'media' && isAnother ? [{ ...event, content }] : []
}
