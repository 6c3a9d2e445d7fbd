/** A call as Telegram saw it. Times are in milliseconds. */
export interface Counted {
  /** Number of the chat: a group with all its topics, a private chat. */
  readonly chat: number
  /** Where in it. */
  readonly lane: string
  /** As how many messages it counts. */
  readonly messages: number
  /** When what it says had come. */
  readonly released: number
  /** For how long its file is on the line. */
  readonly upload: number
}

interface Limit {
  readonly count: number
  readonly window: number
}

/** The limits of Telegram's FAQ; written down here once more, so that nothing of the pacer is taken on trust. */
const perChat: Limit = { count: 3, window: 3000 }
const perGroup: Limit = { count: 20, window: 60_000 }
const overAll: Limit = { count: 30, window: 1000 }

const limitsOf = (chat: number): readonly Limit[] => (chat > 0 ? [perChat] : [perChat, perGroup])

/**
 * The least time in which the limits let these calls through, wires taking no time: the longest of what each chat by itself,
 * each lane with its uploads one after the other, and all calls together need at least. Nobody has to reach it: what is best for
 * one chat need not be best for all together.
 *
 * A file counts when all of it is there. When that will be nobody knows before, so its place is taken for as long as it is on
 * the line and for the window after that.
 */
export const leastTime = (calls: readonly Counted[]): number => {
  const chats = Map.groupBy(calls, ({ chat }) => chat)
  const lanes = Map.groupBy(calls, ({ chat, lane }) => `${chat} ${lane}`)
  const withoutUploads = calls.map(call => ({ ...call, upload: 0 }))
  return Math.max(
    earliestEnd(withoutUploads, [overAll], 'side by side'),
    ...[...chats].map(([chat, own]) => earliestEnd(own, limitsOf(chat), 'side by side')),
    ...[...lanes.values()].map(own => earliestEnd(own, limitsOf(own[0]?.chat ?? 0), 'in turn')),
  )
}

/** Each call as soon as it has come and the limits allow, in the order in which they came. */
const earliestEnd = (
  calls: readonly Counted[],
  limits: readonly Limit[],
  uploads: 'side by side' | 'in turn',
): number => {
  const places = limits.map((): number[] => [])
  let [next, end] = [0, 0]
  for (const { messages, released, upload } of calls.toSorted((a, b) => a.released - b.released)) {
    let time = Math.max(released, next)
    for (const [index, { count, window }] of limits.entries()) {
      const taken = places[index]?.toSorted((a, b) => a - b) ?? []
      const most = count - Math.min(messages, count)
      if (taken.length > most) time = Math.max(time, (taken.at(-most - 1) ?? 0) + window)
    }
    const counts = time + upload
    // What an album has beyond the limit is paid for later, at the pace that the limit has.
    for (const [index, { count, window }] of limits.entries())
      for (let item = 0; item < messages; item += 1)
        places[index]?.push(counts + (Math.max(0, item - count + 1) * window) / count)
    end = Math.max(end, counts)
    next = uploads === 'in turn' ? counts : time
  }
  return end
}
