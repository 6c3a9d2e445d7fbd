import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Carrier, Log } from './carrier.ts'
import { contain } from './contain.ts'
import type { Crowd, Lane } from './crowd.ts'
import type { Head } from './heads.ts'
import type { Job } from './job.ts'
import type { Outbox } from './outbox.ts'

export interface ClaimTools {
  readonly outbox: Outbox
  readonly carrier: Carrier
  readonly crowd: Crowd
  readonly log: Log
}

/**
 * Claims the first jobs of lanes whose turn it is, joined with those behind them where their chat is crowded. To be
 * called in one transaction; `all` are the lanes that have something to send.
 */
export const claimJobs = <H extends Head>(
  chosen: readonly H[],
  { all, now, tools }: { all: readonly Lane[]; now: number; tools: ClaimTools },
): { head: H; job: Job }[] => {
  const { outbox, carrier, crowd, log } = tools
  contain(() => crowd.join(chosen, all, now), { log, problem: 'Waiting messages could not be joined' })
  return chosen.map(head => {
    const job = outbox.claim(head.id, markOf(head.target, { carrier, log }))
    const frame = contain(() => carrier.frame(job), { log, problem: 'A delivery could not be described' })
    return { head, job: frame === undefined ? job : outbox.keepFrame(job, frame) }
  })
}

/** The network's word on the chat as it is now; undefined where it gives none. */
export const markOf = (
  target: ChatRef,
  { carrier, log }: Pick<ClaimTools, 'carrier' | 'log'>,
): string | undefined => contain(() => carrier.mark(target), { log, problem: 'A network gave no mark' })
