import { type Counted, limitsOf } from './optimum.ts'

/** How far the lanes of a chat are, and what the calls so far leave behind. */
interface State {
  /** How many calls of each lane have gone. */
  readonly gone: readonly number[]
  /** For each limit when the places that are taken become free, the last one first. */
  readonly taken: readonly (readonly number[])[]
  /** When the next call of each lane may go. */
  readonly next: readonly number[]
  /** When the last call went, and when the last one ended. */
  readonly last: number
  readonly end: number
}

/**
 * The least time in which the limits let all calls of one chat through, each lane in its order and one at a time, whatever comes first
 * among the lanes: all orders are tried.
 *
 * Two things make that few enough. For one order nothing is gained by waiting: what goes as early as it can leaves its place and its
 * lane as early as it can, and so lets what follows go no later. And of two ways to come equally far in all lanes, one whose
 * places, lanes and ends are all no later than the other's leads nowhere later.
 */
export const leastOfLanes = (lanes: readonly (readonly Counted[])[]): number => {
  const limits = limitsOf(lanes[0]?.[0]?.chat ?? 0)
  const start: State = {
    gone: lanes.map(() => 0),
    taken: limits.map(() => []),
    next: lanes.map(() => 0),
    last: 0,
    end: 0,
  }
  let states: State[] = [start]
  const calls = lanes.reduce((sum, lane) => sum + lane.length, 0)
  for (let step = 0; step < calls; step += 1) {
    const following = states.flatMap(state =>
      lanes.flatMap((lane, index) => {
        const call = lane[state.gone[index] ?? 0]
        return call === undefined ? [] : [sendNext(state, index, call)]
      }),
    )
    states = [...Map.groupBy(following, ({ gone }) => gone.join()).values()].flatMap(bestOf)
  }
  return Math.min(...states.map(({ end }) => end))
}

const sendNext = (state: State, lane: number, { chat, messages, released, upload }: Counted): State => {
  const limits = limitsOf(chat)
  const at = Math.max(
    released,
    state.last,
    state.next[lane] ?? 0,
    ...limits.map(({ count }, index) => state.taken[index]?.[count - Math.min(messages, count)] ?? 0),
  )
  const end = at + upload
  const taken = limits.map(({ count, window }, index) => {
    const own = Array.from({ length: messages }, (_, item) => {
      return end + window + (Math.max(0, item - count + 1) * window) / count
    })
    return [...(state.taken[index] ?? []).filter(time => time > at), ...own].sort((a, b) => b - a)
  })
  return {
    gone: state.gone.with(lane, (state.gone[lane] ?? 0) + 1),
    taken,
    next: state.next.with(lane, end),
    last: at,
    end: Math.max(state.end, end),
  }
}

/** Without those than which another one is no later in anything. */
const bestOf = (states: readonly State[]): State[] => {
  const timed = states.map(state => {
    const { taken, next, last, end } = state
    const times = [[...next, last, end], ...taken]
    return { state, times, by: times.flat().reduce((all, time) => all + time, 0) }
  })
  const best: typeof timed = []
  for (const each of timed.sort((a, b) => a.by - b.by))
    if (!best.some(({ times }) => isNoLater(times, each.times))) best.push(each)
  return best.map(({ state }) => state)
}

type Times = readonly (readonly number[])[]

const isNoLater = (times: Times, than: Times): boolean =>
  times.every((own, index) => own.every((time, at) => time <= (than[index]?.[at] ?? 0)))
