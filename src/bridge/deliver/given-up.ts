import type { Job } from '../../outbox/index.ts'
import type { GivenUp } from '../network.ts'
import type { AttemptContext } from './attempt.ts'
import { keptFrame } from './frame.ts'

/** What was given up in the chat of a job and may have arrived, as long as its row is kept. */
export const givenUp = ({ target }: Job, { outbox }: Pick<AttemptContext, 'outbox'>): GivenUp[] =>
  outbox.givenUp(target).flatMap(({ frame, mark }) => {
    const rendered = keptFrame({ frame })?.rendered?.text
    return rendered === undefined ? [] : [{ rendered, ...(mark !== undefined && { mark }) }]
  })
