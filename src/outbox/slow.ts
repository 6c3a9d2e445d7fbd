import { freeAt, type Taken, type Window } from './places.ts'

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

/** What the network may have counted by now: files that go up slowly it counts behind their last byte. */
export const unlessSlow = (all: readonly Taken[], now: number): readonly Taken[] =>
  all.some(each => isSlow(each, now)) ? all.filter(each => !isSlow(each, now)) : all

/**
 * When a call that counts as so many messages may go, all of these before it; undefined: at once. Slow files take nothing: their
 * last byte waits for its places (`Lease`).
 */
export const freeBeside = (
  messages: number,
  all: readonly Taken[],
  { budget, now }: Window,
): number | undefined => {
  const others = unlessSlow(all, now)
  const free = freeAt(messages, others, { budget, now })
  return free === undefined ? undefined : Math.min(free, nextSlow(others, now))
}
