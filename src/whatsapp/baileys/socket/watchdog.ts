import { type Clocks, machineClocks, openLeaps } from '../../../support/clock.ts'

/** Milliseconds. */
export interface WatchTimes {
  /** Between two looks. */
  readonly tick: number
  /** Without any frame, not even the answer to a ping (Baileys sends one every 30 s): the line is dead. */
  readonly wire: number
  /** By which the time between two looks may be too long, before the machine is taken to have slept. */
  readonly slept: number
  /** Within which a ping must be answered then. */
  readonly ping: number
  /** Within which a queue that messages pass must move, and one that only receipts or notices pass. */
  readonly stuck: number
  readonly stuckAside: number
}

export const WATCH: WatchTimes = {
  tick: 5000,
  wire: 60_000,
  slept: 20_000,
  ping: 10_000,
  stuck: 90_000,
  stuckAside: 5 * 60_000,
}

/** A queue, known by how long it takes to let an empty task through. */
export interface Queue {
  readonly name: string
  /** Messages do not pass it: it may take its time. */
  readonly aside?: boolean
  /** It outlives connections: a new one does not help, a new process does. */
  readonly shared?: boolean
  pass(): Promise<unknown>
}

export interface WatchOptions {
  readonly times: WatchTimes
  readonly queues: readonly Queue[]
  /** Resolves when the server has answered; rejects or resolves late when not. */
  ping(): Promise<unknown>
  /** Looks whether the connection should be renewed for another reason. */
  doubt(): string | undefined
  /** The connection is to be given up, or (`restart`) the process. */
  onDeaf(reason: string, restart: boolean): void
  readonly clock?: Clocks
}

/**
 * Watches one connection by what can be seen of it: frames, pings, and queues that have to move. Everything is measured on
 * a clock that nobody sets; where the wall clock has leapt beside it, the machine has slept (or its clock was set), and a
 * ping tells whether the line outlived that.
 */
export class Watchdog {
  readonly #options: WatchOptions
  readonly #clock: Clocks
  readonly #leapOver: (expected: number) => number
  readonly #waiting = new Map<Queue, number>()
  readonly #timer: NodeJS.Timeout
  #frameAt: number
  /** Of frames that did not wait for a process that stood still. */
  #heardAt: number
  #lookedAt: number
  #isAwake = true
  #patientUntil = Number.NEGATIVE_INFINITY
  #isOver = false

  constructor(options: WatchOptions) {
    this.#options = options
    this.#clock = options.clock ?? machineClocks
    this.#leapOver = openLeaps(this.#clock)
    this.#frameAt = this.#clock.steady()
    this.#heardAt = this.#frameAt
    this.#lookedAt = this.#frameAt
    this.#timer = setInterval(() => this.#look(), options.times.tick)
    this.#timer.unref()
  }

  /** A frame has come, whatever it was. */
  frame(): void {
    this.#frameAt = this.#clock.steady()
    if (this.#isAwake && !this.#stoodStill(this.#frameAt)) this.#heardAt = this.#frameAt
  }

  /**
   * Until when the line is known to have been well, on the clock that nobody sets. What is read right behind a pause of
   * the process may have lain there since it began.
   */
  get heardAt(): number {
    return this.#heardAt
  }

  /** A message was dealt with: the queues move, however long they are. */
  moved(): void {
    for (const queue of this.#waiting.keys()) this.#waiting.set(queue, this.#clock.steady())
  }

  /** Something is on its way through the queues that may take long: a part of the history. */
  bePatient(): void {
    this.#patientUntil = this.#clock.steady() + this.#options.times.stuckAside
  }

  stop(): void {
    this.#isOver = true
    clearInterval(this.#timer)
  }

  #look(): void {
    const { times, doubt } = this.#options
    const steady = this.#clock.steady()
    this.#isAwake = !this.#stoodStill(steady)
    this.#lookedAt = steady
    if (this.#leapOver(times.tick) > times.slept) {
      void this.#askTheWire()
      return
    }
    if (steady - this.#frameAt > times.wire) {
      this.#end('WhatsApp does not answer')
      return
    }
    const stuck = this.#stuckQueue()
    if (stuck !== undefined) this.#end(`${stuck.name} are not handled any more`, stuck.shared)
    else void this.#renew(doubt())
  }

  #stoodStill(steady: number): boolean {
    const { tick, slept } = this.#options.times
    return steady - this.#lookedAt > tick + slept / 2
  }

  /** The line is asked once more: only what one that answers did not bring was held back. */
  async #renew(reason: string | undefined): Promise<void> {
    if (reason === undefined) return
    await this.#ping()
    this.#end(reason)
  }

  /** After a leap nothing that was measured before counts. */
  async #askTheWire(): Promise<void> {
    const asked = this.#clock.steady()
    this.#frameAt = asked
    this.moved()
    await this.#ping()
    if (this.#frameAt <= asked) this.#end('The connection did not outlive a pause of this machine')
  }

  async #ping(): Promise<void> {
    const { ping, times } = this.#options
    const late = new Promise(resolve => setTimeout(resolve, times.ping).unref())
    await Promise.race([ping().catch(() => undefined), late])
  }

  #stuckQueue(): Queue | undefined {
    const { queues, times } = this.#options
    const steady = this.#clock.steady()
    for (const queue of queues) {
      const since = this.#waiting.get(queue)
      if (since === undefined) {
        this.#waiting.set(queue, steady)
        queue.pass().then(
          () => this.#waiting.delete(queue),
          () => this.#waiting.delete(queue),
        )
        continue
      }
      const limit = queue.aside || steady < this.#patientUntil ? times.stuckAside : times.stuck
      if (steady - since > limit) return queue
    }
    return undefined
  }

  #end(reason: string | undefined, restart = false): void {
    if (reason === undefined || this.#isOver) return
    this.stop()
    this.#options.onDeaf(reason, restart)
  }
}
