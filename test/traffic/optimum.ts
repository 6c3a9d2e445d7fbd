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
  /** For how long it is on the line, with its file. */
  readonly upload: number
}

export interface Limit {
  readonly count: number
  readonly window: number
}

/** The limits of Telegram's FAQ; written down here once more, so that nothing of the pacer is taken on trust. */
export const perChat: Limit = { count: 3, window: 3000 }
export const perGroup: Limit = { count: 20, window: 60_000 }
export const overAll: Limit = { count: 30, window: 1000 }

export const limitsOf = (chat: number): readonly Limit[] => (chat > 0 ? [perChat] : [perChat, perGroup])

/**
 * The least time in which the limits let these calls through in the order in which they came, wires taking no time: the
 * longest of what each chat by itself, each lane with its uploads one after the other, and all calls together need at
 * least. Nobody has to reach it: what is best for one chat need not be best for all together.
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

export const earliestEnd = (...args: Parameters<typeof schedule>): number =>
  Math.max(0, ...schedule(...args).values())

/** When each call has gone, which is as soon as it has come and the limits allow, in the order in which they came. */
export const schedule = <C extends Counted>(
  calls: readonly C[],
  limits: readonly Limit[],
  uploads: 'side by side' | 'in turn',
): Map<C, number> => {
  const ends = new Map<C, number>()
  const places = limits.map((): number[] => [])
  let next = 0
  for (const call of calls.toSorted((a, b) => a.released - b.released)) {
    const { messages, released, upload } = call
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
    ends.set(call, counts)
    next = uploads === 'in turn' ? counts : time
  }
  return ends
}
