import type { InFlight } from '../send/context.ts'

/** How far the search for one message has come, at all attempts together. */
export interface Looked {
  /** Ids that need not be asked for again; true for those under which nothing is. */
  readonly ruledOut: Map<number, boolean>
  /**
   * What nobody knew: other messages of the bridge, and empty ids as deleted ones leave them; each with what was on its
   * way into the chat then, and may be it.
   */
  readonly others: Map<number, readonly InFlight[]>
}

/**
 * What a search needs that was interrupted or looks once more; and the next one, too, where the message was sent again
 * and that is in doubt: what has come since has a higher id. The next run begins anew.
 */
export interface LookedFor {
  /** By job, and by what of it is looked for. */
  of(job: string, what: string): Looked
  /** The job is done: nothing of it is looked for any more. */
  forget(job: string): void
}

export const openLookedFor = (): LookedFor => {
  const jobs = new Map<string, Map<string, Looked>>()
  return {
    of(job, what) {
      const all = jobs.get(job) ?? new Map<string, Looked>()
      const looked = all.get(what) ?? { ruledOut: new Map(), others: new Map() }
      jobs.set(job, all.set(what, looked))
      return looked
    },
    forget: job => void jobs.delete(job),
  }
}
