import type { Message, ReactionType, User } from 'grammy/types'
import { type ChatState, defined } from './chats.ts'
import { findEntities, fixEntities } from './entities.ts'
import { fileOf, type UploadedFile } from './files.ts'
import { fileFields } from './media.ts'
import { addMessage, addService, updateKind } from './messages.ts'
import type { SimChat, SimTopic } from './places.ts'
import { isSeen } from './sight.ts'
import type { Entity, Entry } from './types.ts'
import { keptPressed } from './updates.ts'
import type { World } from './world.ts'

/** A file that a person attaches. */
export interface Attachment {
  readonly bytes: Uint8Array
  readonly name?: string
  readonly mime?: string
  /** Of a voice, audio or video: seconds. */
  readonly duration?: number
  /** Pixels of a video or GIF. */
  readonly width?: number
  readonly height?: number
  /** Pixels of a video note, across. */
  readonly length?: number
  readonly title?: string
  readonly performer?: string
  /** Of a sticker: what it stands for. */
  readonly emoji?: string
  /** The small still that Telegram keeps of it: a JPEG, of a sticker perhaps a WebP. A photo has one in any case. */
  readonly thumbnail?: Uint8Array
}

export interface OutgoingMessage {
  readonly text?: string
  readonly entities?: readonly Entity[]
  readonly caption?: string
  readonly photo?: Attachment
  readonly video?: Attachment
  readonly animation?: Attachment
  readonly audio?: Attachment
  readonly voice?: Attachment
  readonly video_note?: Attachment
  readonly document?: Attachment
  readonly sticker?: Attachment
  readonly location?: {
    readonly latitude: number
    readonly longitude: number
    /** Seconds during which it moves. */
    readonly live_period?: number
  }
  readonly contact?: { readonly phone_number: string; readonly first_name: string }
  /** Any further fields of a Bot API Message. */
  readonly fields?: Readonly<Record<string, unknown>>
  readonly reply_to?: number
  readonly media_group_id?: string
  /** Written in the name of the group, as administrators can. */
  readonly nameless?: boolean
}

/** An emoji, or one that only Premium users have. */
export type Reaction = string | { readonly custom: string } | 'paid'

const attachments = [
  'photo',
  'video',
  'animation',
  'audio',
  'voice',
  'video_note',
  'document',
  'sticker',
] as const

/** A person at a Telegram client. */
export class SimUser {
  readonly user: User
  readonly #world: World

  constructor(world: World, user: User) {
    this.#world = world
    this.user = user
  }

  get id(): number {
    return this.user.id
  }

  /** Writes into a chat or topic; the bot gets it as an update. */
  sends(where: SimChat | SimTopic, given: string | OutgoingMessage): Message {
    const content = typeof given === 'string' ? { text: given } : given
    const { chat, thread } = placeOf(where)
    if (thread !== undefined && this.#world.topic(chat, thread) === undefined)
      throw new Error(`Topic ${thread} was deleted: nobody can write there`)
    chat.members.set(this.id, this.user)
    const replyTo = content.reply_to === undefined ? undefined : entryOf(chat, content.reply_to)
    const { fields, fileId } = this.#contentOf(content)
    const name = content.nameless ? { from: anonymousBot, sender_chat: chat.toRaw() } : {}
    const entry = addMessage(this.#world, chat, {
      author: this.user,
      thread,
      replyTo,
      fields: { ...name, ...fields },
      fileId,
    })
    return this.#tell(chat, entry)
  }

  /** Changes text or caption of a message of theirs, replaces its file, or moves (and without a period ends) its position. */
  edits(where: SimChat | SimTopic, messageId: number, given: string | OutgoingMessage): Message {
    const content = typeof given === 'string' ? { text: given } : given
    const { chat } = placeOf(where)
    const entry = entryOf(chat, messageId)
    if (entry.author !== this.id) throw new Error(`Message ${messageId} is not theirs`)
    for (const name of ['text', 'entities', 'caption', 'caption_entities']) delete entry.message[name]
    const { fields, fileId } = this.#contentOf(content)
    if (fileId !== undefined) {
      for (const name of attachments) delete entry.message[name]
      entry.fileId = fileId
    }
    Object.assign(entry.message, fields)
    entry.message.edit_date = this.#world.clock.seconds()
    entry.edited = true
    return this.#tell(chat, entry, true)
  }

  /**
   * Sets their reactions; none to take them back. Only an admin bot of a group hears of it. `nameless`: in the name of the
   * group, of which they are an administrator.
   */
  reacts(
    where: SimChat | SimTopic,
    messageId: number,
    given: string | readonly Reaction[],
    { nameless = false } = {},
  ): void {
    const { chat } = placeOf(where)
    const entry = entryOf(chat, messageId)
    const after = (typeof given === 'string' ? [given] : given).map(typed)
    const before = (entry.reactions.get(this.id) ?? []).map(shown => typed(reactionOf(shown)))
    if (after.length === 0) entry.reactions.delete(this.id)
    else entry.reactions.set(this.id, after.map(shownAs))
    if (chat.type === 'private' || chat.type === 'channel' || !chat.isAdmin) return
    this.#world.updates.push('message_reaction', {
      chat: chat.toRaw(),
      message_id: messageId,
      ...(nameless ? { actor_chat: chat.toRaw() } : { user: this.user }),
      date: this.#world.clock.seconds(),
      old_reaction: before,
      new_reaction: after,
    })
  }

  /** Pins a message; Telegram says so with a message of its own. */
  pins(where: SimChat | SimTopic, messageId: number): void {
    const { chat, thread } = placeOf(where)
    const { message } = entryOf(chat, messageId)
    if (!chat.pinned.includes(messageId)) chat.pinned.push(messageId)
    addService(this.#world, chat, { author: this.user, thread, fields: { pinned_message: message } })
  }

  /**
   * Adds the bot to a group: Telegram says so there, and the bot gets that as an update ("the bot itself may be one of these
   * members", core.telegram.org/bots/api#message, `new_chat_members`).
   */
  addsBot(where: SimChat): void {
    const { chat } = placeOf(where)
    addService(this.#world, chat, { author: this.user, fields: { new_chat_members: [this.#world.bot] } })
  }

  /** Deletes a message; no bot ever hears of that. */
  deletes(where: SimChat | SimTopic, messageId: number): void {
    const { chat } = placeOf(where)
    entryOf(chat, messageId)
    chat.entries.delete(messageId)
  }

  /** Presses an inline button by its text; returns the callback query's id. */
  presses(where: SimChat | SimTopic, messageId: number, button: string): string {
    const { chat } = placeOf(where)
    const keyboard = entryOf(chat, messageId).markup as
      | { inline_keyboard: { text: string; callback_data?: string }[][] }
      | undefined
    const pressed = keyboard?.inline_keyboard.flat().find(({ text }) => text === button)
    if (pressed?.callback_data === undefined)
      throw new Error(`Message ${messageId} has no button "${button}"`)
    return this.calls(where, messageId, pressed.callback_data)
  }

  /**
   * What a button with this data, which was there once, says when it is pressed. `isShown: false`: under a message that the server
   * does not get any more (Bot API `InaccessibleMessage`).
   */
  calls(where: SimChat | SimTopic, messageId: number, data: string, { isShown = true } = {}): string {
    const { chat } = placeOf(where)
    const { message } = entryOf(chat, messageId)
    const id = `${4_000_000 + this.#world.serial()}`
    this.#world.callbackQueries.set(id, { until: this.#world.clock.now() + keptPressed, answered: false })
    this.#world.updates.push('callback_query', {
      id,
      from: this.user,
      message: isShown ? message : { chat: message.chat, message_id: messageId, date: 0 },
      chat_instance: String(chat.id),
      data,
    })
    return id
  }

  #contentOf(content: OutgoingMessage): { fields: Record<string, unknown>; fileId?: string } {
    const words = content.text ?? content.caption
    const entities = words === undefined ? [] : complete(words, content.entities ?? [])
    const names = content.text === undefined ? ['caption', 'caption_entities'] : ['text', 'entities']
    const fields: Record<string, unknown> = {
      ...defined({
        location: content.location,
        contact: content.contact,
        media_group_id: content.media_group_id,
      }),
      ...(words !== undefined && { [names[0] ?? '']: words }),
      ...(entities.length > 0 && { [names[1] ?? '']: entities }),
      ...content.fields,
    }
    const kind = attachments.find(name => content[name] !== undefined)
    const attached = kind === undefined ? undefined : content[kind]
    if (kind === undefined || attached === undefined) return { fields }
    const made = fileFields(this.#world, kind, { file: uploaded(kind, attached), ...attached })
    return { fields: { ...made.fields, ...fields }, fileId: made.fileId }
  }

  #tell(chat: ChatState, entry: Entry, edited = false): Message {
    const inside =
      chat.type === 'private' || chat.botStatus === 'administrator' || chat.botStatus === 'member'
    const hears = inside && !chat.blocked && isSeen(this.#world, chat, entry)
    if (hears) this.#world.updates.push(updateKind(chat, edited), entry.message)
    return structuredClone(entry.message) as unknown as Message
  }
}

/** In whose name Telegram shows administrators that want to remain anonymous. */
const anonymousBot: User = {
  id: 1087968824,
  is_bot: true,
  first_name: 'Group',
  username: 'GroupAnonymousBot',
}

const typed = (reaction: Reaction): ReactionType => {
  if (typeof reaction === 'object') return { type: 'custom_emoji', custom_emoji_id: reaction.custom }
  return reaction === 'paid' ? { type: 'paid' } : { type: 'emoji', emoji: reaction as '👍' }
}

/** How a reaction is written down in a message. */
const shownAs = (reaction: ReactionType): string =>
  reaction.type === 'emoji'
    ? reaction.emoji
    : reaction.type === 'paid'
      ? 'paid'
      : `custom:${reaction.custom_emoji_id}`

const reactionOf = (shown: string): Reaction =>
  shown.startsWith('custom:') ? { custom: shown.slice('custom:'.length) } : shown

const complete = (text: string, entities: readonly Entity[]): Entity[] =>
  fixEntities([...entities, ...findEntities({ text, entities })])

function placeOf(where: SimChat | SimTopic): { chat: ChatState; thread?: number } {
  return 'chat' in where ? { chat: where.chat.state, thread: where.message_thread_id } : { chat: where.state }
}

function entryOf(chat: ChatState, messageId: number): Entry {
  const entry = chat.entries.get(messageId)
  if (entry === undefined) throw new Error(`There is no message ${messageId} in chat ${chat.id}`)
  return entry
}

function uploaded(kind: string, { bytes, name }: Attachment): UploadedFile {
  return fileOf(bytes, name ?? (kind === 'voice' ? 'voice.ogg' : kind === 'photo' ? 'photo.jpg' : 'file.bin'))
}
