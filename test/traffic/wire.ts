import type { AskTurn, Outcome } from '../../src/outbox/index.ts'
import type { Clock } from '../../src/support/clock.ts'

/** Milliseconds to Telegram, and as many back. */
const way = 50
/** Milliseconds there and back. */
export const thereAndBack = 2 * way

/**
 * The line to Telegram in virtual time: a call is on it for some time before the server sees it, longer with a file, and its
 * answer for some time after. Says when a call is at the server, so that virtual time has to stand still.
 */
export class Wire {
  readonly #clock: Clock
  readonly #isReal: boolean
  #out = 0

  constructor(clock: Clock, isReal: boolean) {
    this.#clock = clock
    this.#isReal = isReal
  }

  get busy(): boolean {
    return this.#out > 0
  }

  /** Runs an attempt whose calls ask for their turns through this wire. `upload`: of its file, in milliseconds. */
  async carry(
    ask: AskTurn,
    { upload }: { upload: number },
    attempt: (turn: AskTurn) => Promise<Outcome>,
  ): Promise<Outcome> {
    if (this.#isReal) return await attempt(ask)
    let toUpload = upload
    let back = Promise.resolve()
    let isOut = false
    const answered = (tell: () => void) => {
      if (isOut) this.#out -= 1
      isOut = false
      back = this.#clock.sleep(way).then(tell)
    }
    try {
      const outcome = await attempt(async (messages, gate) => {
        await back
        const leave = await ask(messages, gate)
        await this.#clock.sleep(way + toUpload)
        toUpload = 0
        isOut = true
        this.#out += 1
        return {
          end: counted => answered(() => leave.end(counted)),
          lost: () => answered(() => leave.lost()),
          refused: seconds => answered(() => leave.refused(seconds)),
        }
      })
      await back
      return outcome
    } finally {
      if (isOut) this.#out -= 1
    }
  }
}
