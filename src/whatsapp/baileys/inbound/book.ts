import type { Contact, GroupMetadata, WAMessage } from '@whiskeysockets/baileys'
import { addressOf, type ChatRef, chatRef } from '../../../bridge/chat-ref.ts'
import type { Arrival, FindMessage, Inbox, KnownChat, SessionStore } from '../../../bridge/network.ts'
import { oneLine } from '../../../bridge/rich-text.ts'
import { readStored } from '../../../bridge/stored-json.ts'
import { ToldTime } from '../../../support/clock.ts'
import { isGroup, kindOfAddress, normalizeAddress, userOf } from '../../address.ts'
import { addressesOf, canonical, type LongNumber, type ParseContext, toNumber } from '../parse/context.ts'
import { parseHead } from '../parse/head.ts'
import type { AdminChange } from '../parse/notifications.ts'
import { type Timer, Timers, timerIn } from '../timers.ts'
import { Admins } from './admins.ts'

/** A chat in any of the shapes that Baileys' events give it. */
export interface SeenChat {
  readonly id?: string | null
  readonly name?: string | null
  readonly lidJid?: string | null
  readonly pnJid?: string | null
  readonly conversationTimestamp?: LongNumber
  /** Seconds after which messages disappear, and since when that is so. */
  readonly ephemeralExpiration?: number | null
  readonly ephemeralSettingTimestamp?: LongNumber
}

const NAMES = 'name'
/** People whose private chat was there before this machine wrote to it. */
const MET = 'met'
/**
 * Baileys' own rows, as JSON: digits of the phone number → digits of the LID, and with `_reverse` behind them the other
 * way round (lib/Signal/lid-mapping.js).
 */
const MAPPINGS = 'lid-mapping'

/** Who is who: names for mentions, and the bridge's chat book, which is told of everything new. */
export class Book {
  readonly #sessions: SessionStore
  readonly #inbox: Inbox
  readonly #me: () => ParseContext['me']
  readonly #admins: Admins
  readonly #timers: Timers
  readonly #findMessage: FindMessage
  /** What time it is at WhatsApp. */
  readonly time: Pick<ToldTime, 'now'>
  /** What the bridge was told last about an address: most events say nothing new, and each would cost a commit. */
  readonly #told = new Map<string, string>()

  constructor(options: {
    sessions: SessionStore
    inbox: Inbox
    findMessage: FindMessage
    me: () => ParseContext['me']
    time?: Pick<ToldTime, 'now'>
  }) {
    this.#sessions = options.sessions
    this.time = options.time ?? new ToldTime()
    this.#admins = new Admins(options.sessions)
    this.#timers = new Timers(options.sessions, () => this.now)
    this.#findMessage = options.findMessage
    this.#inbox = options.inbox
    this.#me = options.me
  }

  /** What time it is at WhatsApp, or by this machine's clock where it has not said so; in milliseconds since 1970. */
  get now(): number {
    return this.time.now ?? Date.now()
  }

  get context(): Omit<ParseContext, 'isAwaited'> {
    return {
      me: this.#me(),
      lidOf: address => this.lidOf(address),
      phoneOf: address => this.#phoneOf(address),
      nameOf: address => this.nameOf(address),
      isAdmin: (group, addresses) => this.#admins.has(group, addresses),
      maySetTimer: (group, addresses) => this.#admins.maySetTimer(group, addresses),
      isCrowd: group => this.#isCrowd(group),
      findMessage: this.#findMessage,
    }
  }

  #isCrowd(group: string): boolean {
    const me = this.addressesOf(normalizeAddress(this.#me().pn) ?? '')
    return this.#admins.areAnnouncements(group) && !this.#admins.has(group, me)
  }

  lidOf(address: string): string | undefined {
    return this.#mapped(userOf(address), 'lid')
  }

  /** Baileys leaves the row of whoever had a number before where it is: it counts while the number is theirs. */
  #phoneOf(address: string): string | undefined {
    const phone = this.#mapped(`${userOf(address)}_reverse`, 's.whatsapp.net')
    return phone !== undefined && this.lidOf(phone) === address ? phone : undefined
  }

  #mapped(id: string, server: string): string | undefined {
    const stored = this.#sessions.get(MAPPINGS, id)
    const digits: unknown = stored === undefined ? undefined : readStored(stored)
    return typeof digits === 'string' && digits !== '' ? normalizeAddress(`${digits}@${server}`) : undefined
  }

  nameOf(address: string): string | undefined {
    return this.#sessions.get(NAMES, address)
  }

  contacts(contacts: readonly Partial<Contact>[]): void {
    for (const { id, lid, phoneNumber, name, notify, verifiedName } of contacts) {
      this.#learn(id, lid ?? phoneNumber, { name, pushName: verifiedName || notify })
    }
  }

  chats(chats: readonly SeenChat[]): void {
    for (const { id, name, lidJid, pnJid, conversationTimestamp, ...timer } of chats) {
      const seconds = toNumber(conversationTimestamp)
      this.#learn(id, lidJid ?? pnJid, {
        name,
        ...(seconds !== undefined && seconds > 0 && { lastActivity: seconds * 1000 }),
      })
      const address = canonical(id, lidJid ?? pnJid, this.context)?.address
      if (address !== undefined && seconds !== undefined && seconds > 0) this.#meet(address)
      const { ephemeralExpiration: lasts, ephemeralSettingTimestamp: setAt } = timer
      // Of a group Baileys tells what any member claims.
      if (address !== undefined && lasts != null && !isGroup(address))
        this.#timers.learn(address, { seconds: lasts, setAt: toNumber(setAt) ?? 0 })
    }
  }

  /** `isAnswer`: WhatsApp was asked, and has said all. `at`: when it said so, in milliseconds since 1970. */
  groups(groups: readonly Partial<GroupMetadata>[], { isAnswer = false, at = this.now } = {}): void {
    for (const { id, subject, participants, ephemeralDuration, ...settings } of groups) {
      if (id && isGroup(id)) {
        this.#learn(id, undefined, { name: subject })
        const { restrict, isCommunityAnnounce } = settings
        if (isCommunityAnnounce !== undefined) this.#admins.announce(id, isCommunityAnnounce)
        if (restrict !== undefined) this.#admins.restrict(id, restrict || this.#admins.areAnnouncements(id))
        if (isAnswer && participants !== undefined) this.#admins.learn({ id, participants })
        const lasts = ephemeralDuration ?? (isAnswer ? 0 : undefined)
        if (lasts !== undefined) this.#timers.learn(id, { seconds: lasts, setAt: Math.floor(at / 1000) })
      }
      for (const member of participants ?? []) {
        const other = member.lid ?? member.phoneNumber
        if (other) this.same(member.id, other)
      }
    }
  }

  /** See `Admins.change`. To be named by every address that is known: the list of members had all. */
  administer(group: string, change: AdminChange): void {
    this.#admins.change(group, change)
  }

  /** Two addresses of one person. */
  same(jid: string, other: string): void {
    this.#learn(jid, other, {})
  }

  /** What a message tells about the chat it stands in and who wrote it, beside what the bridge reads itself. */
  message({ event: { chat, sender } }: Arrival): void {
    const address = addressOf(chat)
    this.#tell({ chat, kind: kindOfAddress(address) })
    if (!sender.me) this.#meet(address)
    const writer = addressOf(sender.person)
    if (sender.me || sender.name === undefined || this.nameOf(writer) !== undefined) return
    this.#remember(writer, sender.name)
  }

  /** How long messages last in the chat of this one, where it says so. Of a group only a notice is to be believed. */
  timer(web: WAMessage, { isNotice = false } = {}): void {
    const timer = timerIn(web)
    const chat = timer && parseHead(web, this.context)?.event.chat
    if (chat === undefined || timer === undefined) return
    const address = addressOf(chat)
    if (isNotice || !isGroup(address)) this.#timers.learn(address, timer)
  }

  /** Every address that is known of a chat. */
  addressesOf(address: string): string[] {
    return addressesOf(address, this.context)
  }

  /** A chat under every address that is known of it. */
  chatsOf(chat: ChatRef): ChatRef[] {
    return this.addressesOf(addressOf(chat)).map(each => chatRef('whatsapp', each))
  }

  /** Whether a person has written to us, or the phone knew a chat with them when it was linked. */
  hasMet(address: string): boolean {
    return this.addressesOf(address).some(each => this.#sessions.get(MET, each) !== undefined)
  }

  #meet(address: string): void {
    if (kindOfAddress(address) !== 'person' || this.#sessions.get(MET, address) !== undefined) return
    this.#sessions.set([{ type: MET, id: address, value: '' }])
  }

  /** How long messages last in a chat, where that was ever heard. */
  timerOf(jid: string): Timer | undefined {
    const address = canonical(jid, undefined, this.context)?.address
    // It may have been heard before the other address of the person was known.
    const known = address === undefined ? [] : [address, ...this.addressesOf(address)]
    return known.map(each => this.#timers.of(each)).find(timer => timer !== undefined)
  }

  #learn(
    jid: string | null | undefined,
    other: string | null | undefined,
    facts: {
      name?: string | null | undefined
      pushName?: string | null | undefined
      lastActivity?: number
    },
  ): void {
    const who = canonical(jid, other, this.context)
    if (who === undefined) return
    const name = facts.name ? oneLine(facts.name) : ''
    const pushName = facts.pushName ? oneLine(facts.pushName) : ''
    if (name !== '') this.#remember(who.address, name)
    else if (pushName !== '' && this.nameOf(who.address) === undefined) this.#remember(who.address, pushName)
    this.#tell({
      chat: chatRef('whatsapp', who.address),
      kind: kindOfAddress(who.address),
      ...(who.aliases.length > 0 && { aliases: who.aliases }),
      ...(name !== '' && { name }),
      ...(pushName !== '' && { pushName }),
      ...(facts.lastActivity !== undefined && { lastActivity: facts.lastActivity }),
    })
  }

  /** Something may not have been stored: everything is told anew. */
  doubt(): void {
    this.#told.clear()
  }

  #tell(known: KnownChat): void {
    // A message, a contact and a chat each say it in their own way.
    const way = `${known.chat} ${Object.keys(known)}`
    const text = JSON.stringify(known)
    if (this.#told.get(way) === text) return
    this.#inbox.learn(known)
    this.#told.set(way, text)
  }

  #remember(address: string, name: string): void {
    if (this.nameOf(address) === name) return
    this.#sessions.set([{ type: NAMES, id: address, value: name }])
  }
}
