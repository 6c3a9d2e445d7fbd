import type { Job } from '../../outbox/index.ts'
import { isMessage, readEvent } from '../event.ts'
import type { AlbumBeside, GivenUp } from '../network.ts'
import type { AttemptContext } from './attempt.ts'
import { keptFrame } from './frame.ts'

type Tools = Pick<AttemptContext, 'outbox'>

/** What was given up in the chat of a job and may have arrived, as long as its row is kept. */
export const givenUp = ({ target }: Job, { outbox }: Tools): GivenUp[] =>
  outbox.unsettled(target).flatMap(({ target: there, isGivenUp, frame, mark }) => {
    const rendered = keptFrame({ frame })?.rendered?.text
    if (rendered === undefined || !isGivenUp || there !== target) return []
    return [{ rendered, ...(mark !== undefined && { mark }) }]
  })

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
