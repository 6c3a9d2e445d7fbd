import type { ChatRef } from '../bridge/chat-ref.ts'
import type { CommitOptions } from '../bridge/network.ts'
import type { Budget } from './budget.ts'
import { Lessons } from './lessons.ts'
import type { PaceMemory } from './pace-memory.ts'
import { everyPeer, Penalties } from './penalties.ts'
import { aheadOf, isPassable, isPatient, type Taken, usedSince, waitsForSeveral } from './places.ts'
import { freeBeside, isSlow, unlessSlow } from './slow.ts'

/** Room taken for one call. */
export interface Room {
  /** The time has come for a call that was planned: it goes out now. */
  begin(): void
  /** A call that was planned, or whose last byte waits, has to go later. */
  putOff(at: number): void
  /** Files go up with it, and count as slow from then on. */
  slowFrom(at: number): void
  /** Whether they do. */
  isSlow(now: number): boolean
  /** The call is written down before it goes out: should the process be killed in it, the next run counts it. */
  keep(): void
  /** The call has ended; whether it counts, or nobody knows. Room that is given back was never taken. */
  close(now: number, counted: boolean | 'lost'): void
  /** The network refused the call, and says for how many seconds to hold back. */
  refuse(now: number, seconds: number): void
}

/**
 * Keeps to the rates that a network allows, so that it need not refuse us. A sliding window per budget and key: as
 * long as fewer than `count` messages went out within the window, the next one goes at once; an idle chat never waits.
 *
 * The network counts a call somewhere between its going out and its answer. So it holds its place until the answer, and only
 * then does its window begin: that the next one will be on its way for a while, too, is not counted upon, since a line can
 * become quicker. What one call has beyond `count` (an album) takes the places of later ones.
 *
 * Its times are those of `Clock.steady`: a clock that is set ends no penalty and no window.
 *
 * A refusal holds everything to the peer back for as long as it says (`penalties.ts`), and may teach that less goes for
 * a while (`lesson.ts`).
 */
export class Pace {
  readonly #budgets: readonly Budget[]
  readonly #peerOf: (chat: ChatRef) => string
  readonly #memory: PaceMemory | undefined
  readonly #taken = new Map<string, Taken[]>()
  readonly #places = new WeakMap<Room, Taken>()
  readonly #penalties = new Penalties()
  readonly #lessons: Lessons

  /** `peerOf` names what a refusal (Telegram 429) holds back: for a topic, its whole group. */
  constructor(
    budgets: readonly Budget[],
    peerOf: (chat: ChatRef) => string = chat => chat,
    memory?: PaceMemory,
  ) {
    this.#budgets = budgets
    this.#lessons = new Lessons(budgets)
    this.#peerOf = peerOf
    this.#memory = memory
  }

  /**
   * When a call that counts as so many messages may go to this chat; `now` or earlier means at once. With its `place`, where
   * it was planned: who planned later waits behind it.
   */
  readyAt(chat: ChatRef, now: number, messages = 1, place?: Room): number {
    const peer = this.#peerOf(chat)
    let ready = this.#penalties.until(peer)
    if (messages === 0) return ready
    const own = place && this.#places.get(place)
    const passed = messages === 1 ? this.#passable(chat, now) : new Set<Taken>()
    for (const { key, budget } of this.#accounts(chat, now)) {
      const all = aheadOf(own, this.#taken.get(key) ?? [])
      const ahead = passed.size === 0 ? all : all.filter(each => !passed.has(each))
      ready = Math.max(ready, freeBeside(messages, ahead, { budget, now }) ?? ready)
    }
    return Math.ceil(ready)
  }

  /** What a single message to this chat may go before: albums that wait, all of them when it may go before the first one. */
  #passable(chat: ChatRef, now: number): ReadonlySet<Taken> {
    const peer = this.#peerOf(chat)
    const all = unlessSlow(this.#taken.get(peer) ?? [], now)
    const waiting = all.filter(waitsForSeveral)
    if (waiting.length === 0 || !waiting.every(isPatient)) return new Set()
    const own = this.#accounts(chat, now).filter(({ key }) => key === peer)
    const mayPass = own.some(({ budget }) => isPassable(all, { budget, now }))
    return new Set(mayPass ? waiting : [])
  }

  /** What waits for several places was there before, and knows of what goes before it. */
  #goes(chat: ChatRef, taken: Taken): void {
    const all = this.#taken.get(this.#peerOf(chat)) ?? []
    for (const each of all.slice(0, all.indexOf(taken))) if (waitsForSeveral(each)) each.passed.add(taken)
  }

  #accounts(chat: ChatRef, now: number): { readonly key: string; readonly budget: Budget }[] {
    const peer = this.#peerOf(chat)
    return this.#budgets.flatMap(budget => {
      const key = budget.keyOf(chat)
      if (key === undefined) return []
      return [{ key, budget: key === peer ? this.#lessons.of(peer, budget, now) : budget }]
    })
  }

  /** Chats for which it says the same share their budgets. */
  peerOf(chat: ChatRef): string {
    return this.#peerOf(chat)
  }

  /** How many more messages may go to this chat's peer in the minute that ends now; undefined when nothing limits them. */
  leftInMinute(chat: ChatRef, now: number): number | undefined {
    const peer = this.#peerOf(chat)
    const own = this.#accounts(chat, now).filter(({ key }) => key === peer)
    if (own.length === 0) return undefined
    const inMinute = own.map(({ budget: { count, seconds } }) => Math.floor((count * 60) / seconds))
    return Math.max(
      0,
      Math.min(...inMinute) - usedSince(now - 60_000, unlessSlow(this.#taken.get(peer) ?? [], now)),
    )
  }

  /** Takes room for a call that goes out now, or at a later time that `readyAt` gave. */
  take(chat: ChatRef, messages = 1, plannedFor?: number): Room {
    const planned = plannedFor !== undefined
    const taken: Taken = { messages, at: plannedFor, planned, kept: false, passed: new Set() }
    const accounts = messages === 0 ? [] : this.#budgets.map(budget => budget.keyOf(chat))
    const keys = new Set(accounts.filter(key => key !== undefined))
    for (const key of keys) this.#taken.set(key, [...(this.#taken.get(key) ?? []), taken])
    if (!planned && keys.size > 0) this.#goes(chat, taken)
    const peer = this.#peerOf(chat)
    const callAt = (now: number) => ({ chat, peer, now, taken: this.#taken.get(peer) ?? [] })
    const room: Room = {
      begin: () => {
        taken.at = undefined
        taken.planned = false
        taken.slowAt = undefined
        if (keys.size > 0) this.#goes(chat, taken)
      },
      putOff: at => {
        taken.at = at
        taken.planned = true
      },
      slowFrom: at => {
        taken.slowAt = at
      },
      isSlow: now => isSlow(taken, now),
      keep: () => {
        taken.kept = true
        this.#saveAtOnce(chat, { flush: false })
      },
      close: (now, counted) => {
        taken.at = now
        taken.planned = false
        if (!counted) for (const key of keys) this.#forget(key, taken)
        else if (counted !== 'lost' && keys.size > 0) this.#lessons.passed(callAt(now))
      },
      refuse: (now, seconds) => {
        // Calls that were under way together are refused together: that teaches once.
        if (keys.size > 0 && this.#penalties.until(peer) <= now) this.#lessons.refused(callAt(now))
        room.close(now, false)
        this.#penalties.add(peer, { until: now + seconds * 1000, now })
        this.#saveAtOnce(chat)
      },
    }
    this.#places.set(room, taken)
    return room
  }

  /** Forgets what no longer matters. */
  sweep(now: number): void {
    const oldest = now - longestWindow(this.#budgets)
    for (const [key, all] of this.#taken) {
      const kept = all.filter(({ at, planned }) => planned || at === undefined || at > oldest)
      if (kept.length === 0) this.#taken.delete(key)
      else if (kept.length < all.length) this.#taken.set(key, kept)
    }
    this.#penalties.sweep(now)
    this.#lessons.sweep(now, peer => !this.#taken.has(peer))
  }

  /** Writes down what the chat's peer has used up, for the next run. */
  save(chat: ChatRef, options?: CommitOptions): void {
    const peer = this.#peerOf(chat)
    const until = this.#penalties.of(peer)
    const taken = this.#taken.get(peer) ?? []
    const calls = taken.flatMap(({ at, planned, messages }): [number, number][] =>
      at === undefined || planned ? [] : [[at, messages]],
    )
    // Of files whose last byte waits it is not said again when it goes.
    const open = taken.flatMap(({ at, planned, kept, messages }) =>
      kept && (at === undefined || planned) ? [messages] : [],
    )
    const lessons = this.#lessons.get(peer)
    if (taken.length > 0 || until || lessons)
      this.#memory?.save(
        peer,
        { calls, open, ...(until && { penalty: { until } }), ...(lessons && { lessons }) },
        options,
      )
    const all = this.#penalties.of(everyPeer)
    if (all) this.#memory?.save(everyPeer, { calls: [], penalty: { until: all } }, options)
  }

  /**
   * Takes up what an earlier run used up; `cutOff` names the chat of each call that may have been under way. When the
   * network counted those nobody knows: by `countedBy`.
   */
  restore(cutOff: readonly ChatRef[], { now, countedBy = now }: { now: number; countedBy?: number }): void {
    for (const [peer, { calls, open = [], penalty, lessons }] of this.#memory?.load() ?? []) {
      const ended = calls.filter(([at]) => at <= countedBy)
      const underWay = open.map(messages => [countedBy, messages] as const)
      const taken = [...ended, ...underWay].map(([at, messages]): Taken => {
        return { at, messages, planned: false, kept: false, passed: new Set() }
      })
      this.#taken.set(peer, taken)
      if (penalty) this.#penalties.restore(peer, penalty.until, now)
      if (lessons) this.#lessons.restore(peer, lessons)
    }
    this.sweep(now)
    for (const [peer] of this.#memory?.load() ?? [])
      if (!this.#taken.has(peer) && !this.#penalties.of(peer) && !this.#lessons.get(peer))
        this.#memory?.drop(peer)
    for (const chat of cutOff) this.take(chat).close(countedBy, 'lost')
  }

  /** The process may end before the attempt is written down; a disk that refuses is heard of then. */
  #saveAtOnce(chat: ChatRef, options?: CommitOptions): void {
    try {
      this.save(chat, options)
    } catch {
      // Heard of then.
    }
  }

  #forget(key: string, taken: Taken): void {
    const left = (this.#taken.get(key) ?? []).filter(each => each !== taken)
    for (const { passed } of left) passed.delete(taken)
    if (left.length > 0) this.#taken.set(key, left)
    else this.#taken.delete(key)
  }
}

const longestWindow = (budgets: readonly Budget[]): number =>
  Math.max(0, ...budgets.map(({ seconds }) => seconds * 1000))
