import type { Job } from '../../outbox/index.ts'
import { isMessage, type MessageEvent, readEvent } from '../event.ts'
import type { AttemptContext } from './attempt.ts'

/**
 * Whether the message that a job is to change was given up as one that may have arrived: it may stand there, and nobody
 * knows which one it is. As long as the row of what was given up is kept.
 */
export const mayStandUnlinked = (
  { source, target }: Job,
  { store: { links, chats }, outbox }: Pick<AttemptContext, 'store' | 'outbox'>,
): boolean => {
  const message = links.get(source)
  if (message === undefined) return false
  // It may have become an alias since the job was claimed.
  return outbox.unsettled(chats.resolve(target)).some(({ isGivenUp, event: json }) => {
    const event = isGivenUp ? readEvent(json) : undefined
    if (event === undefined || !isMessage(event)) return false
    return chats.resolve(event.chat) === message.chat && idsIn(event).includes(message.id)
  })
}

/** The ids of all that is said in one event. */
const idsIn = ({ id, content }: MessageEvent): string[] =>
  content.kind === 'album' || content.kind === 'joined' ? [id, ...content.items.map(item => item.id)] : [id]
