import type { GroupMetadata, proto, WAMessageKey } from '@whiskeysockets/baileys'
import { type ChatRef, chatRef } from '../../../bridge/chat-ref.ts'
import type { FindMessage } from '../../../bridge/network.ts'
import { isGroup, isPhone, normalizeAddress } from '../../address.ts'
import { isMe, type Me } from '../me.ts'
import { contextInfoOf, readRaw } from '../parse/context.ts'
import { readQuoted } from './context.ts'

/** Messages that are kept in memory, with the previews and quotes that are not stored. */
const AT_HAND = 200

export interface SentOptions {
  readonly findMessage: FindMessage
  readonly me: () => Me
  readonly lidOf: (address: string) => string | undefined
  /** A chat under every address that is known of it. */
  readonly chatsOf: (chat: ChatRef) => readonly ChatRef[]
}

type Group = Pick<GroupMetadata, 'participants'>

/** What can be asked about whoever wants a message again. */
export interface Asking {
  /** Who is in a group. Rejects when WhatsApp does not say so. */
  group(jid: string): Promise<Group>
  /** Has the LID of a number looked up, each time that it is called. Never rejects. */
  learnLid(pn: string): Promise<void>
}

interface AtHand {
  readonly jid: string
  readonly message: proto.IMessage
  readonly group: Group | undefined
}

/**
 * What we sent, for devices that could not decrypt it: the last messages as they were, earlier ones as they are stored.
 *
 * What is found is encrypted for whoever asks (`socket/answer-retries.ts`), and that a retry receipt is of somebody,
 * about a message of some chat, is the server's word alone. So nobody gets a message but those it was for: the other
 * person of its chat, the members of its group, our own devices. Somebody who was written to under a number may ask
 * under a LID that nobody knew by then, which the server alone can say; and who was in the group when it went to it,
 * where WhatsApp does not say who is now.
 */
export class Sent {
  readonly #options: SentOptions
  readonly #atHand = new Map<string, AtHand>()

  constructor(options: SentOptions) {
    this.#options = options
  }

  /**
   * @param jid the chat
   * @param group who is in it now
   */
  remember(jid: string, id: string, message: proto.IMessage, group?: Group): void {
    this.#atHand.set(id, { jid, message, group })
    const [oldest] = this.#atHand.keys()
    if (this.#atHand.size > AT_HAND && oldest !== undefined) this.#atHand.delete(oldest)
  }

  /** @param key chat and id of the message; `participant` is whoever asks for it */
  async find(
    { remoteJid, id, participant }: WAMessageKey,
    asking: Asking,
  ): Promise<proto.IMessage | undefined> {
    const atHand = id ? this.#atHand.get(id) : undefined
    const sentTo = normalizeAddress(atHand?.jid) ?? ''
    const isOther = this.#person(remoteJid) !== this.#person(sentTo)
    if (isPhone(sentTo) && isOther && this.#options.lidOf(sentTo) === undefined) await asking.learnLid(sentTo)
    const chat = this.#person(remoteJid)
    if (!id || chat === undefined || !(await this.#isFor(chat, participant, { ...asking, atHand })))
      return undefined
    if (atHand !== undefined && this.#person(atHand.jid) === chat) return atHand.message
    for (const place of this.#options.chatsOf(chatRef('whatsapp', chat))) {
      const raw = this.#options.findMessage({ chat: place, id })?.raw
      if (raw !== undefined) return this.#quoting(readRaw(raw), place)
    }
    return undefined
  }

  /** A stored message that answers another one, with what it quotes: without that phones show nothing of either. */
  #quoting(message: proto.IMessage, chat: ChatRef): proto.IMessage {
    const info = contextInfoOf(message)
    if (info === undefined || !info.stanzaId || info.quotedMessage != null) return message
    const place = info.remoteJid ? chatRef('whatsapp', info.remoteJid) : chat
    const raw = this.#options.findMessage({ chat: place, id: info.stanzaId })?.raw
    if (raw !== undefined) info.quotedMessage = readQuoted(raw)
    // What it answers is known no more.
    else for (const field of ['stanzaId', 'participant', 'remoteJid'] as const) delete info[field]
    return message
  }

  async #isFor(
    chat: string,
    asker: string | null | undefined,
    { group, atHand }: Pick<Asking, 'group'> & { readonly atHand: AtHand | undefined },
  ): Promise<boolean> {
    if (isMe(asker, this.#options.me())) return true
    const who = this.#person(asker)
    if (!isGroup(chat)) return who === chat
    const { participants } = await group(chat).catch((error: unknown) => {
      if (atHand?.group === undefined || atHand.jid !== chat) throw error
      return atHand.group
    })
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
