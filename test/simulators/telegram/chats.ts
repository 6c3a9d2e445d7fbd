import type { User } from 'grammy/types'
import type { BotRights, Entry, RawChat } from './types.ts'

export interface Topic {
  readonly id: number
  name: string
  readonly iconColor: number
  iconEmoji?: string
  closed: boolean
  deleted: boolean
}

/**
 * Message ids: a supergroup or channel counts by itself; all private chats and basic groups of one bot share a
 * counter, since that is the bot account's own message box.
 */
export class Counter {
  #last: number
  constructor(last = 0) {
    this.#last = last
  }
  next(): number {
    this.#last += 1
    return this.#last
  }
  skip(count: number): void {
    this.#last += count
  }
}

export type BotStatus = 'administrator' | 'member' | 'left' | 'kicked'

export interface ChatInit {
  readonly id: number
  readonly type: RawChat['type']
  readonly title?: string
  readonly username?: string
  readonly user?: User
  readonly forum?: boolean
  readonly members: readonly User[]
  readonly botRights?: BotRights | undefined
  readonly counter: Counter
}

/** One chat as the server knows it. */
export class ChatState {
  readonly id: number
  readonly type: RawChat['type']
  readonly counter: Counter
  readonly entries = new Map<number, Entry>()
  readonly topics = new Map<number, Topic>()
  readonly members = new Map<number, User>()
  readonly user: User | undefined
  title: string | undefined
  username: string | undefined
  forum: boolean
  botStatus: BotStatus
  botRights: BotRights
  /** Private chats: the person stopped the bot. */
  blocked = false
  /** Private chats: whether /start was pressed. */
  started = true
  deactivated = false
  deletedGroup = false
  /** What members may not send, as in `not enough rights to send photos to the chat`. */
  readonly forbidden = new Set<string>()
  /** Private chats: voice messages refused by a Premium user. */
  noVoice = false
  /** The reactions that the chat's admins allow; all where it is missing. */
  allowedReactions: ReadonlySet<string> | undefined
  /** Which item of an album stands by itself, as it may where data centres fail one another (tdlib/td #2328). */
  besideAlbum: number | undefined
  migratedTo: number | undefined
  pinned: number[] = []

  constructor(init: ChatInit) {
    this.id = init.id
    this.type = init.type
    this.counter = init.counter
    this.user = init.user
    this.title = init.title
    this.username = init.username
    this.forum = init.forum ?? false
    this.botStatus = init.botRights === undefined && init.type !== 'channel' ? 'member' : 'administrator'
    this.botRights = init.botRights ?? {}
    for (const member of init.members) this.members.set(member.id, member)
  }

  get isAdmin(): boolean {
    return this.botStatus === 'administrator'
  }

  get hasOwnCounter(): boolean {
    return this.type === 'supergroup' || this.type === 'channel'
  }

  /** The Chat object inside messages. */
  toRaw(): RawChat {
    if (this.user !== undefined) {
      const { first_name, last_name, username } = this.user
      return { id: this.id, ...defined({ first_name, last_name, username }), type: 'private' }
    }
    return {
      id: this.id,
      ...defined({ title: this.title, username: this.username }),
      ...(this.forum && { is_forum: true }),
      type: this.type,
    }
  }
}

/** An object without its undefined fields. */
export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
