import { type proto, WAMessageStatus, type WAPatchName } from '@whiskeysockets/baileys'
import { Acts, editAttribute, withSecret } from './acts.ts'
import { contactMutation, keyShareMessage, type Mutation } from './app-state.ts'
import { Contact } from './contact.ts'
import { Group } from './group.ts'
import { Handset, type InboxMessage, type Incoming, newMessageId, type Outgoing } from './handset.ts'
import { type HistoryPiece, historyMessage } from './history-sync.ts'
import { el, unixSeconds } from './node.ts'
import type { Transmission, World } from './world.ts'

/** The chat with Meta AI (whatsmeow, types/jid.go, `MetaAIJID`). */
const META_AI = '867051314767696@bot'

/** Where the owner writes: to somebody, a group, the own chat, Meta AI, or to each of a list. */
export type PhoneChat = Contact | Group | 'me' | 'meta-ai' | readonly Contact[]

/** The owner's phone: the primary device of the account. */
export class Phone {
  readonly handset: Handset
  /** Receipts from the companion for what the phone sent it. */
  readonly receipts: { id: string; type: string }[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    this.handset = new Handset(world, world.account.pn, world.account.lid)
  }

  /** What the companion sent, as the phone shows it: copies of messages to others, and peer messages. */
  get inbox(): InboxMessage[] {
    return this.handset.inbox
  }

  /** The owner types a message on the phone. */
  async send(
    chat: PhoneChat,
    content: proto.IMessage | string,
    options: { id?: string; timestamp?: number } = {},
  ): Promise<string> {
    const { id = newMessageId(), timestamp = this.#world.seconds() } = options
    const { account } = this.#world
    const message = withSecret(typeof content === 'string' ? { conversation: content } : content)
    for (const jid of this.#chatsOf(chat))
      this.#world.tell({ chat: jid, from: 'phone', author: account.lid, id, message, timestamp })
    for (const reader of readersOf(chat)) {
      const place = chat instanceof Group ? chat.jid : reader.lid
      reader.inbox.push({ id, chat: place, message, copies: 1, at: Date.now() })
    }
    const { attrs, ...outgoing } = this.#outgoing(chat, { id, message, timestamp })
    await this.handset.transmit({ ...outgoing, attrs: { ...attrs, edit: editAttribute(message) } })
    return id
  }

  /** Hands the companion a message of its own, as an account's devices get what another one of them has written. */
  async echo(id: string): Promise<void> {
    const { transcript, groups, contacts } = this.#world
    const line = transcript.find(each => each.id === id && each.from === 'bridge')
    const chat =
      groups.find(({ jid }) => jid === line?.chat) ?? contacts.find(({ lid }) => lid === line?.chat)
    if (!line || !chat) throw new Error(`The bridge has not sent "${id}"`)
    const { message, timestamp } = line
    await this.handset.transmit(this.#outgoing(chat, { id, message, timestamp }))
  }

  /** What the owner does with messages in a chat: edits, deletions, reactions, polls, albums. */
  acts(chat: Contact | Group): Acts {
    const peer = chat instanceof Group ? {} : { peer: chat }
    return new Acts(this.#world, { ...peer, send: message => this.send(chat, message) })
  }

  /** A message from the phone to its companion that belongs to no chat. */
  async tellCompanion(message: proto.IMessage): Promise<void> {
    const attrs = { from: this.#world.account.pn, category: 'peer' }
    await this.handset.transmit({ id: newMessageId(), attrs, message, timestamp: unixSeconds() })
  }

  /** What a phone sends to a device that has just been linked: the keys of the app state, and the past. */
  async firstSync(): Promise<void> {
    await this.tellCompanion(keyShareMessage([this.#world.appState.key]))
    for (const piece of this.#history()) await this.tellCompanion(historyMessage(piece))
  }

  /** Takes a chat off the list of chats, as Baileys' `chatModify({ delete: true })` does. */
  deleteChat({ lid }: Contact): void {
    const value = { timestamp: Date.now(), deleteChatAction: { messageRange: { messages: [] } } }
    this.#world.share('regular_high', { index: ['deleteChat', lid, '1'], value, version: 6 })
  }

  /** Writes another name into the address book. */
  saves({ pn, lid }: Contact, name: string): void {
    this.#world.share('critical_unblock_low', contactMutation({ pn, lid, name }))
  }

  /** Changes the app state in any way, or (`spoil`) in one that arrives damaged at first. */
  shares(name: WAPatchName, mutations: readonly Mutation[], spoil?: (patch: Buffer) => Buffer): void {
    if (spoil) this.#world.appState.spoilNext(name, spoil)
    this.#world.share(name, ...mutations)
  }

  /** Called by the server for each copy of what the companion sends to its own account. */
  async accept(incoming: Incoming): Promise<void> {
    const message = await this.handset.receive(incoming)
    const { account, companion } = this.#world
    const t = String(unixSeconds())
    const attrs = incoming.group
      ? { from: incoming.group.jid, participant: incoming.group.addressOf(account) }
      : { from: incoming.chat.endsWith('@lid') ? account.lid : account.pn, recipient: incoming.chat }
    const stanza = message
      ? el('receipt', { ...attrs, id: incoming.id, t, type: 'sender' })
      : el(
          'receipt',
          { ...attrs, id: incoming.id, t, type: 'retry' },
          this.handset.retryNodes(incoming.id, t),
        )
    companion?.queue.push(stanza)
  }

  /** Asks the bridge for what it sent to a chat, as a phone does that cannot read it. */
  askAgain(id: string, { lid }: Contact): void {
    const { account, companion } = this.#world
    const t = String(unixSeconds())
    const attrs = { from: account.lid, recipient: lid, id, t, type: 'retry' }
    companion?.queue.push(el('receipt', attrs, this.handset.retryNodes(id, t)))
  }

  #chatsOf(chat: PhoneChat): string[] {
    if (chat === 'meta-ai') return [META_AI]
    if (chat === 'me') return [this.#world.account.lid]
    return chat instanceof Group ? [chat.jid] : readersOf(chat).map(({ lid }) => lid)
  }

  #outgoing(
    chat: PhoneChat,
    { id, message, timestamp }: { id: string; message: proto.IMessage; timestamp: number },
  ): Outgoing {
    const { account } = this.#world
    const notify = account.name
    if (chat instanceof Group) {
      const author = chat.addressOf(account)
      const alternative =
        chat.addressing === 'lid' ? { participant_pn: account.pn } : { participant_lid: account.lid }
      const attrs = {
        from: chat.jid,
        participant: author,
        addressing_mode: chat.addressing,
        ...alternative,
        notify,
      }
      return { id, attrs, message, timestamp, group: chat, author }
    }
    if (isList(chat)) return this.#toList(chat, { id, message, timestamp })
    const byPn = chat instanceof Contact && chat.addressing === 'pn'
    const [recipient = ''] = byPn ? [chat.pn] : this.#chatsOf(chat)
    const other = chat instanceof Contact && chat.pair !== 'unknown' ? chat : undefined
    const attrs = {
      from: byPn ? account.pn : account.lid,
      recipient,
      ...(byPn ? { peer_recipient_lid: other?.lid } : { peer_recipient_pn: other?.pn }),
      notify,
    }
    const wrapped = { deviceSentMessage: { destinationJid: recipient, message } }
    return { id, attrs, message: wrapped, timestamp }
  }

  /** To a broadcast list; the stanza says who is on it (whatsmeow, message.go, `BroadcastRecipients`). */
  #toList(
    list: readonly Contact[],
    { id, message, timestamp }: { id: string; message: proto.IMessage; timestamp: number },
  ): Outgoing {
    const { pn, lid, name } = this.#world.account
    const from = '1781870949@broadcast'
    const attrs = { from, participant: lid, participant_pn: pn, addressing_mode: 'lid', notify: name }
    const recipients = list.map(contact => el('to', { jid: contact.lid, peer_recipient_pn: contact.pn }))
    const wrapped = { deviceSentMessage: { destinationJid: from, message } }
    return { id, attrs, message: wrapped, timestamp, beside: [el('participants', {}, recipients)] }
  }

  #history(): HistoryPiece[] {
    const { groups, transcript } = this.#world
    // Nobody at all says it of those.
    const contacts = this.#world.contacts.filter(({ pair }) => pair !== 'unknown')
    const past = (jid: string) =>
      transcript
        .filter(({ chat }) => chat === jid)
        .toReversed()
        .map(entry => this.#pastMessage(entry))
    const people = contacts.map(({ pn, lid, name }) => ({
      jid: lid,
      pn,
      lid,
      ...(name !== undefined && { name }),
      messages: past(lid),
    }))
    const rooms = groups.map(({ jid, subject }) => ({ jid, name: subject, messages: past(jid) }))
    const lidMappings = contacts.map(({ pn, lid }) => ({ pn, lid }))
    const pushNames = contacts.map(({ lid, pushName }) => ({ jid: lid, name: pushName }))
    return [
      { type: 'INITIAL_BOOTSTRAP', conversations: [...people, ...rooms], lidMappings },
      { type: 'PUSH_NAME', pushNames },
      { type: 'RECENT', progress: 100, chunkOrder: 1 },
    ]
  }

  #pastMessage({ chat, id, from, message, timestamp }: Transmission): proto.IWebMessageInfo {
    const { contacts } = this.#world
    const author = contacts.find(({ pushName }) => pushName === from)
    return {
      key: { remoteJid: chat, id, fromMe: author === undefined },
      // Phones name them outside the key (vinikjkkj/zapo pull request 264).
      ...(chat.endsWith('@g.us') && author && { participant: author.lid }),
      message,
      messageTimestamp: timestamp,
      status: WAMessageStatus.DELIVERY_ACK,
    }
  }
}

function isList(chat: PhoneChat): chat is readonly Contact[] {
  return Array.isArray(chat)
}

function readersOf(chat: PhoneChat): readonly Contact[] {
  if (chat === 'me' || chat === 'meta-ai') return []
  if (isList(chat)) return chat
  return chat instanceof Group ? [...chat.participants] : [chat]
}
