import type { Job } from '../../outbox/index.ts'
import { networkOf } from '../chat-ref.ts'
import { parseEvent } from '../event.ts'
import type { Settled } from '../network.ts'
import type { CarrierOptions } from './attempt.ts'
import { mustKeep, takeFrame } from './frame.ts'
import { loadEvent } from './load-event.ts'

/** Where the network chooses ids itself, a message is recognised by how it reads. */
export const frameOf = (job: Job, options: CarrierOptions): string | undefined => {
  const { network, store } = options
  if (network(networkOf(job.target)).settle === undefined || mustKeep(job, store)) return undefined
  const event = loadEvent(job, ref => store.chats.resolve(ref))
  return JSON.stringify(takeFrame(job, event, options))
}

/**
 * Of what is certain not to be there as it was: it comes behind all that is known now, nothing has to stay so, and what it answers may
 * be gone by now. What may be there otherwise says so from now on.
 */
export const begunAnew = (before: Job, isThere: Exclude<Settled, true>, options: CarrierOptions): Job => {
  const { store, outbox, network } = options
  // All or nothing: where a later look began, what may be there otherwise is seen no more.
  return store.transaction(() => {
    const job = outbox.keepMark(before, network(networkOf(before.target)).mark?.(before.target))
    if (store.links.isLinked(job.source)) return job
    const mayBe = isThere === 'perhaps'
    const event = mayBe ? JSON.stringify({ ...parseEvent(job.event), again: true }) : job.event
    // What an attempt leaves from now on is no backup's, which its row says also where it reads the same.
    const { frame: _, ...unframed } = job
    const settled = { ...unframed, event, unsure: false, restored: false }
    const frame = frameOf(settled, options)
    if (frame === undefined) return settled
    if (mayBe) outbox.rewrite(job.id, { event })
    return outbox.keepFrame(settled, frame)
  })
}
