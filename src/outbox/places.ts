import type { Budget } from './budget.ts'

/** Room that a call takes of its budgets. */
export interface Taken {
  readonly messages: number
  /** When it went out at the latest, or is to go; undefined while it is under way. */
  at: number | undefined
  /** Its turn has yet to come. */
  planned: boolean
  /** It is written down while it is under way, too. */
  kept: boolean
  /** When its files count as slow, while they go up; undefined for a call without any. */
  slowAt?: number | undefined
  /** What went before it while it waited for several places. */
  readonly passed: Set<Taken>
}

/** How many single messages may go before an album. */
const mostPassed = 3

export interface Window {
  readonly budget: Budget
  readonly now: number
}

/** What a planned call has to wait for: not for those planned after it, or they would put each other off for ever. */
export const aheadOf = (own: Taken | undefined, all: readonly Taken[]): readonly Taken[] => {
  const index = own === undefined ? -1 : all.indexOf(own)
  return index === -1
    ? all
    : [...all.slice(0, index), ...all.slice(index + 1).filter(({ planned }) => !planned)]
}

/** When a call that counts as so many messages may go, all of these before it; undefined: at once. */
export const freeAt = (
  messages: number,
  all: readonly Taken[],
  { budget, now }: Window,
): number | undefined => {
  const places = placesOf(all, { budget, now })
  const most = budget.count - Math.min(messages, budget.count)
  return places.length > most ? (places.at(-most - 1) ?? 0) + budget.seconds * 1000 : undefined
}

/**
 * Whether a single message may go before the first call that waits for several places at once (an album): where the
 * last of its places becomes free later than at the budget's own pace behind another one, which would stand empty until
 * then. Places that a few have taken in between come free at that pace, so it is soon the album's turn.
 */
export const isPassable = (all: readonly Taken[], { budget, now }: Window): boolean => {
  const album = all.find(waitsForSeveral)
  if (album === undefined) return false
  const needed = Math.min(album.messages, budget.count)
  const ahead = aheadOf(album, all)
  const free = Array.from({ length: needed }, (_, place) =>
    Math.max(now, freeAt(place + 1, ahead, { budget, now }) ?? now),
  )
  const last = free.at(-1) ?? now
  // What goes before it is on the line for a while, too: half a message's time is not worth that.
  return free.some(
    (time, place) => last - time > ((needed - place - 0.5) * budget.seconds * 1000) / budget.count,
  )
}

/** How many messages went out since then, those under way included. */
export const usedSince = (since: number, all: readonly Taken[]): number =>
  all
    .filter(({ at, planned }) => !planned && (at === undefined || at > since))
    .reduce((sum, { messages }) => sum + messages, 0)

export const waitsForSeveral = ({ planned, messages }: Taken): boolean => planned && messages > 1

/** Whether it still lets one go before it. */
export const isPatient = ({ passed }: Taken): boolean => passed.size < mostPassed

/** The places taken within the window, the earliest first, those to come with them. */
const placesOf = (all: readonly Taken[], { budget: { count, seconds }, now }: Window): number[] => {
  const window = seconds * 1000
  const places: number[] = []
  for (const { at = now, messages } of all) {
    for (let index = 0; index < messages; index += 1) {
      const place = at + (Math.max(0, index - count + 1) * window) / count
      if (place > now - window) places.push(place)
    }
  }
  return places.sort((a, b) => a - b)
}
