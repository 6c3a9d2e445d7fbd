import type { Clock } from '../../src/support/clock.ts'

/** Milliseconds after which a sleep has ended. */
const soon = 2

/**
 * Time that leaps to the end of every sleep within two milliseconds: backoffs and pauses keep their order, nobody waits. It stands
 * still while `isBusy` says so: where something is on its way that would have come long before a sleep is over.
 */
export const leapingClock = (
  isBusy: () => boolean = () => false,
): Clock & { leap(milliseconds: number): void; leapTo(time: number): void } => {
  let ahead = 0
  let stoodAt: number | undefined
  const now = () => {
    if (!isBusy()) {
      if (stoodAt !== undefined) ahead = stoodAt - Date.now()
      stoodAt = undefined
      return Date.now() + ahead
    }
    stoodAt ??= Date.now() + ahead
    return stoodAt
  }
  const leapTo = (time: number): void => {
    const by = Math.max(0, time - now())
    if (stoodAt === undefined) ahead += by
    else stoodAt += by
  }
  return {
    now,
    steady: now,
    leap: milliseconds => leapTo(now() + milliseconds),
    leapTo,
    sleep: (milliseconds, signal) =>
      new Promise(resolve => {
        const end = now() + milliseconds
        const finish = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', finish)
          resolve()
        }
        const look = () => {
          if (milliseconds > 0 && isBusy()) {
            timer = setTimeout(look, soon)
            return
          }
          leapTo(end)
          finish()
        }
        let timer = setTimeout(look, Math.min(milliseconds, soon))
        if (signal?.aborted) finish()
        else signal?.addEventListener('abort', finish)
      }),
  }
}
