/**
 * How long to wait after the n-th failed attempt, in milliseconds:
 *
 * | attempt | 1   | 2   | 3   | 4    | 5    | 6     | 7     | 8     | 9 and more |
 * |---------|-----|-----|-----|------|------|-------|-------|-------|------------|
 * | delay   | 1 s | 2 s | 5 s | 15 s | 30 s | 1 min | 2 min | 5 min | 10 min     |
 *
 * Each is spread by ±20 %, so that lanes which failed together do not come back together.
 */
export const backoff = (attempt: number, random: () => number = Math.random): number => {
  const delay = delays[Math.min(Math.max(attempt, 1), delays.length) - 1] ?? longestDelay
  return Math.round(delay * (0.8 + 0.4 * random()))
}

const longestDelay = 600_000
const delays = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000, longestDelay]
