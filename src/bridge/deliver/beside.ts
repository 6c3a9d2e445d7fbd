import type { Job } from '../../outbox/index.ts'
import { isMessage, readEvent } from '../event.ts'
import type { AlbumBeside, Beside } from '../network.ts'
import type { AttemptContext } from './attempt.ts'
import { readFrame } from './frame.ts'

type Tools = Pick<AttemptContext, 'outbox' | 'store'>

/**
 * What was given up in the chat of a job and may have arrived, as long as its row is kept; and what else is in doubt there: of a
 * message those of other lanes, of a change what other changes may have sent, for their lines say nothing of their lane, which may
 * be another by now.
 */
export const beside = (job: Job, { outbox, store }: Tools): Beside[] => {
  // It may have become an alias since the job was claimed.
  const here = store.chats.resolve(job.target)
  return outbox.unsettled(here).flatMap(({ id, target, event, isGivenUp, mark, ...kept }) => {
    const rendered = readFrame(kept)?.rendered?.text
    if (rendered === undefined || target !== here) return []
    if (isGivenUp) return [{ rendered, ...(mark !== undefined && { mark }) }]
    if (id === job.id || isChange(event) !== isChange(job.event)) return []
    return [{ rendered, ...(!isChange(event) && { inDoubt: true as const }) }]
  })
}

const isChange = (json: string): boolean => {
  const event = readEvent(json)
  return event !== undefined && !isMessage(event)
}

/** Other albums that may stand in the group of a job's chat without a link (`Delivery.albumsBeside`). */
export const albumsBeside = ({ id, target }: Job, { outbox, store }: Tools): AlbumBeside[] =>
  outbox
    .unsettled(store.chats.resolve(target))
    .filter(other => other.id !== id && isAlbum(other.event))
    .map(({ isGivenUp, mark }) => (mark === undefined ? {} : { [isGivenUp ? 'until' : 'since']: mark }))

const isAlbum = (json: string): boolean => {
  const event = readEvent(json)
  return event === undefined || (isMessage(event) && event.content.kind === 'album')
}
