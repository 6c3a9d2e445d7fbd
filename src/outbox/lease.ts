import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Turn } from '../bridge/network.ts'
import { wait } from '../bridge/verdict.ts'
import type { Clock } from '../support/clock.ts'
import type { Pace, Room } from './pace.ts'

/**
 * What one attempt may send: the room for one message that its claim took, and further turns as the budgets allow.
 * `end` gives back what was not used.
 */
export class Lease {
  readonly #pace: Pace
  readonly #chat: ChatRef
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #open = new Set<Room>()
  #claimed: Room | undefined

  constructor({
    pace,
    chat,
    clock,
    signal,
    claimed,
  }: { pace: Pace; chat: ChatRef; clock: Clock; signal: AbortSignal; claimed?: Room }) {
    this.#pace = pace
    this.#chat = chat
    this.#clock = clock
    this.#signal = signal
    this.#claimed = claimed
  }

  /** Resolves when a call that counts as so many messages may go out. */
  async turn(messages = 1): Promise<Turn> {
    const claimed = this.#claimed
    if (claimed !== undefined && messages > 0) {
      this.#claimed = undefined
      if (messages === 1) return this.#begin(claimed)
      claimed.close(0, false)
    }
    let place: Room | undefined
    for (;;) {
      if (this.#signal.aborted) {
        place?.close(0, false)
        throw wait(0, 'Stopped')
      }
      const now = this.#clock.now()
      // A refusal in the meantime may have put it off.
      const at = this.#pace.readyAt(this.#chat, now, messages, place)
      if (at <= now) {
        place?.begin()
        return this.#begin(place ?? this.#pace.take(this.#chat, messages))
      }
      place?.putOff(at)
      place ??= this.#pace.take(this.#chat, messages, at)
      await this.#clock.sleep(at - now, this.#signal)
    }
  }

  /** The attempt is over: a call whose end was not told counts. */
  end(): void {
    this.#claimed?.close(0, false)
    this.#claimed = undefined
    for (const room of this.#open) room.close(this.#clock.now(), true)
    this.#open.clear()
  }

  #begin(room: Room): Turn {
    this.#open.add(room)
    const close = (counted: boolean): void => {
      if (this.#open.delete(room)) room.close(this.#clock.now(), counted)
    }
    return {
      end: close,
      refused: seconds => {
        close(false)
        this.#pace.refused(this.#chat, seconds, this.#clock.now())
      },
    }
  }
}
