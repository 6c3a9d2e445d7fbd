import type { Job } from '../../outbox/index.ts'
import { isMessage, readEvent } from '../event.ts'
import type { AlbumBeside, Beside } from '../network.ts'
import type { AttemptContext } from './attempt.ts'
import { readFrame } from './frame.ts'

type Tools = Pick<AttemptContext, 'outbox'>

/**
 * What was given up in the chat of a job and may have arrived, as long as its row is kept; and what else is in doubt there: of a
 * message those of other lanes, of a change what other changes may have sent, for their lines say nothing of their lane, which may
 * be another by now.
 */
export const beside = (job: Job, { outbox }: Tools): Beside[] =>
  outbox.unsettled(job.target).flatMap(({ id, target, event, isGivenUp, mark, ...kept }) => {
    const rendered = readFrame(kept)?.rendered?.text
    if (rendered === undefined || target !== job.target) return []
    if (isGivenUp) return [{ rendered, ...(mark !== undefined && { mark }) }]
    if (id === job.id || isChange(event) !== isChange(job.event)) return []
    return [{ rendered, ...(!isChange(event) && { inDoubt: true as const }) }]
  })

const isChange = (json: string): boolean => {
  const event = readEvent(json)
  return event !== undefined && !isMessage(event)
}

/** Other albums that may stand in the group of a job's chat without a link (`Delivery.albumsBeside`). */
export const albumsBeside = ({ id, target }: Job, { outbox }: Tools): AlbumBeside[] =>
  outbox
    .unsettled(target)
    .filter(other => other.id !== id && isAlbum(other.event))
    .map(({ isGivenUp, mark }) => (mark === undefined ? {} : { [isGivenUp ? 'until' : 'since']: mark }))

const isAlbum = (json: string): boolean => {
  const event = readEvent(json)
  return event === undefined || (isMessage(event) && event.content.kind === 'album')
}
