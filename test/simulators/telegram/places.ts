import type { Message } from 'grammy/types'
import type { ChatState } from './chats.ts'
import { openTopic } from './topics.ts'
import { type Seen, type TranscriptOptions, transcriptOf } from './transcript.ts'
import type { World } from './world.ts'

/** A chat, seen from outside the API. */
export class SimChat {
  readonly state: ChatState
  readonly #world: World

  constructor(world: World, state: ChatState) {
    this.#world = world
    this.state = state
  }

  get id(): number {
    return this.state.id
  }

  /** Opens a topic as a person would. */
  addTopic({ name }: { name: string }): SimTopic {
    const topic = openTopic(this.#world, this.state, { name, author: [...this.state.members.values()][0] })
    return new SimTopic(this, topic.id)
  }

  /** The topic under an id that came from the API. */
  topic(messageThreadId: number): SimTopic {
    if (!this.state.topics.has(messageThreadId))
      throw new Error(`There is no topic ${messageThreadId} in this chat`)
    return new SimTopic(this, messageThreadId)
  }

  get topics(): readonly SimTopic[] {
    return [...this.state.topics.values()]
      .filter(({ deleted }) => !deleted)
      .map(({ id }) => new SimTopic(this, id))
  }

  transcript(options: TranscriptOptions & { thread?: number } = {}): Seen[] {
    return transcriptOf(this.#world, this.state, options)
  }

  /** The Bot API's Message objects, oldest first, service messages among them. */
  get messages(): Message[] {
    return [...this.state.entries.values()].map(
      ({ message }) => structuredClone(message) as unknown as Message,
    )
  }
}

/** A topic of a forum, or of the private chat with a bot that has them. */
export class SimTopic {
  readonly chat: SimChat
  readonly message_thread_id: number

  constructor(chat: SimChat, id: number) {
    this.chat = chat
    this.message_thread_id = id
  }

  get name(): string {
    return this.chat.state.topics.get(this.message_thread_id)?.name ?? ''
  }

  transcript(options: TranscriptOptions = {}): Seen[] {
    return this.chat.transcript({ ...options, thread: this.message_thread_id })
  }
}
