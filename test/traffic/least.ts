import { type Counted, limitsOf, overAll, schedule } from './optimum.ts'
import { isChange, type Row, type Trace } from './trace.ts'

/** The caps of what is joined, as documented; written down here once more, so that nothing of the bridge is taken on trust. */
const caps = {
  /** Texts in one message. */
  texts: 20,
  /** Characters of one text. */
  each: 500,
  /** Characters of all of them, with those that name each (`perText`). */
  together: 3000,
}
/** What more may wait for one Telegram chat without its texts being joined: what goes within a minute. */
const inMinute = 20

/** Where a row is shown: the place in Telegram, and the number of the chat whose limits count, as `play.ts` gives it. */
export interface Place {
  readonly chat: number
  readonly lane: string
}

interface LeastOptions {
  /** Of the chats, in their order. */
  readonly places: readonly Place[]
  /** When each row comes, in milliseconds. */
  readonly times: readonly number[]
  /** For how long each call is on the line there and back, without its file; no time where nothing is said. */
  readonly line?: number
  /** As if it were known from the start what will come: then nothing goes by itself that could be joined with what follows. */
  readonly foreseen?: boolean
}

/** What comes first in a quiet chat goes at once, as many as a burst has: nobody knows what will follow. */
const burst = 3

/**
 * The calls that have to be made for a trace at least, when all of it waits: each message once, in its lane's order, and a change
 * of it that can be seen. Taken from the trace and from what is documented, and not from what the bridge does.
 */
export const leastCalls = (
  { chats, rows }: Trace,
  { places, times, line = 0, foreseen = false }: LeastOptions,
): Counted[] => {
  const lanes = Map.groupBy(rows.keys(), row => rows[row]?.[1] ?? 0)
  const crowds = Map.groupBy(rows.keys(), row => places[rows[row]?.[1] ?? 0]?.chat ?? 0)
  return [...chats.keys()].flatMap(index => {
    const place = places[index] ?? missing(index)
    const isCrowded = (crowds.get(place.chat)?.length ?? 0) > inMinute && place.chat < 0
    const first = new Set(foreseen ? [] : crowds.get(place.chat)?.slice(0, burst))
    const lane = lanes.get(index) ?? []
    const asCalls = (calls: readonly Call[]) =>
      calls.map(({ row, messages, upload }) => {
        return { ...place, row, messages, upload: upload + line, released: times[row] ?? 0 }
      })
    const early = asCalls(lane.filter(row => first.has(row)).flatMap(row => apart(rows[row], row)))
    const gone = goneAtOnce(rows, early, times)
    const own = needed(rows, lane, { gone, times })
    return asCalls(joined(rows, own, isCrowded ? first : new Set(own)))
  })
}

/** When those of a lane are gone that go at once, as far as the limit over all cannot have held them back. */
const goneAtOnce = (
  rows: readonly Row[],
  early: readonly (Counted & { readonly row: number })[],
  times: readonly number[],
): Map<number, number> => {
  const gone = new Map<number, number>()
  for (const [{ row }, end] of schedule(early, limitsOf(early[0]?.chat ?? 0), 'in turn')) {
    const others = rows.flatMap((each, other) => ((times[other] ?? 0) <= end ? apart(each, other) : []))
    const messages = others.reduce((sum, call) => sum + call.messages, 0)
    if (messages <= overAll.count) gone.set(row, end)
  }
  return gone
}

/**
 * For how long each row would have to wait if each went by itself, in the order in which they came; undefined where there is nothing
 * to be sent.
 */
export const waitsApart = (
  { rows }: Trace,
  { places, times }: Pick<LeastOptions, 'places' | 'times'>,
): (number | undefined)[] => {
  const calls = [...rows.entries()].flatMap(([row, each]) =>
    each[2] === 'deletion'
      ? []
      : apart(each, row).map(call => {
          return { ...call, ...(places[each[1]] ?? missing(row)), released: times[row] ?? 0 }
        }),
  )
  const waits: (number | undefined)[] = rows.map(() => undefined)
  for (const own of Map.groupBy(calls, ({ chat }) => chat).values())
    for (const [{ row, released }, end] of schedule(own, limitsOf(own[0]?.chat ?? 0), 'side by side'))
      waits[row] = end - released
  return waits
}

interface Call {
  readonly row: number
  readonly messages: number
  readonly upload: number
}

/**
 * Without those that need no call. Reactions, votes and moves are shown as they stand: all of one kind about a message together are
 * one call, and none where it is deleted. Of edits of one text the last is needed. What goes at once is by itself where it is gone when the next one comes. A reaction to an
 * album is shown at its first picture. A deletion is no message for Telegram, but where the text is one of several
 * (`joined`).
 */
const needed = (
  rows: readonly Row[],
  own: readonly number[],
  { gone, times }: { gone: ReadonlyMap<number, number>; times: readonly number[] },
): number[] => {
  const about = (row: number) => rows[row]?.[4] ?? -1
  const deleted = new Set(own.filter(row => rows[row]?.[2] === 'deletion').map(about))
  const shown = new Map<string, number>()
  const isOutdated = (row: number): boolean =>
    own.some(
      later =>
        later > row &&
        rows[later]?.[2] === 'edit' &&
        about(later) === about(row) &&
        (gone.get(row) ?? Number.POSITIVE_INFINITY) > (times[later] ?? 0),
    )
  return own.filter(row => {
    const kind = rows[row]?.[2] ?? 'deletion'
    if (kind === 'edit') return !isOutdated(row)
    if (!states.has(kind)) return true
    if (deleted.has(about(row)) && !gone.has(row)) return false
    const what = `${kind} ${about(row)}`
    const before = shown.get(what)
    if (before !== undefined && before > (times[row] ?? 0)) return false
    shown.set(what, gone.get(row) ?? Number.POSITIVE_INFINITY)
    return true
  })
}

const states: ReadonlySet<string> = new Set(['move', 'reaction', 'vote'])

const isJoinable = ([, , kind, size]: Row): boolean =>
  (kind === 'text' || kind === 'reply') && size <= caps.each

/**
 * Texts with nothing but changes between them are one call, as many as the caps let. One of them that is deleted takes an edit, but for
 * the last that is left. Fewer together are no fewer calls: each that stands alone is one more, and spares its own edit at most.
 */
const joined = (rows: readonly Row[], own: readonly number[], first: ReadonlySet<number>): Call[] => {
  const runs = runsOf(rows, own, first)
  const left = new Map(runs.map(run => [run, run.length]))
  const runOf = new Map(runs.flatMap(run => run.map(row => [row, run] as const)))
  return own.flatMap(row => {
    const each = rows[row] ?? missing(row)
    const [, , kind, , about = -1] = each
    if (kind !== 'deletion') return (runOf.get(row)?.[0] ?? row) === row ? apart(each, row) : []
    const run = runOf.get(about)
    const others = (run && left.get(run)) ?? 0
    if (run) left.set(run, others - 1)
    return others > 1 ? apart(each, row) : []
  })
}

/** The texts of a lane that are one message each time. */
const runsOf = (rows: readonly Row[], own: readonly number[], first: ReadonlySet<number>): number[][] => {
  const runs: number[][] = []
  let [texts, length] = [0, 0]
  for (const row of own) {
    const each = rows[row] ?? missing(row)
    if (isChange(each[2])) continue
    if (!isJoinable(each) || first.has(row)) {
      texts = 0
      continue
    }
    const isMore = texts > 0 && texts < caps.texts && length + each[3] <= caps.together
    texts = isMore ? texts + 1 : 1
    length = isMore ? length + each[3] : each[3]
    if (isMore) runs.at(-1)?.push(row)
    else runs.push([row])
  }
  return runs
}

/**
 * What a row costs by itself. Where Telegram takes no words beside what is sent (a sticker, a place, a contact), who sent it stands
 * in a message of its own.
 */
const apart = ([, , kind, size]: Row = missing(0), row: number): Call[] => {
  const call = { row, messages: 1, upload: 0 }
  switch (kind) {
    case 'text':
    case 'reply':
    case 'edit':
      return Array<Call>(Math.ceil(size / 4096)).fill(call)
    case 'sticker':
      return [call, { ...call, upload: size }]
    case 'location':
    case 'live':
    case 'contact':
      return [call, call]
    case 'album':
      return [{ ...call, messages: size, upload: size * 180 }]
    case 'photo':
    case 'video':
    case 'voice':
    case 'document':
      return [{ ...call, upload: size }]
    default:
      return [call]
  }
}

const missing = (index: number): never => {
  throw new Error(`There is no row or chat ${index}`)
}
