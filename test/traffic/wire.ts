import type { AskTurn, Outcome } from '../../src/outbox/index.ts'
import type { Clock } from '../../src/support/clock.ts'

/** Milliseconds to Telegram and back, as a rule. */
export const thereAndBack = 100

/**
 * The line to Telegram in virtual time: a call is on it for some time before the server sees it, longer with a file, and its
 * answer for some time after. Says when a call is at the server, so that virtual time has to stand still.
 */
export class Wire {
  readonly #clock: Clock
  readonly #isReal: boolean
  readonly #way: number
  #out = 0

  /** @param line milliseconds there and back */
  constructor(clock: Clock, { isReal, line }: { isReal: boolean; line: number }) {
    this.#clock = clock
    this.#isReal = isReal
    this.#way = line / 2
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
      back = this.#clock.sleep(this.#way).then(tell)
    }
    try {
      const outcome = await attempt(async (messages, gate) => {
        await back
        const leave = await ask(messages, gate)
        await this.#clock.sleep(this.#way + toUpload)
        toUpload = 0
        isOut = true
        this.#out += 1
        return {
          end: counted => answered(() => leave.end(counted)),
          lost: () => answered(() => leave.lost()),
          refused: seconds => answered(() => leave.refused(seconds)),
          lastByte: leave.lastByte,
        }
      })
      await back
      return outcome
    } finally {
      if (isOut) this.#out -= 1
    }
  }
}
