import { setTimeout as sleep } from 'node:timers/promises'
import {
  type BinaryNode,
  DEFAULT_CONNECTION_CONFIG,
  type proto,
  type WAPatchName,
} from '@whiskeysockets/baileys'
import type { Acts } from './acts.ts'
import type { Mutation } from './app-state.ts'
import type { Channel } from './channel.ts'
import type { Refusal } from './companion.ts'
import type { Contact, ContactOptions } from './contact.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import type { Spoilt } from './device-keys.ts'
import type { Group, GroupOptions } from './group.ts'
import type { InboxMessage } from './handset.ts'
import { CA_FILE, type MediaServer, startMediaServer } from './media-server.ts'
import { el, SERVER } from './node.ts'
import { makeServerIdentity, newKeyPair } from './noise.ts'
import type { ScanOptions } from './pairing.ts'
import type { PhoneChat } from './phone.ts'
import type { AppliedChange } from './phone-changes.ts'
import type { Recorder } from './record.ts'
import { Server } from './server.ts'
import type { Standing } from './standing.ts'
import { type Account, type Keyless, type Transmission, World } from './world.ts'

export type { ActOptions, Acts } from './acts.ts'
export type { Mutation } from './app-state.ts'
export type { Call, CallOptions } from './call.ts'
export type { Channel } from './channel.ts'
export type { Contact, ContactOptions, SendOptions } from './contact.ts'
export type { Spoilt } from './device-keys.ts'
export type { Group, GroupOptions } from './group.ts'
export type { InboxMessage } from './handset.ts'
export type { Forgery } from './pairing.ts'
export type { Transmission } from './world.ts'

export interface SimulatorOptions {
  /** Default: a free one. */
  port?: number
  /** Digits. */
  phone?: string
  lid?: string
  /** Push name of the account. */
  name?: string
  /** What the media host calls itself: 127.0.0.1, or `localhost`; its certificate is good for no other. */
  mediaName?: string
}

/** Starts WhatsApp on loopback: the chat server, the media host, the owner's phone. */
export async function startWhatsAppSimulator(options: SimulatorOptions = {}): Promise<WhatsAppSimulator> {
  const account = {
    pn: `${options.phone ?? '15550000001'}@s.whatsapp.net`,
    lid: `${options.lid ?? '900000000000001'}@lid`,
    name: options.name ?? 'Olivia Owner',
    migrated: true,
    byNumber: 'refused' as const,
    needsTokens: false,
  }
  const media = await startMediaServer(options.mediaName)
  const world = new World(account, media)
  return new WhatsAppSimulator(world, await Server.listen(world, options.port ?? 0))
}

/** One account on a WhatsApp of its own. README.md in this folder says what it does and what it refuses. */
export class WhatsAppSimulator {
  readonly url: string
  /** Hex, for `WA_CERT_DETAILS.PUBLIC_KEY`. */
  readonly rootKey: string
  readonly media: MediaServer
  /** `127.0.0.1:PORT` */
  readonly mediaHost: string
  /** For NODE_EXTRA_CA_CERTS. */
  readonly caFile = CA_FILE
  readonly account: Account
  readonly phone: OwnerPhone
  readonly #world: World
  readonly #server: Server

  constructor(world: World, server: Server) {
    this.#world = world
    this.#server = server
    this.url = `ws://127.0.0.1:${server.port}/ws/chat`
    this.rootKey = server.identity.rootKey.toString('hex')
    this.media = world.media
    this.mediaHost = world.media.host
    this.account = world.account
    this.phone = new OwnerPhone(world, server)
    this.tellVersion(DEFAULT_CONNECTION_CONFIG.version[2])
  }

  addContact(options: ContactOptions = {}): Contact {
    return this.#world.addContact(options)
  }

  addGroup(options: GroupOptions): Group {
    return this.#world.addGroup(options)
  }

  /** A channel that the account follows. */
  addChannel(name?: string): Channel {
    return this.#world.addChannel(name)
  }

  /** The bridge's device address while one is linked, `…:7@s.whatsapp.net`. */
  get companion(): string | undefined {
    return this.#world.companion?.pn
  }

  /** The bridge is logged in. */
  get isConnected(): boolean {
    return this.#world.companion?.isConnected ?? false
  }

  /** The bridge is logged in and has got everything that waited for it. */
  get isLive(): boolean {
    return this.#world.companion?.queue.isLive ?? false
  }

  /** What the bridge has not settled yet: messages without a receipt, receipts and notifications without an ack. */
  get pending(): readonly BinaryNode[] {
    return this.#world.companion?.queue.pending ?? []
  }

  /** When the bridge was let in, each time, by the `performance.now()` of this process. */
  get logins(): readonly number[] {
    return this.#server.logins
  }

  /** Open sockets, logged in or not. */
  get connections(): number {
    return this.#server.connections
  }

  /** One-time prekeys of the bridge that are left on the server. */
  get preKeyCount(): number {
    return this.#world.companion?.keys.count ?? 0
  }

  /** All chats as their members see them, in order, each message once. */
  get transcript(): readonly Transmission[] {
    return this.#world.transcript
  }

  /** What the bridge changed of earlier messages, and what phones made of it; the transcript shows the outcome. */
  get changes(): readonly AppliedChange[] {
    return this.#world.changes.applied
  }

  /** What the account may do: `restrict`, `limit`. */
  get standing(): Standing {
    return this.#world.standing
  }

  /** Every stanza received from the bridge. */
  get requests(): readonly BinaryNode[] {
    return this.#world.record.requests
  }

  get unexpected(): readonly string[] {
    return this.#world.record.unexpected
  }

  /** What went wrong without being anybody's mistake, such as messages that a phone could not read. */
  get problems(): readonly string[] {
    return this.#world.record.problems
  }

  /** Messages that the bridge refused to take, with its error code. */
  get nacks(): Recorder['nacks'] {
    return this.#world.record.nacks
  }

  /** `<presence>` and `<chatstate>` from the bridge. */
  get presenceSeen(): readonly BinaryNode[] {
    return this.#world.record.presences
  }

  /** Throws when the bridge asked something unknown or wrong. */
  assertNoSurprises(): void {
    const { unexpected } = this.#world.record
    if (unexpected.length > 0) throw new Error(`The bridge surprised WhatsApp:\n- ${unexpected.join('\n- ')}`)
  }

  /** Forgets the surprises so far and returns them: for tests that provoke some. */
  takeSurprises(): string[] {
    return this.#world.record.unexpected.splice(0)
  }

  /**
   * Ends the bridge's stream: 515 restart, 503 unavailable, 401 unlinked, `conflict` another login took over. In parts:
   * the code, the type of the conflict, or another child that says why (`xml-not-well-formed`, `ack`).
   */
  streamError(
    kind:
      | number
      | 'conflict'
      | { readonly code?: number; readonly conflict?: string; readonly child?: string },
  ): void {
    if (kind === 401) this.#server.unlink()
    const { code, conflict, child } =
      kind === 'conflict' ? { conflict: 'replaced' } : typeof kind === 'number' ? { code: kind } : kind
    this.#server.streamError({ ...(code !== undefined && { code: String(code) }) }, [
      ...(conflict === undefined ? [] : [el('conflict', { type: conflict })]),
      ...(child === undefined ? [] : [el(child)]),
    ])
  }

  /** Tells the bridge that the phone takes no part in linked devices. */
  downgrade(): void {
    this.#world.companion?.wire?.send(el('ib', { from: SERVER }, [el('downgrade_webclient')]))
  }

  /** Sends the bridge a stanza as it is, whatever it is: what only a broken or hostile server would send. */
  inject(node: BinaryNode): void {
    this.#world.companion?.wire?.send(node)
  }

  /** Resolves when the bridge has read what it was sent, and what it sent until then is here, or when its line is closed. */
  async heard(): Promise<void> {
    await this.#world.companion?.wire?.heard()
  }

  /** Leaves a stanza with the server as it is: it waits while the bridge is away, and comes again until it is settled. */
  enqueue(node: BinaryNode): void {
    this.#world.companion?.queue.push(node)
  }

  /** What is not settled comes again now, as it does every few minutes (whatsapp-rust #659). */
  sendAgain(): void {
    this.#world.companion?.queue.sendAgain()
  }

  /** Cuts all connections without a word. */
  dropConnection(): void {
    this.#server.drop()
  }

  /** From now on the server takes everything in and says nothing, also on new connections. */
  silence(on: boolean): void {
    this.#server.silence(on)
  }

  /** From now on each ack of a private message has the hash of the devices, also where none was left out. */
  hashAllAcks(): void {
    this.#world.hashesAll = true
  }

  /** What waits comes as others have seen it, or may have: for one request, without the end marked, or not at all. */
  giveBacklog(manner: DeliveryQueue['manner']): void {
    const { companion } = this.#world
    if (companion) companion.queue.manner = manner
  }

  /** This connection answers and acknowledges, but nothing is passed on over it; the next one gets what was held back. */
  deafen(): void {
    this.#world.companion?.queue.deafen()
  }

  /** The next login or registration is turned away with `<failure reason/>`: 401, 403, 405, 503 …, and more attributes. */
  refuseNextLogin(code: number, attrs: Readonly<Record<string, string>> = {}): void {
    this.#server.loginRefusals.push({ code, attrs })
  }

  /**
   * From now on older versions of WhatsApp Web are turned away (405). The page that tells the present one tells this, or
   * another that is `told`.
   */
  refuseVersionsBelow(revision: number, told = revision): void {
    this.#server.oldestRevision = revision
    this.tellVersion(told)
  }

  /** What the page of WhatsApp Web says of its version, as `sw.js` does: in JSON inside a string. */
  tellVersion(revision: number): void {
    this.media.page('/sw.js', {
      body: `/*FB_PKG_DELIM*/\nself.__swData=JSON.parse("{\\"dynamic_data\\":{\\"client_revision\\":${revision},\\"server\\":1}}");\n`,
      headers: { 'content-type': 'application/x-javascript; charset=utf-8' },
      needs: { 'sec-fetch-site': /^none$/, 'user-agent': /^Mozilla\/5\.0 \(.*Chrome\// },
    })
  }

  /** Which version of WhatsApp Web the bridge said that it was, at each login and registration. */
  get revisions(): readonly number[] {
    return this.#server.revisions
  }

  /** Others take the bridge's prekeys from the server without ever writing, until so many are left. */
  takePreKeys(left: number): void {
    const keys = this.#world.companion?.keys
    while (keys !== undefined && keys.count > left) keys.bundle()
  }

  /** The next uploads of prekeys are refused. */
  refusePreKeys(uploads: number, refusal: Refusal = 500): void {
    const { companion } = this.#world
    if (companion) Object.assign(companion, { refusedUploads: uploads, refusal })
  }

  /** How many uploads of prekeys are still to be refused. */
  get preKeyRefusals(): number {
    return this.#world.companion?.refusedUploads ?? 0
  }

  /**
   * The next query of a name, as in `w:g2 set accept` or `w:profile:picture get picture`, is refused with this code, or never answered;
   * or the next one behind so many; and those that follow it, so many `times` in all.
   */
  refuseQuery(name: string, how: number | 'silence', { after = 0, times = 1 } = {}): void {
    this.#world.refusedQueries.set(name, { how, after, times })
  }

  /** The next query of a name is answered as things are when it comes, but only when the returned function is called. */
  holdAnswer(name: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#world.heldAnswers.set(name, promise)
    return resolve
  }

  /** Moves the time of this WhatsApp forward, by milliseconds: a login says so, and every message from now on. */
  advanceClock(milliseconds: number): void {
    this.#world.aheadBy += milliseconds
  }

  /**
   * From now on the server shakes hands with another key, as one who has only seen WhatsApp's certificate: under the same one
   * (`key`), or under a leaf of its own below the genuine intermediate, which has not signed it (`leaf`).
   */
  forgeHandshake(forged: 'key' | 'leaf' = 'key'): void {
    const { identity } = this.#server
    if (forged === 'key') identity.staticKey = newKeyPair()
    else Object.assign(identity, makeServerIdentity(identity))
  }

  /** From now on the server gives out a signed prekey of its own for somebody (`me`: the owner's phone), or theirs again. */
  forgeBundle(person: Contact | 'me', on = true): void {
    const whose = person === 'me' ? this.#world.phone : person
    if (on) this.#world.forgedBundles.add(whose)
    else this.#world.forgedBundles.delete(whose)
  }

  /** From now on the server gives out somebody's keys without a part of them, or with that part a byte too short. */
  spoilBundle(person: Contact | 'me', spoilt: Spoilt): void {
    this.#world.spoiltBundles.set(person === 'me' ? this.#world.phone : person, spoilt)
  }

  /**
   * From now on the server has no keys for somebody's devices, or one of them: each of a query's users is answered, or refused, by
   * itself, or the whole query is refused for their sake.
   */
  refuseKeys(person: Contact | 'me', keyless: Keyless = { refuses: 'user' }): void {
    this.#world.keyless.set(person === 'me' ? this.#world.phone : person, keyless)
  }

  /** So many of the next connections end as soon as they have their QR codes; none any more: 0. */
  cutLinking(connections: number): void {
    this.#server.linking.cuts = connections
  }

  /** Keeps the acks for messages back until told `false`. */
  holdAcks(on: boolean): void {
    this.#server.holdAcks(on)
  }

  /** The ack of the next message carries this error (463, 479 …); it is not `delivered`, or it is (whatsapp-rust #940: 479). */
  refuseNext(code: number, { delivered = false } = {}): void {
    this.#server.sendFaults.push({ kind: 'refuse', code, delivered })
  }

  /** At the next message the connection breaks: after it was delivered, or before. */
  cutNextSend(when: 'before-ack' | 'before-delivery'): void {
    this.#server.sendFaults.push({ kind: `cut-${when}` })
  }

  /** How many of the refusals and broken sends that were planned have met nothing yet. */
  get faultsWaiting(): number {
    return this.#server.sendFaults.length + this.#server.loginRefusals.length
  }

  /** They never will. */
  clearFaults(): void {
    this.#server.sendFaults.length = 0
    this.#server.loginRefusals.length = 0
  }

  /** Waits for something to become true. */
  async until(condition: () => boolean, what = String(condition), milliseconds = 120_000): Promise<void> {
    const deadline = Date.now() + milliseconds
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`Not within ${milliseconds} ms: ${what}`)
      await sleep(5)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close()
    await this.media[Symbol.asyncDispose]()
  }
}

/** The owner's phone as its owner uses it. */
export class OwnerPhone {
  readonly #world: World
  readonly #server: Server

  constructor(world: World, server: Server) {
    this.#world = world
    this.#server = server
  }

  /** Scans a QR code of the bridge (the raw payload); resolves when it is linked. */
  scan(payload: string, options: ScanOptions = {}): Promise<void> {
    return this.#server.linking.scan(payload, options)
  }

  /** Enters the pairing code that the bridge shows; resolves when it is linked, rejects when the code is wrong. */
  enterPairingCode(code: string, options: Omit<ScanOptions, 'refresh'> = {}): Promise<void> {
    return this.#server.linking.enterCode(code, options)
  }

  /** Switches the phone off, or on again: a phone that is off puts no files up again for linked devices. */
  switch(on: boolean): void {
    this.#world.mediaRetries.switch(on)
  }

  /** Turns down the devices that want to be linked now. */
  refuse(code = 401): void {
    this.#server.linking.refuse(code)
  }

  /** Writes another name into the address book. */
  saves(contact: Contact, name: string): void {
    this.#world.phone.saves(contact, name)
  }

  /** Changes the app state in any way, or (`spoil`) in one that arrives damaged at first. */
  shares(name: WAPatchName, mutations: readonly Mutation[], spoil?: (patch: Buffer) => Buffer): void {
    this.#world.phone.shares(name, mutations, spoil)
  }

  /** Takes a chat off the list of chats. */
  deleteChat(contact: Contact): void {
    this.#world.phone.deleteChat(contact)
  }

  /** Removes the bridge in "Linked devices". */
  unlink(): void {
    this.#server.unlink()
  }

  /** Types a message on the phone. */
  send(
    chat: PhoneChat,
    content: proto.IMessage | string,
    options: { id?: string; timestamp?: number } = {},
  ): Promise<string> {
    return this.#world.phone.send(chat, content, options)
  }

  /** The bridge gets the message that it has sent under this id, as if another device of the account had written it. */
  echo(id: string): Promise<void> {
    return this.#world.phone.echo(id)
  }

  /** What the owner does with messages in a chat: edits, deletions, reactions, polls, albums. */
  acts(chat: Contact | Group): Acts {
    return this.#world.phone.acts(chat)
  }

  /** A message to the bridge that belongs to no chat (`category="peer"`). */
  tellCompanion(message: proto.IMessage): Promise<void> {
    return this.#world.phone.tellCompanion(message)
  }

  /** Asks the bridge for what it sent to a chat, as a phone does that cannot read it. */
  askAgain(id: string, chat: Contact): void {
    this.#world.phone.askAgain(id, chat)
  }

  /** What the bridge sent, as it shows up on the phone. */
  get inbox(): InboxMessage[] {
    return this.#world.phone.inbox
  }

  /** Receipts of the bridge for what the phone sent. */
  get receipts(): { id: string; type: string }[] {
    return this.#world.phone.receipts
  }
}
