import type { Clock } from '../../src/support/clock.ts'

/** Time that leaps to the end of every sleep within two milliseconds: backoffs and pauses keep their order, nobody waits. */
export const leapingClock = (): Clock & { leap(milliseconds: number): void; leapTo(time: number): void } => {
  let ahead = 0
  const now = () => Date.now() + ahead
  return {
    now,
    steady: now,
    leap: milliseconds => {
      ahead += milliseconds
    },
    leapTo: time => {
      ahead = Math.max(ahead, time - Date.now())
    },
    sleep: (milliseconds, signal) =>
      new Promise(resolve => {
        const end = now() + milliseconds
        const finish = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', finish)
          resolve()
        }
        const timer = setTimeout(
          () => {
            ahead = Math.max(ahead, end - Date.now())
            finish()
          },
          Math.min(milliseconds, 2),
        )
        if (signal?.aborted) finish()
        else signal?.addEventListener('abort', finish)
      }),
  }
}
