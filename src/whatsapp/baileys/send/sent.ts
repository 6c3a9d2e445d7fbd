import { type GroupMetadata, jidDecode, proto, type WAMessageKey } from '@whiskeysockets/baileys'
import { type ChatRef, chatRef } from '../../../bridge/chat-ref.ts'
import type { FindMessage } from '../../../bridge/network.ts'
import { isGroup, isPhone, normalizeAddress } from '../../address.ts'
import { isMe, type Me } from '../me.ts'
import { contextInfoOf, readRaw } from '../parse/context.ts'
import { readQuoted } from './context.ts'

/** Messages that are kept in memory, with the previews and quotes that are not stored. */
const AT_HAND = 200
/** WhatsApp Web gives up on a message behind so many answers (whatsapp-rust, src/retry.rs, `MAX_RETRY_COUNT`). */
const MOST_ANSWERS = 5
/** So many devices and messages are counted. */
const MOST_COUNTED = 1000

export interface SentOptions {
  readonly findMessage: FindMessage
  readonly me: () => Me
  readonly lidOf: (address: string) => string | undefined
  /** A chat under every address that is known of it. */
  readonly chatsOf: (chat: ChatRef) => readonly ChatRef[]
}

type Group = Pick<GroupMetadata, 'participants' | 'addressingMode' | 'size' | 'isCommunityAnnounce'>

/** What can be asked about whoever wants a message again. */
export interface Asking {
  /** Who is in a group. Rejects when WhatsApp does not say so. */
  group(jid: string): Promise<Group>
  /** Has the LID of a number looked up, each time that it is called. Never rejects. */
  learnLid(pn: string): Promise<void>
}

/** A message for whoever asked for it. */
export interface Found {
  readonly message: proto.IMessage
  /** How its group is addressed, where that is known. */
  readonly addressing?: GroupMetadata['addressingMode']
  /** It has gone to them once more. */
  given(): void
}

interface AtHand {
  readonly jid: string
  /** Absent when it was taken back. */
  readonly message?: proto.IMessage
  /** Who was in its group when it went there. */
  readonly group: Group | undefined
}

const { REVOKE } = proto.Message.ProtocolMessage.Type

/**
 * What we sent, for devices that could not decrypt it: the last messages as they were, earlier ones as they are stored.
 *
 * What is found is encrypted for whoever asks (`socket/answer-retries.ts`), and that a retry receipt is of somebody,
 * about a message of some chat, is the server's word alone. So nobody gets what somebody else wrote, nor any message but
 * those it was for: the other person of its chat, the members of its group, our own devices. Members are those who were
 * in the group when it went there and are in it now; of what is not at hand any more (behind `AT_HAND` further ones, or
 * a restart) those of now, and where WhatsApp does not say who is in it now, those of then. In the announcement group of
 * a community of which it names some members alone, whoever asks is believed to be one (Schwartzblat/WhatsApp-Web-Plus #33):
 * those that it does not name get no key of ours with the message, and can read none without asking. Somebody who was written to
 * under a number may ask under a LID that nobody knew by then, which the server alone can say. Nothing goes again that
 * was taken back, and nothing more than five times to one device in a run.
 *
 * That the keys of an asker are theirs is the server's word, too: those of a new identity are told (`keys/same-keys.ts`).
 */
export class Sent {
  readonly #options: SentOptions
  readonly #atHand = new Map<string, AtHand>()
  readonly #given = new Map<string, number>()

  constructor(options: SentOptions) {
    this.#options = options
  }

  /**
   * @param jid the chat
   * @param group who is in it now
   */
  remember(jid: string, id: string, message: proto.IMessage, group = this.#atHand.get(id)?.group): void {
    this.#keep(id, { jid, message, group })
    const { type, key } = message.protocolMessage ?? {}
    if (type !== REVOKE || !key?.fromMe || !key.id) return
    this.#atHand.delete(key.id)
    this.#keep(key.id, { jid, group })
  }

  #keep(id: string, sent: AtHand): void {
    this.#atHand.set(id, sent)
    const [oldest] = this.#atHand.keys()
    if (this.#atHand.size > AT_HAND && oldest !== undefined) this.#atHand.delete(oldest)
  }

  /** @param key chat and id of the message; `participant` is whoever asks for it */
  async find({ remoteJid, id, participant }: WAMessageKey, asking: Asking): Promise<Found | undefined> {
    const known = id ? this.#atHand.get(id) : undefined
    const sentTo = normalizeAddress(known?.jid) ?? ''
    const isOther = this.#person(remoteJid) !== this.#person(sentTo)
    if (isPhone(sentTo) && isOther && this.#options.lidOf(sentTo) === undefined) await asking.learnLid(sentTo)
    const chat = this.#person(remoteJid)
    if (!id || chat === undefined) return undefined
    const atHand = known !== undefined && this.#person(known.jid) === chat ? known : undefined
    const group = isGroup(chat) ? await this.#groupOf(chat, participant, { ...asking, atHand }) : undefined
    if (!this.#isFor(chat, participant, [group, atHand?.group])) return undefined
    const message = atHand === undefined ? this.#stored(chat, id) : atHand.message
    const whose = `${id} ${this.#person(participant)} ${jidDecode(participant ?? '')?.device ?? 0}`
    if (message === undefined || (this.#given.get(whose) ?? 0) >= MOST_ANSWERS) return undefined
    return {
      message,
      ...(group?.addressingMode !== undefined && { addressing: group.addressingMode }),
      given: () => this.#count(whose),
    }
  }

  #count(whose: string): void {
    this.#given.set(whose, (this.#given.get(whose) ?? 0) + 1)
    const [oldest] = this.#given.keys()
    if (this.#given.size > MOST_COUNTED && oldest !== undefined) this.#given.delete(oldest)
  }

  /** What the bridge wrote, or the owner on another device: the changes that we make are kept as such. */
  #stored(chat: string, id: string): proto.IMessage | undefined {
    for (const place of this.#options.chatsOf(chatRef('whatsapp', chat))) {
      const known = this.#options.findMessage({ chat: place, id })
      if (known?.raw !== undefined && !known.deleted && (known.byBridge || known.me))
        return this.#quoting(readRaw(known.raw), place)
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

  /** The group as it is now; for our own devices as it was. Rejects when that is not known. */
  async #groupOf(
    chat: string,
    asker: string | null | undefined,
    { group, atHand }: Pick<Asking, 'group'> & { readonly atHand: AtHand | undefined },
  ): Promise<Group | undefined> {
    if (isMe(asker, this.#options.me())) return atHand?.group
    return await group(chat).catch((error: unknown) => {
      if (atHand?.group === undefined) throw error
      return atHand.group
    })
  }

  #isFor(chat: string, asker: string | null | undefined, groups: readonly (Group | undefined)[]): boolean {
    if (isMe(asker, this.#options.me())) return true
    const who = this.#person(asker)
    if (!isGroup(chat)) return who === chat
    return groups.every(
      group =>
        group === undefined ||
        isPartial(group) ||
        group.participants.some(({ id, lid, phoneNumber }) =>
          [id, lid, phoneNumber].some(jid => jid !== undefined && this.#person(jid) === who),
        ),
    )
  }

  /** One address for both of a person. */
  #person(jid: string | null | undefined): string | undefined {
    const address = normalizeAddress(jid)
    return address === undefined ? undefined : (this.#options.lidOf(address) ?? address)
  }
}

/** Of the announcement group of a community WhatsApp may name few members, and says only how many there are. */
const isPartial = ({ isCommunityAnnounce, size, participants }: Group): boolean =>
  isCommunityAnnounce === true && size !== undefined && size > participants.length
