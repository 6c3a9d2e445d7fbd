import type { Job } from '../../outbox/index.ts'
import { edited } from '../edited.ts'
import { isMessage, type MessageEvent, parseEvent } from '../event.ts'
import type { AttemptContext } from './attempt.ts'

/**
 * What a message may say by now that a backup brought back with edits of it behind: each of those may have been carried out
 * since.
 */
export const editedSince = (
  { id, source, target, unsure, restored }: Job,
  event: MessageEvent,
  { outbox }: Pick<AttemptContext, 'outbox'>,
): MessageEvent[] => {
  if (!unsure || !restored) return []
  return outbox.restoredAbout(`edit ${source} ${target}`, id).flatMap((json): MessageEvent[] => {
    const change = parseEvent(json)
    if (isMessage(change) || change.kind !== 'edit') return []
    return [{ ...event, content: edited(event.content, change.content) }]
  })
}
