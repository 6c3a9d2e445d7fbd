import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Turn } from '../bridge/network.ts'
import { wait } from '../bridge/verdict.ts'
import type { Clock } from '../support/clock.ts'
import type { Gate } from './carrier.ts'
import type { Pace, Room } from './pace.ts'

interface LeaseOptions {
  readonly pace: Pace
  readonly chat: ChatRef
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly claimed?: Room
  /** Called when the attempt begins to wait. */
  readonly rested?: () => void
}

/** Milliseconds within which the network has counted a call whose answer was lost: it may still be on its way. */
export const longestWay = 5000

/** Milliseconds after which files that go up are slow. */
const slowAfter = 5000
/** Milliseconds that their last byte waits at most: some who wait for it do not wait for ever. */
const longestHold = 300_000

/**
 * What one attempt may send: the room for one message that its claim took, and further turns as the budgets allow.
 * `end` gives back what was not used.
 *
 * While it waits, for the budgets or for a place behind a gate, it has neither room nor place: only both together let
 * it go on, so that nobody waits for somebody who waits.
 */
export class Lease {
  readonly #pace: Pace
  readonly #chat: ChatRef
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #rested: (() => void) | undefined
  readonly #open = new Map<Room, Gate | undefined>()
  #claimed: Room | undefined
  #resting = 0
  #isOver = false
  #hasCalled = false

  constructor({ pace, chat, clock, signal, claimed, rested }: LeaseOptions) {
    this.#pace = pace
    this.#chat = chat
    this.#clock = clock
    this.#signal = signal
    this.#claimed = claimed
    this.#rested = rested
  }

  /** Whether the attempt waits for something that others do not have to wait for. */
  get isResting(): boolean {
    return this.#resting > 0
  }

  /** Waits for it; what the claim took is free for others in the meantime. */
  async rest<T>(what: Promise<T>): Promise<T> {
    this.#dropClaim()
    this.#resting += 1
    this.#rested?.()
    try {
      return await what
    } finally {
      this.#resting -= 1
    }
  }

  /** Resolves when a call that counts as so many messages may go out, with a place behind the gate until it has ended. */
  async turn(messages = 1, gate?: Gate): Promise<Turn> {
    const mayEnter = () => gate?.enter() ?? true
    const claimed = this.#claimed
    if (claimed !== undefined && messages === 1 && !this.#isHeldBack && mayEnter()) {
      this.#claimed = undefined
      return this.#begin(claimed, messages, gate)
    }
    if (messages > 0) this.#dropClaim()
    let place: Room | undefined
    for (;;) {
      if (this.#signal.aborted || this.#isOver) {
        place?.close(0, false)
        throw wait(0, 'Stopped')
      }
      const now = this.#clock.steady()
      // A refusal in the meantime may have put it off.
      const at = this.#pace.readyAt(this.#chat, now, messages, place)
      const isReady = at <= now
      if (isReady && mayEnter()) {
        place?.begin()
        return this.#begin(place ?? this.#pace.take(this.#chat, messages), messages, gate)
      }
      if (!isReady) place?.putOff(at)
      place ??= this.#pace.take(this.#chat, messages, Math.max(at, now))
      await this.rest(isReady && gate ? gate.opens(this.#signal) : this.#clock.sleep(at - now, this.#signal))
    }
  }

  /** A chat that was refused since the claim waits, too. */
  get #isHeldBack(): boolean {
    const now = this.#clock.steady()
    return this.#pace.readyAt(this.#chat, now, 0) > now
  }

  /** The attempt is over: a call whose end was not told is lost. */
  end(): void {
    this.#isOver = true
    this.#dropClaim()
    for (const room of [...this.#open.keys()]) this.#close(room, 'lost')
  }

  #dropClaim(): void {
    this.#claimed?.close(0, false)
    this.#claimed = undefined
  }

  #begin(room: Room, messages: number, gate: Gate | undefined): Turn {
    this.#open.set(room, gate)
    if (gate && messages > 0) room.slowFrom(this.#clock.steady() + slowAfter)
    // That it may have made one call that counts as one, the next run knows by its job.
    if (messages > 1 || (messages > 0 && this.#hasCalled)) room.keep()
    this.#hasCalled ||= messages > 0
    return {
      end: counted => this.#close(room, counted),
      lost: () => this.#close(room, 'lost'),
      refused: seconds => this.#end(room, () => room.refuse(this.#clock.steady(), seconds)),
      lastByte: () => this.#land(room, messages),
    }
  }

  /**
   * Lets slow files take their places when the network is about to count them; quick ones have theirs. Both heed a refusal
   * in the meantime. Throws `DeliveryError` where that would take too long.
   */
  async #land(room: Room, messages: number): Promise<void> {
    const start = this.#clock.steady()
    let needed = 0
    while (this.#open.has(room) && !this.#signal.aborted) {
      const now = this.#clock.steady()
      if (room.isSlow(now)) needed = messages
      const at = this.#pace.readyAt(this.#chat, now, needed, room)
      if (at <= now) return room.begin()
      const seconds = (at - now) / 1000
      if (at > start + longestHold) throw wait(seconds, 'Its last byte would have to wait for too long')
      if (needed > 0) room.putOff(at)
      // All of it is out but that: other files may go up.
      this.#open.get(room)?.leave()
      this.#open.set(room, undefined)
      await this.rest(this.#clock.sleep(at - now, this.#signal))
    }
  }

  #close(room: Room, counted: boolean | 'lost'): void {
    this.#end(room, () => room.close(this.#clock.steady() + (counted === 'lost' ? longestWay : 0), counted))
  }

  #end(room: Room, close: () => void): void {
    if (!this.#open.has(room)) return
    const gate = this.#open.get(room)
    this.#open.delete(room)
    close()
    gate?.leave()
  }
}
