import { setImmediate as nextTurn } from 'node:timers/promises'
import { type NetworkName, networkOf } from '../bridge/chat-ref.ts'
import { StoreError } from '../store/index.ts'
import { systemClock } from '../support/clock.ts'
import { claimJobs, markOf } from './claim.ts'
import { contain } from './contain.ts'
import { Crowd, type Lane } from './crowd.ts'
import type { Head } from './heads.ts'
import { Holds } from './holds.ts'
import type { Job, Outcome } from './job.ts'
import { Lease, longestWay } from './lease.ts'
import type { Room } from './pace.ts'
import { broken, recordEach } from './record-each.ts'
import type { WorkerOptions } from './worker-options.ts'

interface Choice {
  /** The jobs to begin now, each with the room that was taken for it. */
  readonly chosen: readonly (Head & { readonly room: Room })[]
  /** All lanes that have something to send. */
  readonly busy: readonly Lane[]
  /** When the next one will be due. */
  readonly next: number
}

const day = 86_400_000
/** Milliseconds until the disk is tried again when it refused a write. */
const diskRetry = 5_000
/** Milliseconds after which what is due is looked at anew: timers stand still while the machine sleeps. */
const longestTimer = 30_000

/**
 * Carries jobs out: one at a time per lane and chat, several lanes side by side, the lane served longest ago first. When
 * nothing is due it sleeps until the next due time, or until `wake`.
 *
 * One turn records the attempts that have ended and claims the next jobs, in one transaction. A job stays in
 * `#running` until its outcome is on disk, so a disk that refuses holds lanes up but never loses or repeats anything.
 */
export class Worker implements AsyncDisposable {
  readonly #options: Required<WorkerOptions>
  readonly #running = new Map<number, { readonly job: Job; readonly lease: Lease }>()
  readonly #ended: { job: Job; outcome: Outcome }[] = []
  readonly #served = new Map<string, number>()
  readonly #holds: Holds
  readonly #crowd: Crowd
  readonly #stop = new AbortController()
  #turns = 0
  #started = false
  #draining = false
  #scheduled = false
  #timer = new AbortController()
  #idle = Promise.withResolvers<void>()
  #isBroken = false

  constructor(options: WorkerOptions) {
    this.#options = {
      onEnded: () => undefined,
      clock: systemClock,
      random: Math.random,
      parallel: 32,
      giveUpAfter: day,
      ...options,
    }
    this.#holds = new Holds(this.#options.random)
    this.#crowd = new Crowd(this.#options)
  }

  /** Takes over what an earlier run left behind and begins. */
  start(): void {
    const { outbox, clock, pace, log } = this.#options
    const { cutOff } = outbox.recover(clock.now(), target => markOf(target, this.#options))
    // Of each attempt its first call, which is not written down before (`Lease`).
    pace.restore(cutOff, { now: clock.steady(), countedBy: clock.steady() + longestWay })
    if (cutOff.length > 0) log.info({ unsure: cutOff.length }, 'Settling deliveries that were cut off')
    this.#started = true
    this.wake()
  }

  /** Why nothing is delivered at all, for a person. */
  get problem(): string | undefined {
    return this.#isBroken ? 'Nothing is delivered: a bug stops it, which the log tells of' : undefined
  }

  /** Jobs were added, or a network's status changed. */
  wake(): void {
    if (this.#scheduled || !this.#started) return
    this.#scheduled = true
    void nextTurn().then(() => {
      this.#scheduled = false
      this.#turn()
    })
  }

  /** A network is reachable again: its lanes go on at once. */
  resume(network: NetworkName): void {
    this.#holds.release(network)
    this.wake()
  }

  /**
   * Begins nothing new, and resolves when what is in flight has ended. After `limit` milliseconds it is aborted; what
   * does not end then either is settled at the next start.
   */
  async drain(limit = 10_000): Promise<void> {
    this.#draining = true
    this.#timer.abort()
    if (!this.#started) return
    this.wake()
    const { clock } = this.#options
    const enough = new AbortController()
    const idle = this.#idle.promise.then(() => enough.abort())
    await Promise.race([idle, clock.sleep(limit, enough.signal)])
    if (this.#running.size > 0) {
      this.#stop.abort()
      await Promise.race([idle, clock.sleep(1000, enough.signal)])
    }
    this.#started = false
    this.#timer.abort()
  }

  /** Aborts what is in flight. */
  stop(): Promise<void> {
    return this.drain(0)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain()
  }

  #turn(): void {
    if (!this.#started) return
    const { outbox, transaction, log, clock, pace, onEnded } = this.#options
    this.#timer.abort()
    pace.sweep(clock.steady())
    const ended = this.#ended.splice(0)
    let choice: Choice = { chosen: [], busy: [], next: Number.POSITIVE_INFINITY }
    let { next } = choice
    try {
      // Where nothing else waits, what ended needs no flush: a job that a power cut brings back is settled by its links. But
      // no attempt begins before its claim is flushed, so the claims have a turn of their own then.
      const isLast = ended.length > 0 && !outbox.hasPending()
      const claimed = transaction(
        () => {
          recordEach(ended, { ...this.#options, holds: this.#holds })
          if (ended.length > 0)
            contain(() => transaction(onEnded), { log, problem: 'What follows could not be done' })
          if (isLast) return []
          choice = this.#choose(new Set(ended.map(({ job }) => job.id)))
          const tools = { ...this.#options, crowd: this.#crowd }
          return claimJobs(choice.chosen, { all: choice.busy, now: clock.now(), tools })
        },
        { flush: !isLast },
      )
      next = isLast ? clock.now() : choice.next
      for (const { job } of ended) this.#running.delete(job.id)
      for (const { job, head } of claimed) this.#run(job, head.room)
      this.#isBroken = false
    } catch (error) {
      this.#isBroken = !(error instanceof StoreError)
      log.error({ err: error }, 'The outbox cannot be written; trying again')
      for (const { room } of choice.chosen) room.close(clock.steady(), false)
      this.#ended.unshift(...ended)
      next = clock.now() + diskRetry
    }
    if (this.#draining && this.#running.size === 0) this.#idle.resolve()
    if (!this.#draining || this.#ended.length > 0) this.#sleepUntil(next)
  }

  #choose(ended: ReadonlySet<number>): Choice {
    const chosen: (Head & { readonly room: Room })[] = []
    let next = Number.POSITIVE_INFINITY
    if (this.#draining) return { chosen, busy: [], next }
    const { outbox, carrier, clock, pace, parallel } = this.#options
    const [now, steady] = [clock.now(), clock.steady()]
    const under = [...this.#running.values()].filter(({ job }) => !ended.has(job.id))
    const running = under.map(({ job }) => job)
    const atWork = under.filter(({ lease }) => !lease.isResting).length
    const busyChats = new Set(running.map(job => job.target))
    const heads = outbox
      .heads(running.map(job => job.id))
      .sort((a, b) => this.#rank(a) - this.#rank(b) || a.id - b.id)
    // A lane that has nothing to send any more is as quiet as one that never had.
    const busy = [...running, ...heads]
    const names = new Set(busy.map(({ lane }) => lane))
    for (const lane of this.#served.keys()) if (!names.has(lane)) this.#served.delete(lane)
    for (const head of heads) {
      const { lane, target, dueAt } = head
      if (atWork + chosen.length >= parallel) break
      if (!carrier.isOnline(networkOf(target)) || busyChats.has(target)) continue
      const paced = now + pace.readyAt(target, steady) - steady
      const at = Math.max(dueAt, paced, this.#holds.until(networkOf(target)))
      if (at > now) {
        next = Math.min(next, at)
        continue
      }
      busyChats.add(target)
      this.#turns += 1
      this.#served.set(lane, this.#turns)
      chosen.push({ ...head, room: pace.take(target) })
    }
    return { chosen, busy, next }
  }

  /** What is in doubt comes first, then the lane served longest ago. */
  #rank({ lane, unsure }: { lane: string; unsure: boolean }): number {
    return unsure ? -1 : (this.#served.get(lane) ?? 0)
  }

  #run(job: Job, claimed: Room): void {
    const { carrier, log, pace, clock } = this.#options
    const { signal } = this.#stop
    // Its place among those at work is free, and so may be what its claim took.
    const rested = () => this.wake()
    const lease = new Lease({ pace, chat: job.target, clock, signal, claimed, rested })
    this.#running.set(job.id, { job, lease })
    carrier
      .deliver(
        job,
        signal,
        (messages, gate) => lease.turn(messages, gate),
        what => lease.rest(what),
      )
      .catch((error: unknown): Outcome => {
        log.error({ err: error, job: job.id }, 'A delivery broke')
        return broken
      })
      .then(outcome => {
        lease.end()
        this.#ended.push({ job, outcome })
        this.wake()
      })
  }

  #sleepUntil(time: number): void {
    this.#timer = new AbortController()
    if (time === Number.POSITIVE_INFINITY) return
    const { signal } = this.#timer
    const { clock } = this.#options
    const delay = Math.min(Math.max(0, time - clock.now()), longestTimer)
    void clock.sleep(delay, signal).then(() => {
      if (!signal.aborted) this.wake()
    })
  }
}
