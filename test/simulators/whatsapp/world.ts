import { randomBytes } from 'node:crypto'
import type { proto, WAPatchName } from '@whiskeysockets/baileys'
import { contactMutation, type Mutation, pushNameMutation } from './app-state.ts'
import { AppStateStore } from './app-state-store.ts'
import { Channel } from './channel.ts'
import type { Companion } from './companion.ts'
import { Contact, type ContactOptions } from './contact.ts'
import type { Spoilt } from './device-keys.ts'
import { Group, type GroupOptions } from './group.ts'
import { MediaRetries } from './media-retry.ts'
import type { MediaServer } from './media-server.ts'
import { el, SERVER, unixSeconds, withoutDevice } from './node.ts'
import { Phone } from './phone.ts'
import { PhoneChanges } from './phone-changes.ts'
import type { Shown } from './phone-view.ts'
import { Recorder } from './record.ts'
import { Standing } from './standing.ts'

export interface Account {
  /** `…@s.whatsapp.net` */
  pn: string
  /** `…@lid` */
  lid: string
  /** Push name. */
  name: string
  /**
   * Private chats have moved to LIDs, for this account as a whole (WhatsApp Web, `Lid1X1MigrationUtils.isLidMigrated`): by number nobody
   * is reached any more whose LID there is. Before that nobody is reached by LID.
   */
  migrated: boolean
  /** What a migrated account meets by number: the message is refused, or there are no devices to send it to. */
  byNumber: 'refused' | 'no devices'
  /** Private messages need the token of whoever they are for (`Contact.giveToken`). */
  needsTokens: boolean
}

export interface RefusedQueries {
  readonly how: number | 'silence'
  /** So many are answered before. */
  readonly after: number
  readonly times: number
}

export interface Keyless {
  /** Each `user` of a query is refused by itself, or the whole query. */
  readonly refuses: 'user' | 'query'
  /** Default: all of them. */
  readonly device?: number
}

/** One line of a chat as its members see it, whoever wrote it. */
export interface Transmission {
  /** A contact's LID, or the group. */
  chat: string
  /** A push name, `phone` or `bridge`. */
  from: string
  /** LID of whoever wrote it. */
  author: string
  id: string
  message: proto.IMessage
  /** What a person sees of it; of what the bridge sent. */
  shown?: Shown
  /** Unix seconds. */
  timestamp: number
  /** Id of the album that it is an item of. */
  album?: string
  /** What it says after the latest edit, and when that was made (unix milliseconds). */
  edited?: proto.IMessage
  editedAt?: number
  deleted?: boolean
  /** Emoji by LID. */
  reactions?: Record<string, string>
  /** Of a poll: what was added to its options. */
  addedOptions?: string[]
  /** Options by LID. */
  votes?: Record<string, string[]>
  /** Seconds. */
  pinned?: number
}

/** The people, groups and devices that the server knows. */
export class World {
  readonly account: Account
  readonly media: MediaServer
  readonly phone: Phone
  readonly contacts: Contact[] = []
  readonly groups: Group[] = []
  readonly channels: Channel[] = []
  readonly appState = new AppStateStore()
  readonly record = new Recorder()
  readonly transcript: Transmission[] = []
  readonly changes = new PhoneChanges(this)
  readonly mediaRetries = new MediaRetries(this)
  readonly standing = new Standing(this)
  companion: Companion | undefined
  /** Codes with which the next queries of a name (`w:g2 set accept`) are refused, or that there is no answer to them. */
  readonly refusedQueries = new Map<string, RefusedQueries>()
  /** The next answers to queries of a name, as they are made when those come, wait for these. */
  readonly heldAnswers = new Map<string, Promise<void>>()
  /** Those for whom the server gives out a signed prekey that is not theirs. */
  readonly forgedBundles = new Set<Contact | Phone>()
  /** Those in whose keys something is missing or cut short. */
  readonly spoiltBundles = new Map<Contact | Phone, Spoilt>()
  /** Those for whose devices (or one of them) the server has no keys any more, and how it says so. */
  readonly keyless = new Map<Contact | Phone, Keyless>()
  /** By how many milliseconds the time of this WhatsApp is ahead of the machine's. */
  aheadBy = 0
  /** Whether each ack of a private message has the hash of the devices, or only where some were left out. */
  hashesAll = false
  readonly #told = new Set<string>()
  /** In which order messages came, also those that a phone could not read then. */
  readonly #came = new Map<string, number>()

  constructor(account: Account, media: MediaServer) {
    this.account = account
    this.media = media
    this.phone = new Phone(this)
    this.appState.add('critical_block', pushNameMutation(account.name))
  }

  addContact(options: ContactOptions): Contact {
    const number = this.contacts.length + 2
    const phone = options.phone ?? `1555${String(number).padStart(7, '0')}`
    const lid = options.lid ?? `9${String(number).padStart(14, '0')}`
    const contact = new Contact(this, { ...options, phone, lid })
    if (this.findContact(contact.pn) ?? this.findContact(contact.lid)) {
      throw new Error(`There is a contact with the number "${phone}" or the LID "${lid}" already`)
    }
    this.contacts.push(contact)
    const { pn, name } = contact
    if (name !== undefined) {
      this.share('critical_unblock_low', contactMutation({ pn, lid: contact.lid, name }))
    }
    return contact
  }

  addGroup(options: GroupOptions): Group {
    const jid = `1203630000${String(this.groups.length + 1).padStart(8, '0')}@g.us`
    const group = new Group(this, jid, options)
    this.groups.push(group)
    const [creator] = group.participants
    if (creator) group.notify(creator, el('create', { type: 'new', key: this.newId() }, [group.node()]))
    return group
  }

  addChannel(name = 'News'): Channel {
    const channel = new Channel(
      this,
      `1203630001${String(this.channels.length + 1).padStart(8, '0')}@newsletter`,
      name,
    )
    this.channels.push(channel)
    return channel
  }

  findContact(jid: string): Contact | undefined {
    const address = withoutDevice(jid)
    return this.contacts.find(({ pn, lid }) => pn === address || lid === address)
  }

  findGroup(jid: string): Group | undefined {
    return this.groups.find(group => group.jid === jid)
  }

  /** Whether private messages go to an address: that depends on whose account this is, not on theirs. */
  isReached(jid: string): boolean {
    if (jid.endsWith('@lid')) return this.account.migrated
    const hasLid = this.isMe(jid) || this.findContact(jid)?.pair !== 'unknown'
    return !(this.account.migrated && hasLid)
  }

  /** Whether two addresses are of one person. */
  isOne(jid: string, other: string): boolean {
    return this.isMe(jid) ? this.isMe(other) : this.findContact(jid) === this.findContact(other)
  }

  isMe(jid: string): boolean {
    const address = withoutDevice(jid)
    return address === this.account.pn || address === this.account.lid
  }

  /** Notes a message in its chat, once per id. */
  tell(line: Transmission): void {
    const key = `${line.chat} ${line.id}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    const turn = this.#turnOf(line)
    const before = this.transcript.findLastIndex(each => this.#turnOf(each) < turn)
    this.transcript.splice(before + 1, 0, line)
  }

  /** A phone shows "Waiting for this message", in whose place the message stands when it can be read. */
  waitFor(message: Pick<Transmission, 'chat' | 'id'>): void {
    this.#turnOf(message)
  }

  #turnOf({ chat, id }: Pick<Transmission, 'chat' | 'id'>): number {
    const key = `${chat} ${id}`
    const turn = this.#came.get(key) ?? this.#came.size
    this.#came.set(key, turn)
    return turn
  }

  /** What time it is here, in seconds since 1970. */
  seconds(): number {
    return Math.floor((Date.now() + this.aheadBy) / 1000)
  }

  newId(): string {
    return String(randomBytes(4).readUInt32BE())
  }

  /** Adds changes to a collection and tells the companion that there are some. */
  share(name: WAPatchName, ...mutations: readonly Mutation[]): void {
    for (const mutation of mutations) this.appState.add(name, mutation)
    if (!this.companion) return
    const version = String(this.appState.version(name))
    const attrs = { type: 'server_sync', from: SERVER, id: this.newId(), t: String(unixSeconds()) }
    this.companion.queue.push(el('notification', attrs, [el('collection', { name, version })]))
  }
}
