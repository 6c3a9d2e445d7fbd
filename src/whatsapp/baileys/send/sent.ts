import type { proto } from '@whiskeysockets/baileys'
import { chatRef } from '../../../bridge/chat-ref.ts'
import type { FindMessage } from '../../../bridge/network.ts'
import { normalizeAddress } from '../../address.ts'
import { readRaw } from '../parse/context.ts'

/** Messages that are kept in memory, with the previews and quotes that are not stored. */
const AT_HAND = 200

/** What we sent, for devices that could not decrypt it: the last messages as they were, earlier ones as they are stored. */
export class Sent {
  readonly #findMessage: FindMessage
  readonly #lidOf: (address: string) => string | undefined
  readonly #atHand = new Map<string, proto.IMessage>()

  constructor(options: { findMessage: FindMessage; lidOf: (address: string) => string | undefined }) {
    this.#findMessage = options.findMessage
    this.#lidOf = options.lidOf
  }

  remember(id: string, message: proto.IMessage): void {
    this.#atHand.set(id, message)
    const [oldest] = this.#atHand.keys()
    if (this.#atHand.size > AT_HAND && oldest !== undefined) this.#atHand.delete(oldest)
  }

  find(jid: string | null | undefined, id: string): proto.IMessage | undefined {
    const atHand = this.#atHand.get(id)
    if (atHand !== undefined) return atHand
    const address = normalizeAddress(jid)
    const known = address === undefined ? [] : [this.#lidOf(address) ?? address, address]
    for (const chat of known) {
      const raw = this.#findMessage({ chat: chatRef('whatsapp', chat), id })?.raw
      if (raw !== undefined) return readRaw(raw)
    }
    return undefined
  }
}
