import type { GroupMetadata, proto, WAMessageKey } from '@whiskeysockets/baileys'
import { chatRef } from '../../../bridge/chat-ref.ts'
import type { FindMessage } from '../../../bridge/network.ts'
import { isGroup, normalizeAddress } from '../../address.ts'
import { isMe, type Me } from '../me.ts'
import { readRaw } from '../parse/context.ts'

/** Messages that are kept in memory, with the previews and quotes that are not stored. */
const AT_HAND = 200

export interface SentOptions {
  readonly findMessage: FindMessage
  readonly me: () => Me
  readonly lidOf: (address: string) => string | undefined
}

/** Who is in a group. Rejects when WhatsApp does not say so. */
export type FindGroup = (jid: string) => Promise<Pick<GroupMetadata, 'participants'>>

/**
 * What we sent, for devices that could not decrypt it: the last messages as they were, earlier ones as they are stored.
 *
 * Baileys encrypts what is found for whoever asks (lib/Socket/messages-recv.js, `sendMessagesAgain`), and that a retry receipt
 * is of somebody, about a message of some chat, is the server's word alone. So nobody gets a message but those it was for:
 * the other person of its chat, the members of its group, our own devices.
 */
export class Sent {
  readonly #options: SentOptions
  readonly #atHand = new Map<string, { readonly jid: string; readonly message: proto.IMessage }>()

  constructor(options: SentOptions) {
    this.#options = options
  }

  /** @param jid the chat */
  remember(jid: string, id: string, message: proto.IMessage): void {
    this.#atHand.set(id, { jid, message })
    const [oldest] = this.#atHand.keys()
    if (this.#atHand.size > AT_HAND && oldest !== undefined) this.#atHand.delete(oldest)
  }

  /** @param key chat and id of the message; `participant` is whoever asks for it */
  async find(
    { remoteJid, id, participant }: WAMessageKey,
    findGroup: FindGroup,
  ): Promise<proto.IMessage | undefined> {
    const chat = this.#person(remoteJid)
    if (!id || chat === undefined || !(await this.#isFor(chat, participant, findGroup))) return undefined
    const atHand = this.#atHand.get(id)
    if (atHand !== undefined && this.#person(atHand.jid) === chat) return atHand.message
    for (const address of new Set([chat, normalizeAddress(remoteJid) ?? chat])) {
      const raw = this.#options.findMessage({ chat: chatRef('whatsapp', address), id })?.raw
      if (raw !== undefined) return readRaw(raw)
    }
    return undefined
  }

  async #isFor(chat: string, asker: string | null | undefined, findGroup: FindGroup): Promise<boolean> {
    if (isMe(asker, this.#options.me())) return true
    const who = this.#person(asker)
    if (!isGroup(chat)) return who === chat
    const { participants } = await findGroup(chat)
    return participants.some(({ id, lid, phoneNumber }) =>
      [id, lid, phoneNumber].some(jid => jid !== undefined && this.#person(jid) === who),
    )
  }

  /** One address for both of a person. */
  #person(jid: string | null | undefined): string | undefined {
    const address = normalizeAddress(jid)
    return address === undefined ? undefined : (this.#options.lidOf(address) ?? address)
  }
}
