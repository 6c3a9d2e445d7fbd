import { randomBytes, randomInt } from 'node:crypto'
import { type BinaryNode, proto } from '@whiskeysockets/baileys'
import { editAttribute } from './acts.ts'
import type { Companion } from './companion.ts'
import { ContactDevice, type EncPayload } from './contact-device.ts'
import { bundleNodes, parseRetryKeys } from './device-keys.ts'
import type { Group } from './group.ts'
import { bigEndian, child, el, unixSeconds } from './node.ts'
import { changeKind } from './phone-changes.ts'
import { type Shown, showMessage } from './phone-view.ts'
import { encodeMessage } from './polls.ts'
import type { World } from './world.ts'

/** A message that has come in on a phone. */
export interface InboxMessage {
  id: string
  /** Where the bridge sent it: an address of this person, or the group's. */
  chat: string
  message: proto.IMessage
  /** What a person sees of it; of what the bridge sent. */
  shown?: Shown
  /** How often it came. A phone shows it once. */
  copies: number
  /** Unix milliseconds of the first copy. */
  at: number
}

/** What the companion sends, as one phone gets it. */
export interface Incoming {
  id: string
  chat: string
  /** The companion's device address. */
  from: string
  encs: EncPayload[]
  edit?: string | undefined
  meta: Readonly<Record<string, string>>
  group?: Group
  /** For a device beside the phone: what it says has its effects there. */
  isCopy?: boolean
}

/** How a message travels to the companion. */
export interface Outgoing {
  id: string
  /** The attributes beside `id`, `t`, `type`. */
  attrs: Record<string, string | undefined>
  message: proto.IMessage
  /** What the server puts beside what is encrypted. */
  beside?: BinaryNode[]
  /** Encrypted once for all of them: a group, or whoever sees somebody's status. */
  group?: Pick<Group, 'jid'>
  /** Unix seconds. */
  timestamp: number
  /** The sender's address in that group. */
  author?: string
}

/** A device of somebody: the phone of a contact or of the owner of the account, or what a contact has linked to it. */
export class Handset {
  device: ContactDevice
  readonly inbox: InboxMessage[] = []
  readonly #world: World
  readonly #outgoing = new Map<string, Outgoing>()
  readonly #retries = new Map<string, number>()
  readonly #addresses: { pn: string; lid: string }
  #unreadable = 0

  constructor(world: World, pn: string, lid: string) {
    this.#world = world
    this.#addresses = { pn, lid }
    this.device = this.#newDevice()
  }

  /** WhatsApp is installed anew: another identity, no sessions, no sender keys; what was written before is known still. */
  renew(): void {
    this.device = this.#newDevice()
  }

  /** Writes in a group with another key from now on, which the companion gets with the next message. */
  changeSenderKey(group: Pick<Group, 'jid'>): void {
    this.device.forgetOwnSenderKey(group.jid)
    this.#world.companion?.senderKeysGiven.delete(this.#givenIn(group))
  }

  /** Makes the next messages unreadable, so that the phone asks for them again. */
  failToRead(times: number): void {
    this.#unreadable = times
  }

  /** Encrypts for the companion and hands the stanza to the server. Without a companion nothing happens. */
  async transmit(outgoing: Outgoing): Promise<void> {
    const { companion } = this.#world
    if (!companion) return
    this.#outgoing.set(outgoing.id, outgoing)
    this.#know(companion)
    const content = outgoing.group
      ? await this.#sealForGroup(companion, outgoing, outgoing.group)
      : [encNode(await this.#seal(companion, outgoing.message), outgoing.message)]
    companion.queue.push(stanza(outgoing, content))
  }

  /** The companion could not read a message: sends it again, to it alone, in a new session where it gave keys. */
  async retransmit(companion: Companion, receipt: BinaryNode): Promise<void> {
    const outgoing = this.#outgoing.get(receipt.attrs['id'] ?? '')
    if (!outgoing) return
    this.#know(companion)
    const keys = parseRetryKeys(receipt)
    if (keys) await this.device.renewSession(companion.pn, keys)
    const count = child(receipt, 'retry')?.attrs['count'] ?? '1'
    const message = outgoing.group
      ? { ...outgoing.message, ...(await this.#senderKey(outgoing.group)) }
      : outgoing.message
    const enc = encNode(await this.#seal(companion, message), outgoing.message, count)
    companion.queue.push(stanza(outgoing, [enc]))
  }

  /**
   * Takes what the companion sent. Returns the message, or undefined when it cannot be read: then a retry receipt is due.
   */
  async receive(incoming: Incoming): Promise<proto.IMessage | undefined> {
    const { companion } = this.#world
    if (companion) this.#know(companion)
    if (this.#unreadable > 0) {
      this.#unreadable -= 1
      return undefined
    }
    try {
      const message: proto.IMessage = {}
      for (const enc of incoming.encs) {
        const plain =
          enc.type === 'skmsg'
            ? await this.device.decryptGroup(incoming.group?.jid ?? '', incoming.from, enc)
            : await this.device.decrypt(incoming.from, enc)
        const part = proto.Message.decode(unpad(plain))
        const skdm = part.senderKeyDistributionMessage?.axolotlSenderKeyDistributionMessage
        if (skdm && incoming.group)
          await this.device.processSenderKey(incoming.group.jid, incoming.from, skdm)
        Object.assign(message, part)
      }
      if (changeKind(message.deviceSentMessage?.message ?? message) === undefined)
        await this.#keep(incoming.id, incoming.chat, message)
      else if (!message.deviceSentMessage && !incoming.isCopy)
        await this.#world.changes.apply({ ...incoming, message })
      return message
    } catch (error) {
      this.#world.record.problem(`A phone could not read "${incoming.id}": ${String(error)}`)
      return undefined
    }
  }

  /** The children of a retry receipt for a message that could not be read; with fresh keys from the second on. */
  retryNodes(id: string, timestamp: string): BinaryNode[] {
    const count = (this.#retries.get(id) ?? 0) + 1
    this.#retries.set(id, count)
    return [
      el('retry', { count: String(count), id, t: timestamp, v: '1' }),
      el('registration', {}, bigEndian(this.device.registrationId, 4)),
      ...(count > 1 ? [el('keys', {}, bundleNodes(this.device.bundle()))] : []),
    ]
  }

  async #keep(id: string, chat: string, message: proto.IMessage): Promise<void> {
    const shown = await showMessage(message, this.#world.media)
    if (shown.kind === 'broken')
      this.#world.record.surprise(`A phone cannot show "${id}": ${shown.problem} in ${Object.keys(message)}`)
    const isGroup = chat.endsWith('@g.us')
    const sameChat = (other: string) => other === chat || !(isGroup || other.endsWith('@g.us'))
    const known = this.inbox.find(entry => entry.id === id && sameChat(entry.chat))
    if (known?.shown && !isSame(known.shown, shown))
      this.#world.record.surprise(
        `A phone drops a ${shown.kind} as a copy of the ${known.shown?.kind} "${id}"`,
      )
    if (known) known.copies += 1
    else this.inbox.push({ id, chat, message, shown, copies: 1, at: Date.now() })
  }

  #newDevice(): ContactDevice {
    const { pn, lid } = this.#addresses
    const device = new ContactDevice({ jid: pn })
    device.alias(lid, pn)
    return device
  }

  /** The companion's two addresses are one device. */
  #know(companion: Companion): void {
    this.device.alias(companion.lid, companion.pn)
  }

  #seal(companion: Companion, message: proto.IMessage): Promise<EncPayload> {
    return this.device.encryptFor(companion.pn, pad(message), () => companion.keys.bundle())
  }

  async #sealForGroup(
    companion: Companion,
    outgoing: Outgoing,
    group: Pick<Group, 'jid'>,
  ): Promise<BinaryNode[]> {
    const content: BinaryNode[] = []
    const given = this.#givenIn(group)
    if (!companion.senderKeysGiven.has(given)) {
      companion.senderKeysGiven.add(given)
      content.push(encNode(await this.#seal(companion, await this.#senderKey(group)), {}))
    }
    const enc = await this.device.encryptGroup(group.jid, pad(outgoing.message))
    return [...content, encNode(enc, outgoing.message)]
  }

  /** Whoever has it has it, whatever the group calls its members since (whatsmeow, sqlstore, `MigratePNToLID`). */
  #givenIn({ jid }: Pick<Group, 'jid'>): string {
    return `${jid} ${this.#addresses.pn}`
  }

  async #senderKey(group: Pick<Group, 'jid'>): Promise<proto.IMessage> {
    const axolotlSenderKeyDistributionMessage = await this.device.senderKeyDistribution(group.jid)
    return { senderKeyDistributionMessage: { groupId: group.jid, axolotlSenderKeyDistributionMessage } }
  }
}

/** As phones make them: 32 hexadecimal digits, on Android with AC in front. */
export function newMessageId(): string {
  return `AC${randomBytes(15).toString('hex').toUpperCase()}`
}

function stanza({ id, attrs, message, timestamp, beside = [] }: Outgoing, content: BinaryNode[]): BinaryNode {
  const type = messageType(message)
  return el('message', { ...attrs, id, t: String(timestamp || unixSeconds()), type }, [...beside, ...content])
}

const MEDIA_TYPES = {
  imageMessage: 'image',
  videoMessage: 'video',
  ptvMessage: 'video',
  audioMessage: 'audio',
  documentMessage: 'document',
  documentWithCaptionMessage: 'document',
  stickerMessage: 'sticker',
  contactMessage: 'vcard',
  contactsArrayMessage: 'contact_array',
  locationMessage: 'location',
  liveLocationMessage: 'livelocation',
} as const

function messageType(outer: proto.IMessage): string {
  const message = outer.deviceSentMessage?.message ?? outer
  if (message.reactionMessage) return 'reaction'
  if (message.pollCreationMessage ?? message.pollCreationMessageV3 ?? message.pollUpdateMessage) return 'poll'
  // A poll that is edited, or gets an option (whatsapp-rust, wacore/src/send/classify.rs).
  if (message.secretEncryptedMessage && (message.secretEncryptedMessage.secretEncType ?? 0) >= 4)
    return 'poll'
  if (message.eventMessage) return 'event'
  return mediaType(message) === undefined ? 'text' : 'media'
}

function mediaType(outer: proto.IMessage): string | undefined {
  const message = outer.deviceSentMessage?.message ?? outer
  const fields = Object.entries(MEDIA_TYPES) as [keyof typeof MEDIA_TYPES, string][]
  return fields.find(([field]) => message[field])?.[1]
}

/** Whether one may be a copy of the other. Words may have been edited since. */
function isSame(one: Shown, other: Shown): boolean {
  const [bytes, others] = [one.file?.bytes, other.file?.bytes]
  return one.kind === other.kind && (bytes && others ? bytes.equals(others) : bytes === others)
}

function encNode(enc: EncPayload, message: proto.IMessage, count?: string): BinaryNode {
  const attrs = { v: '2', type: enc.type, mediatype: mediaType(message), count }
  return el('enc', { ...attrs, 'decrypt-fail': isHidden(message) ? 'hide' : undefined }, enc.ciphertext)
}

/** Whoever cannot read it is to be shown nothing (whatsmeow, send.go and message attributes). */
function isHidden(outer: proto.IMessage): boolean {
  const message = outer.deviceSentMessage?.message ?? outer
  const isOpinion = message.reactionMessage ?? message.encReactionMessage ?? message.pollUpdateMessage
  return isOpinion != null || editAttribute(message) !== undefined
}

/** WhatsApp's padding: 1 to 16 bytes, each of them the number of them. */
function pad(message: proto.IMessage): Buffer {
  const length = randomInt(1, 17)
  return Buffer.concat([encodeMessage(message), Buffer.alloc(length, length)])
}

function unpad(plain: Buffer): Buffer {
  const length = plain.at(-1) ?? 0
  if (length < 1 || length > 16 || length > plain.length) throw new Error(`The padding is "${length}"`)
  return plain.subarray(0, -length)
}
