import { randomBytes } from 'node:crypto'
import type { proto } from '@whiskeysockets/baileys'
import { Acts, editAttribute, withSecret } from './acts.ts'
import { Call, type CallOptions } from './call.ts'
import type { Group } from './group.ts'
import { Handset, type InboxMessage, type Incoming, newMessageId } from './handset.ts'
import { deviceOf, el, unixSeconds, withDevice } from './node.ts'
import type { World } from './world.ts'

export interface ContactOptions {
  /** Digits. */
  phone?: string
  /** Digits of the LID. */
  lid?: string
  /** In the owner's address book; unknown there when left out. */
  name?: string
  /** What the contact calls herself. */
  pushName?: string
  /** How her private messages are addressed; today's phones use LIDs. */
  addressing?: 'lid' | 'pn'
  /**
   * Who says that her two addresses are one: the server with each message of hers (`told`), only when it is asked (`asked`), or
   * nobody. Default: `told`.
   */
  pair?: Pair
}

export type Pair = 'told' | 'asked' | 'unknown'

export interface SendOptions {
  /** Default: the private chat. */
  to?: Group
  id?: string
  /** Unix seconds. */
  timestamp?: number
}

/** Somebody with WhatsApp on a phone. */
export class Contact {
  readonly pn: string
  readonly lid: string
  readonly name: string | undefined
  readonly pushName: string
  addressing: 'lid' | 'pn'
  pair: Pair
  readonly handset: Handset
  /** Devices linked to her phone, by their numbers from 1: what is written to her is encrypted for each of them. */
  readonly linked: Handset[] = []
  /** What she does with messages: edits, deletions, reactions, polls, albums. */
  readonly acts: Acts
  /** Receipts from the companion for what this contact sent. */
  readonly receipts: { id: string; type: string }[] = []
  /** WhatsApp names no device of hers, as if she were gone. */
  hasNoDevices = false
  /** By which the account may write to her, where it needs one. */
  token: Buffer | undefined
  readonly #world: World

  constructor(world: World, options: ContactOptions & { phone: string; lid: string }) {
    this.#world = world
    this.pn = `${options.phone}@s.whatsapp.net`
    this.lid = `${options.lid}@lid`
    this.name = options.name
    this.pushName = options.pushName ?? options.name ?? options.phone
    this.addressing = options.addressing ?? 'lid'
    this.pair = options.pair ?? 'told'
    this.handset = new Handset(world, this.pn, this.lid)
    this.acts = new Acts(world, { me: this, send: (message, to) => this.send(message, to ? { to } : {}) })
  }

  /** What the bridge (or the owner's phone) sent her, private chat and groups. */
  get inbox(): InboxMessage[] {
    return this.handset.inbox
  }

  /** Sends a message (a string is plain text) and returns its id. It waits on the server while the bridge is away. */
  async send(content: proto.IMessage | string, options: SendOptions = {}): Promise<string> {
    const { to: group, id = newMessageId(), timestamp = this.#world.seconds() } = options
    if (group && !group.participants.has(this)) {
      throw new Error(`"${this.pushName}" is not a member of "${group.subject}"`)
    }
    const message = withSecret(typeof content === 'string' ? { conversation: content } : content)
    this.#world.tell({
      chat: group?.jid ?? this.lid,
      from: this.pushName,
      author: this.lid,
      id,
      message,
      timestamp,
    })
    const author = group?.addressOf(this)
    await this.handset.transmit({
      id,
      message,
      timestamp,
      attrs: { ...(group ? this.#groupAttrs(group) : this.#privateAttrs()), edit: editAttribute(message) },
      ...(group && { group }),
      ...(author && { author }),
    })
    return id
  }

  /** Puts something into her status, which the account is one of those to see. */
  async postStatus(content: proto.IMessage | string): Promise<string> {
    const id = newMessageId()
    const timestamp = unixSeconds()
    const message = withSecret(
      typeof content === 'string' ? { extendedTextMessage: { text: content } } : content,
    )
    const jid = 'status@broadcast'
    this.#world.tell({ chat: jid, from: this.pushName, author: this.lid, id, message, timestamp })
    const attrs = { from: jid, participant: this.lid, participant_pn: this.pn, notify: this.pushName }
    await this.handset.transmit({ id, message, timestamp, attrs, group: { jid }, author: this.lid })
    return id
  }

  /** Calls the account, or a group. */
  call(options: CallOptions = {}): Call {
    return new Call(this.#world, this, options)
  }

  /**
   * Sends what linked devices are only told of: `view_once`, `view_once_unavailable_fanout`, `bot_unavailable_fanout`, or without
   * a reason (whatsmeow, events.go, `UnavailableTypeUnknown`).
   */
  sendUnavailable(type?: string): string {
    const id = newMessageId()
    const attrs = { ...this.#privateAttrs(), id, t: String(unixSeconds()), type: 'media' }
    this.#world.companion?.queue.push(el('message', attrs, [el('unavailable', { type })]))
    return id
  }

  /** Marks messages of the bridge as read. */
  read(ids: string[], chat?: Group): void {
    for (const id of ids) this.#receipt(id, chat, 'read')
  }

  /** Asks the bridge to send a message again, as a phone does that cannot read it. */
  askAgain(id: string, chat?: Group): void {
    this.#receipt(id, chat, 'retry')
  }

  /** Lets the account write to her, as clients do when they answer (lib/Socket/messages-recv.js, `privacy_token`). */
  giveToken(): void {
    const t = String(this.#world.seconds())
    this.token = randomBytes(16)
    const token = el('token', { jid: this.#world.account.pn, type: 'trusted_contact', t }, this.token)
    const attrs = { type: 'privacy_token', from: this.lid, id: this.#world.newId(), t }
    this.#world.companion?.queue.push(el('notification', attrs, [el('tokens', {}, [token])]))
  }

  /** Installs WhatsApp anew: the server says that the identity has changed, and groups get new sender keys. */
  reinstall(): void {
    const { companion } = this.#world
    this.handset.renew()
    for (const given of companion?.senderKeysGiven ?? []) {
      if (given.endsWith(this.lid) || given.endsWith(this.pn)) companion?.senderKeysGiven.delete(given)
    }
    const attrs = { type: 'encrypt', from: this.lid, id: this.#world.newId(), t: String(unixSeconds()) }
    companion?.queue.push(el('notification', attrs, [el('identity')]))
  }

  /** Makes the next messages from the bridge unreadable on this phone. */
  failToRead(times = 1): void {
    this.handset.failToRead(times)
  }

  /** Links another device to her phone, which gets what is written to her from now on. */
  link(): Handset {
    const number = this.linked.length + 1
    const handset = new Handset(this.#world, withDevice(this.pn, number), withDevice(this.lid, number))
    this.linked.push(handset)
    return handset
  }

  /** Her phone or the linked device that an address names, if there is one. */
  handsetAt(jid: string): Handset | undefined {
    const device = deviceOf(jid)
    return device === 0 ? this.handset : this.linked[device - 1]
  }

  /** Called by the server for each copy of what the companion sends, with the address of the device. */
  async accept(incoming: Incoming, to: string): Promise<void> {
    const handset = this.handsetAt(to)
    const message = await handset?.receive({ ...incoming, isCopy: deviceOf(to) !== 0 })
    if (handset && !message) this.#world.waitFor({ chat: incoming.group?.jid ?? this.lid, id: incoming.id })
    this.#receipt(incoming.id, incoming.group, message ? undefined : 'retry', incoming.chat, deviceOf(to))
  }

  #receipt(
    id: string,
    group: Group | undefined,
    type: 'read' | 'retry' | undefined,
    chat?: string,
    device = 0,
  ): void {
    const t = String(unixSeconds())
    const address = chat ?? this.inbox.find(entry => entry.id === id)?.chat ?? this.lid
    const attrs = group
      ? { from: group.jid, participant: withDevice(group.addressOf(this), device) }
      : { from: withDevice(address.endsWith('@s.whatsapp.net') ? this.pn : this.lid, device) }
    const handset = device === 0 ? this.handset : this.linked[device - 1]
    const content = type === 'retry' ? handset?.retryNodes(id, t) : undefined
    this.#world.companion?.queue.push(el('receipt', { ...attrs, id, t, type }, content))
  }

  #privateAttrs(): Record<string, string> {
    const from = this.addressing === 'lid' ? this.lid : this.pn
    const other: Record<string, string> =
      this.addressing === 'lid' ? { sender_pn: this.pn } : { sender_lid: this.lid }
    return { from, ...(this.pair === 'told' && other), notify: this.pushName }
  }

  #groupAttrs(group: Group): Record<string, string> {
    const alternative: Record<string, string> =
      group.addressing === 'lid' ? { participant_pn: this.pn } : { participant_lid: this.lid }
    return {
      from: group.jid,
      participant: group.addressOf(this),
      addressing_mode: group.addressing,
      ...(this.pair === 'told' && alternative),
      notify: this.pushName,
    }
  }
}
