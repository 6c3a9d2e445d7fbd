import type { Budget } from './budget.ts'
import { freeAt, type Taken } from './places.ts'

/** Seconds of a budget that is no burst. */
const long = 30
/** Places of such a one that slow files leave to others, however many there are. */
const leftToOthers = 5

/** Whether its files go up slowly right now. */
export const isSlow = ({ at, planned, slowAt }: Taken, now: number): boolean =>
  at === undefined && !planned && slowAt !== undefined && slowAt <= now

/** When the next ones become slow, so that others should ask again. */
const nextSlow = (all: readonly Taken[], now: number): number =>
  Math.min(
    ...all.map(({ at, slowAt }) =>
      at === undefined && slowAt !== undefined && slowAt > now ? slowAt : Number.POSITIVE_INFINITY,
    ),
  )

/**
 * When a call that counts as so many messages may go, all of these before it; undefined: at once. Files that go up slowly
 * the network counts behind their last byte, which waits for its places (`Lease`): until then they take nothing of a burst,
 * and of a longer budget what they will need, but for each other (`own`: the one that waits with its last byte).
 */
export const freeBeside = (
  messages: number,
  all: readonly Taken[],
  { budget, now, own }: { budget: Budget; now: number; own: Taken | undefined },
): number | undefined => {
  const slow = all.filter(each => isSlow(each, now))
  const isLanding = own?.slowAt !== undefined
  const needed = budget.seconds < long || isLanding ? 0 : slow.reduce((sum, taken) => sum + taken.messages, 0)
  const count = budget.count - Math.max(0, Math.min(needed, budget.count - leftToOthers))
  const others = slow.length === 0 ? all : all.filter(each => !slow.includes(each))
  const free = freeAt(messages, others, { budget: { ...budget, count }, now })
  return free === undefined ? undefined : Math.min(free, nextSlow(others, now))
}
