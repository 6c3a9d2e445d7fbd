import type { User } from 'grammy/types'
import type { ChatState } from './chats.ts'
import { Faults } from './faults.ts'
import { tellMembership } from './membership.ts'
import { addService } from './messages.ts'
import { SimUser } from './people.ts'
import { SimChat, type SimTopic } from './places.ts'
import { type Call, listen, type ServerState } from './server.ts'
import { removeTopic } from './topics.ts'
import type { BotRights } from './types.ts'
import { World } from './world.ts'

export type { Fault, Params } from './faults.ts'
export type { Attachment, OutgoingMessage, SimUser } from './people.ts'
export type { SimChat, SimTopic } from './places.ts'
export type { Call } from './server.ts'
export type { Seen, SeenFile } from './transcript.ts'

export interface TelegramSimulatorOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number
  readonly token?: string
  readonly bot?: { readonly id: number; readonly username: string; readonly first_name?: string }
  /** Whether the rate limits are enforced. Off by default: tests would wait for them. */
  readonly rates?: boolean
  /** The bot's Threaded Mode. */
  readonly topicsInPrivate?: boolean
  /** Privacy mode: in groups where the bot is no admin it gets commands, mentions and answers to itself alone. */
  readonly privacy?: boolean
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Largest file whose content is kept, in bytes; of a larger one hash and size are. 20 MB, what a bot may download. */
  readonly keep?: number
  /** False: answers name no `Date`, like those of telegram-bot-api with nothing in front of it. */
  readonly dates?: boolean
}

interface GroupInit {
  readonly id?: number
  readonly title: string
  readonly username?: string
  readonly forum?: boolean
  readonly members?: readonly SimUser[]
  /** Given: the bot is an administrator with these rights. */
  readonly botRights?: BotRights
}

/** Starts a strict Bot API server on loopback. */
export async function startTelegramSimulator(
  options: TelegramSimulatorOptions = {},
): Promise<TelegramSimulator> {
  const { token = `${options.bot?.id ?? 7_000_000_001}:simulated-token-of-the-bridge-bot` } = options
  // The id of the bot stands in front (`ClientManager.cpp`).
  const id = Number(token.split(':')[0])
  const bot = { first_name: 'Bridge', username: 'bridge_bot', ...options.bot, id }
  const state: ServerState = {
    world: new World({
      bot,
      rates: options.rates ?? false,
      topicsInPrivate: options.topicsInPrivate ?? false,
      privacy: options.privacy ?? false,
      now: options.now,
    }),
    faults: new Faults(),
    calls: [],
    unexpected: [],
    listeners: new Set(),
    downloads: 0,
    token,
    revoked: false,
    keep: options.keep ?? 20 * 1024 * 1024,
    dates: options.dates ?? true,
  }
  const { server, port } = await listen(state, options.port ?? 0)
  const close = async (): Promise<void> => {
    const closed = new Promise(resolve => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return new TelegramSimulator(state, { port, close })
}

/** The server, and the people and chats on it. */
export class TelegramSimulator implements AsyncDisposable {
  readonly apiRoot: string
  readonly bot: User
  readonly faults: Faults
  readonly #state: ServerState
  readonly #world: World
  readonly #close: () => Promise<void>

  constructor(state: ServerState, { port, close }: { port: number; close: () => Promise<void> }) {
    this.#state = state
    this.#world = state.world
    this.#close = close
    this.apiRoot = `http://127.0.0.1:${port}`
    this.bot = state.world.bot
    this.faults = state.faults
  }

  get token(): string {
    return this.#state.token
  }

  get calls(): readonly Call[] {
    return this.#state.calls
  }

  /** Downloads of files that go on. */
  get openDownloads(): number {
    return this.#state.downloads
  }

  get unexpected(): readonly string[] {
    return this.#state.unexpected
  }

  /** Calls of one method. */
  callsOf(method: string): readonly Call[] {
    return this.#state.calls.filter(call => call.method.toLowerCase() === method.toLowerCase())
  }

  /** Those of them that were carried out and answered so. */
  doneOf(method: string): readonly Call[] {
    return this.callsOf(method).filter(
      ({ response }) => (response as { ok?: boolean } | undefined)?.ok === true,
    )
  }

  /** Throws when the bot called what does not exist. */
  assertNoSurprises(): void {
    if (this.#state.unexpected.length > 0)
      throw new Error(`The bot did what it must not:\n${this.#state.unexpected.join('\n')}`)
  }

  /** What a pressed button was answered with; `text` is shown to whoever pressed it. */
  callback(id: string): { answered: boolean; text?: string } {
    const found = this.#world.callbackQueries.get(id)
    if (found === undefined) throw new Error(`No button was pressed under the id ${id}`)
    return { ...found }
  }

  /** Adds a custom emoji with the ordinary one that stands for it. */
  addCustomEmoji(id: string, emoji: string): void {
    this.#world.customEmoji.set(id, emoji)
  }

  addUser(user: {
    id: number
    first_name: string
    last_name?: string
    username?: string
    is_bot?: boolean
  }): SimUser {
    const made: User = { is_bot: false, language_code: 'en', ...user }
    this.#world.users.set(made.id, made)
    return new SimUser(this.#world, made)
  }

  /** The private chat with a person; `started: false` when they never pressed Start. */
  addPrivateChat({ user }: SimUser, { started = true } = {}): SimChat {
    const chat = this.#world.addChat({ id: user.id, type: 'private', user, members: [user] })
    chat.started = started
    return new SimChat(this.#world, chat)
  }

  addSupergroup(init: GroupInit): SimChat {
    return this.#addGroup('supergroup', init, -1_001_000_000_000)
  }

  addGroup(init: GroupInit): SimChat {
    return this.#addGroup('group', init, -4_000_000)
  }

  addChannel(init: GroupInit): SimChat {
    return this.#addGroup('channel', init, -1_002_000_000_000)
  }

  #addGroup(type: 'group' | 'supergroup' | 'channel', init: GroupInit, base: number): SimChat {
    const id = init.id ?? base - this.#world.serial()
    const members = (init.members ?? []).map(({ user }) => user)
    return new SimChat(this.#world, this.#world.addChat({ ...init, id, type, members }))
  }

  /**
   * Waits until `condition` holds (returns something else than false or undefined) and hands out what it returned; looked at
   * after every call. Rejects after `timeoutMs`, naming `what`.
   */
  until<T>(what: string, condition: () => T | false | undefined, timeoutMs = 120_000): Promise<T> {
    const { listeners } = this.#state
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        listeners.delete(look)
        clearInterval(ticks)
        clearTimeout(limit)
      }
      const look = (): void => {
        try {
          const found = condition()
          if (found === false || found === undefined) return
          settle()
          resolve(found)
        } catch (error) {
          settle()
          reject(error)
        }
      }
      // What people do changes things as well, without a call.
      const ticks = setInterval(look, 25)
      const limit = setTimeout(() => {
        settle()
        reject(new Error(`Waited ${timeoutMs} ms in vain: ${what}`))
      }, timeoutMs)
      listeners.add(look)
      look()
    })
  }

  /** How many updates the bot has not confirmed yet, by asking for those behind them. */
  get pendingUpdates(): number {
    return this.#world.updates.pending
  }

  /** Delivers the last `count` updates once more, under their old ids. */
  repeatUpdates(count = 1): void {
    this.#world.updates.repeat(count)
  }

  /** Messages come late, and what is done with them before them. What is returned lets them come. */
  delayMessages(): () => void {
    return this.#world.updates.delayMessages()
  }

  /** Lets the ids of updates go on from another one, as after a week without any. */
  renumberUpdates(nextId: number): void {
    this.#world.updates.renumber(nextId)
  }

  /** Moves the server's clock forward, by milliseconds. */
  advanceClock(milliseconds: number): void {
    this.#world.clock.advance(milliseconds)
  }

  set rates(enabled: boolean) {
    this.#world.rates.enabled = enabled
  }

  /** Calls to chats that had been told to wait, made before that time was over. */
  get impatientCalls(): number {
    return this.#world.rates.impatient
  }

  set topicsInPrivate(enabled: boolean) {
    this.#world.topicsInPrivate = enabled
  }

  /** Throws the bot out of a group. */
  kick({ state }: SimChat): void {
    tellMembership(this.#world, state, 'kicked')
  }

  /** Lets the bot in again, as an administrator when rights are given. */
  readmit({ state }: SimChat, rights?: BotRights): void {
    state.botRights = rights ?? {}
    tellMembership(this.#world, state, rights === undefined ? 'member' : 'administrator')
  }

  /** The person stops the bot. */
  block({ id }: SimUser): void {
    const chat = this.#privateChat(id)
    tellMembership(this.#world, chat, 'kicked')
    chat.blocked = true
  }

  unblock({ id }: SimUser): void {
    const chat = this.#privateChat(id)
    chat.blocked = false
    tellMembership(this.#world, chat, 'member')
  }

  /**
   * Turns a basic group into a supergroup; the old one refuses with `migrate_to_chat_id`. With `between` the word in the
   * supergroup comes first, then what that does, then the word in the group: each chat has its own queue.
   */
  migrate(group: SimChat, between?: (made: SimChat) => void): SimChat {
    const { state } = group
    if (state.type !== 'group') throw new Error('Only a basic group can be migrated')
    const made = this.addSupergroup({ title: state.title ?? '' })
    for (const [id, member] of state.members) made.state.members.set(id, member)
    made.state.botStatus = state.botStatus
    made.state.botRights = state.botRights
    const tellFrom = () => addService(this.#world, made.state, { fields: { migrate_from_chat_id: state.id } })
    if (between) tellFrom()
    between?.(made)
    addService(this.#world, state, { fields: { migrate_to_chat_id: made.id } })
    state.migratedTo = made.id
    if (!between) tellFrom()
    return made
  }

  closeTopic({ chat, message_thread_id }: SimTopic): void {
    const topic = chat.state.topics.get(message_thread_id)
    if (topic !== undefined) topic.closed = true
    addService(this.#world, chat.state, { thread: message_thread_id, fields: { forum_topic_closed: {} } })
  }

  /** Deletes a topic with all its messages; the bot is not told. */
  deleteTopic({ chat, message_thread_id }: SimTopic): void {
    const topic = chat.state.topics.get(message_thread_id)
    if (topic !== undefined) removeTopic(chat.state, topic)
  }

  revokeToken(): void {
    this.#state.revoked = true
  }

  #privateChat(id: number): ChatState {
    const chat = this.#world.chats.get(id)
    if (chat === undefined) throw new Error(`There is no private chat with user ${id}`)
    return chat
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}
