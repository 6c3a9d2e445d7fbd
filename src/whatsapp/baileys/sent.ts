import type { proto } from '@whiskeysockets/baileys'
import { chatRef } from '../../bridge/chat-ref.ts'
import type { FindMessage } from '../../bridge/network.ts'
import { normalizeAddress } from '../address.ts'
import { decodeRaw } from './send.ts'

/** Messages on their way that are kept at hand for devices that ask for them again. */
const AT_HAND = 200

/** What we sent, for devices that could not decrypt it: the links know what is confirmed, this the rest. */
export class Sent {
  readonly #findMessage: FindMessage
  readonly #lidOf: (address: string) => string | undefined
  readonly #underWay = new Map<string, proto.IMessage>()

  constructor(options: { findMessage: FindMessage; lidOf: (address: string) => string | undefined }) {
    this.#findMessage = options.findMessage
    this.#lidOf = options.lidOf
  }

  remember(id: string, message: proto.IMessage): void {
    this.#underWay.set(id, message)
    const [oldest] = this.#underWay.keys()
    if (this.#underWay.size > AT_HAND && oldest !== undefined) this.#underWay.delete(oldest)
  }

  find(jid: string | null | undefined, id: string): proto.IMessage | undefined {
    const address = normalizeAddress(jid)
    const known = address === undefined ? [] : [this.#lidOf(address) ?? address, address]
    for (const chat of known) {
      const raw = this.#findMessage({ chat: chatRef('whatsapp', chat), id })?.raw
      if (raw !== undefined) return decodeRaw(raw)
    }
    return this.#underWay.get(id)
  }
}
