/** Time as the program sees it; tests hand in one that they move themselves. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * The same as if nobody had set the clock since the program began: only this is to be trusted for how long something
   * takes. It may stand still while the machine sleeps.
   */
  steady(): number
  /** Resolves after `milliseconds`, or at once when `signal` aborts; it never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** The two clocks of a machine, in milliseconds: one that people and time servers set, and one that nobody sets. */
export interface Clocks {
  wall(): number
  steady(): number
}

export const machineClocks: Clocks = { wall: () => Date.now(), steady: () => performance.now() }

/** A clock that begins where another one was. */
export interface LastingClock extends Clock {
  /** It was so late when the program last ran, by this clock. A lead of more than a day is not believed. */
  goOnFrom(time: number): void
}

/**
 * A clock that never runs back. It follows the wall clock, also over a leap forward (the machine slept, or had no time yet
 * when it started). Where the wall clock is set back, it goes on from where it was: what was put off for five seconds must
 * not wait for an hour, nor after a restart.
 */
export const makeClock = (clocks: Clocks = machineClocks): LastingClock => {
  let now = clocks.wall()
  let last = clocks.steady()
  const began = now - last
  return {
    goOnFrom(time) {
      if (time > now && time < now + DAY) now = time
    },
    now: () => {
      const steady = clocks.steady()
      now = Math.max(clocks.wall(), now + steady - last)
      last = steady
      // Whole, as everywhere, and not ahead of the wall clock by a fraction, which the steady one counts.
      return Math.floor(now)
    },
    steady: () => Math.floor(began + clocks.steady()),
    sleep: (milliseconds, signal) =>
      new Promise(resolve => {
        if (signal?.aborted === true) return resolve()
        const finish = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', finish)
          resolve()
        }
        const timer = setTimeout(finish, milliseconds)
        signal?.addEventListener('abort', finish, { once: true })
      }),
  }
}

/**
 * What time it is by the word of somebody who knows, whatever this machine's own clock says: a Raspberry Pi has none,
 * and it is set when it pleases. In between the clock that nobody sets counts on; it stands still while the machine
 * sleeps, so that this may be late, and never early.
 */
export class ToldTime {
  readonly #clocks: Clocks
  #told: { readonly time: number; readonly at: number } | undefined

  constructor(clocks: Clocks = machineClocks) {
    this.#clocks = clocks
  }

  /** Milliseconds since 1970; undefined while nobody has said anything. */
  get now(): number | undefined {
    return this.at(this.#clocks.steady())
  }

  /** What time it was at a moment of the clock that nobody sets. */
  at(steady: number): number | undefined {
    return this.#told && Math.round(this.#told.time + steady - this.#told.at)
  }

  /** Told in whole seconds, so that what is a little less is no news. */
  tell(time: number): void {
    const { now } = this
    if (!Number.isFinite(time) || (now !== undefined && time <= now && now < time + 2000)) return
    this.#told = { time, at: this.#clocks.steady() }
  }

  /** It is so late at least. A leap of more than a day is not believed. */
  tellAtLeast(time: number): void {
    const { now } = this
    if (now !== undefined && time > now && time < now + DAY) this.tell(time)
  }
}

/** Milliseconds. */
const DAY = 86_400_000
const LOOK_EVERY = 5000
const LEAST_LEAP = 20_000

/** The machine's own time. */
export const systemClock: LastingClock = makeClock()

/** Says, at each call, by how many milliseconds more than `expected` either clock has moved since the last call. */
export const openLeaps = (clocks: Clocks = machineClocks): ((expected: number) => number) => {
  let last = { wall: clocks.wall(), steady: clocks.steady() }
  return expected => {
    const [wall, steady] = [clocks.wall(), clocks.steady()]
    const leap = Math.max(Math.abs(wall - last.wall), steady - last.steady) - expected
    last = { wall, steady }
    return leap
  }
}

/** Calls `leapt`, within five seconds, when the machine has slept or its clock was set. */
export const watchLeaps = (
  leapt: () => void,
  { signal, clocks, every = LOOK_EVERY }: { signal: AbortSignal; clocks?: Clocks; every?: number },
): void => {
  if (signal.aborted) return
  const leapOver = openLeaps(clocks)
  const timer = setInterval(() => {
    if (leapOver(every) > LEAST_LEAP) leapt()
  }, every)
  timer.unref()
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}
