import type { WASocket } from '@whiskeysockets/baileys'
import { DeliveryError, retry } from '../../../bridge/verdict.ts'

/** Which numbers have an account, over one connection. */
export class Numbers {
  readonly #sock: Pick<WASocket, 'onWhatsApp'>
  readonly #existing = new Set<string>()

  constructor(sock: Pick<WASocket, 'onWhatsApp'>) {
    this.#sock = sock
  }

  /** Rejects with a verdict when WhatsApp knows no account with this number: a guess must not look like a delivery. */
  async assertExists(jid: string): Promise<void> {
    if (this.#existing.has(jid)) return
    const found = await this.#sock.onWhatsApp(jid).catch((error: unknown) => {
      throw retry('WhatsApp did not say whether the number has an account', error)
    })
    if (found === undefined) throw retry('WhatsApp did not say whether the number has an account')
    if (!found.some(({ exists }) => exists)) {
      throw new DeliveryError({ kind: 'reject' }, 'There is no WhatsApp account with this number', {
        chatUnreachable: true,
      })
    }
    this.#existing.add(jid)
  }
}
