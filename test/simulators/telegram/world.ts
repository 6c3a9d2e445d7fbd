import type { User } from 'grammy/types'
import { type ChatInit, ChatState, Counter, type Topic } from './chats.ts'
import { Clock } from './clock.ts'
import { FileStore } from './files.ts'
import { Rates } from './rates.ts'
import { UpdateQueue } from './updates.ts'

export interface WorldOptions {
  readonly bot: { readonly id: number; readonly username: string; readonly first_name: string }
  readonly rates: boolean
  readonly topicsInPrivate: boolean
  readonly privacy: boolean
  readonly now: (() => number) | undefined
}

/** Everything the server knows; the methods read and change it. */
export class World {
  readonly bot: User
  readonly clock: Clock
  readonly updates: UpdateQueue
  readonly rates: Rates
  readonly files = new FileStore()
  readonly chats = new Map<number, ChatState>()
  readonly users = new Map<number, User>()
  readonly ownBox = new Counter(100)
  readonly callbackQueries = new Map<string, { readonly until: number; answered: boolean; text?: string }>()
  /** Ordinary emoji by the id of a custom one. */
  readonly customEmoji = new Map<string, string>()
  topicsInPrivate: boolean
  /** Whether the bot, where it is no admin, sees of a group only what is meant for it. */
  privacy: boolean
  #serial = 0

  constructor(options: WorldOptions) {
    this.bot = { ...options.bot, is_bot: true }
    this.clock = new Clock(options.now)
    this.updates = new UpdateQueue(this.clock)
    this.rates = new Rates(this.clock, options.rates)
    this.topicsInPrivate = options.topicsInPrivate
    this.privacy = options.privacy
  }

  addChat(init: Omit<ChatInit, 'counter'>): ChatState {
    const own = init.type === 'supergroup' || init.type === 'channel'
    // The first id of a supergroup or channel is that of the message which says it was created.
    const chat = new ChatState({ ...init, counter: own ? new Counter(1) : this.ownBox })
    this.chats.set(chat.id, chat)
    return chat
  }

  isForum(chat: ChatState): boolean {
    return chat.type === 'private' ? this.topicsInPrivate : chat.forum
  }

  topic(chat: ChatState, id: number): Topic | undefined {
    const topic = chat.topics.get(id)
    return topic === undefined || topic.deleted ? undefined : topic
  }

  /** A number or text that was not given out before. */
  serial(): number {
    this.#serial += 1
    return this.#serial
  }
}
