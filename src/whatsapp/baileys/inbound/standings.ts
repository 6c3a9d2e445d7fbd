import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'
import type { Inbox } from '../../../bridge/network.ts'
import type { ToldTime } from '../../../support/clock.ts'
import type { Logger } from '../../../support/log.ts'
import { lockStanding, standingIn } from '../parse/standing.ts'

export interface StandingsOptions {
  readonly inbox: Inbox
  readonly logger: Logger
  /** What time it is at WhatsApp. */
  readonly time: ToldTime
}

/** Tells the bridge how the account stands with WhatsApp. */
export class Standings {
  readonly #options: StandingsOptions
  #isAsking = false

  constructor(options: StandingsOptions) {
    this.#options = options
  }

  /** Takes what a notification says of it, before that is acknowledged. Throws `StoreError`. */
  observe(node: BinaryNode): void {
    const standing = standingIn(node, this.#seconds())
    if (standing !== undefined) this.#options.inbox.standing(standing)
  }

  /**
   * Asks when WhatsApp refuses a message to somebody new (463), from now on. Baileys means to, but the same number
   * comes first under another name (lib/Socket/messages-recv.js, `handleBadAck`).
   */
  listen(sock: WASocket): void {
    sock.ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
      if (attrs['error'] !== '463' || this.#isAsking) return
      this.#isAsking = true
      this.#ask(sock)
        .catch((error: unknown) =>
          this.#options.logger.warn({ err: error }, 'How the account stands could not be told'),
        )
        .finally(() => {
          this.#isAsking = false
        })
    })
  }

  /** That there is no restriction is no news: this person alone may be out of reach. */
  async #ask({ fetchAccountReachoutTimelock: fetch }: WASocket): Promise<void> {
    const { isActive = false, timeEnforcementEnds: ends, enforcementType } = await fetch()
    const lock = {
      active: isActive,
      ...(ends !== undefined && { ends: ends.getTime() / 1000 }),
      ...(enforcementType !== undefined && { kind: enforcementType }),
    }
    const standing = lockStanding(lock, this.#seconds())
    if (standing.trouble !== undefined) this.#options.inbox.standing(standing)
  }

  #seconds(): number {
    return (this.#options.time.now ?? Date.now()) / 1000
  }
}
