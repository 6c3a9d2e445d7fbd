import { personOf } from './events.ts'
import { type Counted, limitsOf, schedule } from './optimum.ts'
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
  /** As if it were known from the start what will come: then nothing goes by itself that could be joined with what follows. */
  readonly foreseen?: boolean
}

/** What comes first in a quiet chat goes at once, as many as a burst has: nobody knows what will follow. */
const burst = 3

/**
 * The calls that have to be made for a trace at least, when all of it waits: each message once, in its lane's order, and a change
 * of it that can be seen. Taken from the trace and from what is documented, and not from what the bridge does.
 */
export const leastCalls = (trace: Trace, { places, times, foreseen = false }: LeastOptions): Counted[] => {
  const { chats, rows } = trace
  const lanes = Map.groupBy(rows.keys(), row => rows[row]?.[1] ?? 0)
  const crowds = Map.groupBy(rows.keys(), row => places[rows[row]?.[1] ?? 0]?.chat ?? 0)
  return [...chats.keys()].flatMap(index => {
    const place = places[index] ?? missing(index)
    const isCrowded = (crowds.get(place.chat)?.length ?? 0) > inMinute && place.chat < 0
    const own = needed(trace, lanes.get(index) ?? [], isCrowded)
    const first = new Set(foreseen ? [] : crowds.get(place.chat)?.slice(0, burst))
    const calls = isCrowded ? joined(rows, own, first) : own.flatMap(row => apart(rows[row], row))
    return calls.map(({ row, messages, upload }) => {
      return { ...place, messages, upload, released: times[row] ?? 0 }
    })
  })
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
 * Without those that need no call. Reactions, votes and moves are shown as they stand: of those of one message one is enough, and
 * none where it is deleted; but a bot has one reaction on a message, so those of several people take that back and are said in a
 * line. An album is none that could be reacted to, but its pictures are. A deletion is no message for Telegram, but where the
 * text is one of several: then it is an edit.
 */
const needed = (trace: Trace, own: readonly number[], isCrowded: boolean): number[] => {
  const { rows } = trace
  const deleted = new Set(own.map(row => (rows[row]?.[2] === 'deletion' ? rows[row]?.[4] : undefined)))
  const seen = new Map<string, string[]>()
  return own.filter(row => {
    const [, , kind, , about = -1] = rows[row] ?? missing(row)
    const isJoined = isCrowded && isJoinable(rows[about] ?? [0, 0, 'deletion', 0])
    if (kind === 'deletion') return isJoined
    if (!states.has(kind)) return true
    if (deleted.has(about) || rows[about]?.[2] === 'album') return false
    const what = `${kind} ${about}`
    const people = seen.get(what) ?? []
    const { person } = personOf(trace, row)
    if (people.includes(person)) return false
    seen.set(what, [...people, person])
    return people.length < (kind === 'reaction' && !isJoined ? 2 : 1)
  })
}

const states: ReadonlySet<string> = new Set(['move', 'reaction', 'vote'])

const isJoinable = ([, , kind, size]: Row): boolean =>
  (kind === 'text' || kind === 'reply') && size <= caps.each

/** Texts with nothing but changes between them are one call, as many as the caps let. */
const joined = (rows: readonly Row[], own: readonly number[], first: ReadonlySet<number>): Call[] => {
  const calls: Call[] = []
  let [texts, length] = [0, 0]
  for (const row of own) {
    const each = rows[row] ?? missing(row)
    if (!isJoinable(each) || first.has(row)) {
      if (!isChange(each[2])) texts = 0
      calls.push(...apart(each, row))
      continue
    }
    const isMore = texts > 0 && texts < caps.texts && length + each[3] <= caps.together
    texts = isMore ? texts + 1 : 1
    length = isMore ? length + each[3] : each[3]
    if (!isMore) calls.push(...apart(each, row))
  }
  return calls
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
