import type { WASocket } from '@whiskeysockets/baileys'
import { DeliveryError, retry } from '../../../bridge/verdict.ts'
import { askForLid } from '../keys/lid-lookup.ts'

/** Which numbers have an account, over one connection. */
export class Numbers {
  readonly #sock: WASocket
  readonly #existing = new Set<string>()

  constructor(sock: WASocket) {
    this.#sock = sock
  }

  /**
   * Rejects with a verdict when WhatsApp knows no account with this number: a guess must not look like a delivery. Learns its LID,
   * without which most accounts reach nobody (`send/addressing.ts`).
   */
  async assertExists(jid: string): Promise<void> {
    if (this.#existing.has(jid)) return
    const unanswered = (error?: unknown): never => {
      throw retry('WhatsApp did not say whether the number has an account', error)
    }
    const found = (await this.#sock.onWhatsApp(jid).catch(unanswered)) ?? unanswered()
    if (!found.some(({ exists }) => exists)) {
      throw new DeliveryError({ kind: 'reject' }, 'There is no WhatsApp account with this number', {
        chatUnreachable: true,
      })
    }
    await askForLid(this.#sock, jid).catch(unanswered)
    this.#existing.add(jid)
  }
}
