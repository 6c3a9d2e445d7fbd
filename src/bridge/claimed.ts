/** Milliseconds: nothing of WhatsApp lasts longer, of its own. More is nonsense, and would keep a message for ever. */
export const longestLife = 90 * 86_400_000

/**
 * A moment that somebody claims, no later than `latest`: whole milliseconds since 1970, as they can be stored. What is
 * said of a time may be any number at all.
 */
export const claimed = (time: number, latest: number): number =>
  Math.trunc(Math.min(Math.max(time, 0), latest)) || 0
