import type { CallbackQuery, ChatMemberUpdated, Message, MessageReactionUpdated, Update } from 'grammy/types'
import type { ChatRef } from '../../bridge/chat-ref.ts'
import type { Arrival, Overheard } from '../../bridge/network.ts'
import type { Logger } from '../../support/log.ts'
import { placeRef } from '../address.ts'
import type { BotUser } from '../api.ts'
import { parseCommand } from '../commands.ts'
import { parseDeletion, parseEdit, parseJoin, parsePin, parseReaction, parseVote } from '../parse/change.ts'
import { leavesFiles } from '../parse/rich.ts'
import { versionOfCommand, wasCommand } from '../parse/version.ts'
import {
  nameOf,
  type ParseOptions,
  parseChat,
  parseMessage,
  placeOfMessage,
  type Versioned,
} from '../parse.ts'
import { keepTyped } from '../send/kept.ts'
import { shortName } from '../send/line.ts'
import { decodeVote, joinData } from '../vote-button.ts'
import { refuse, whyNameless } from './refuse.ts'
import { nothingSorted, type Sorted } from './sorted.ts'
import { type Owners, speakerOf } from './speaker.ts'
import { hearingOf } from './unheard.ts'

export interface SortContext extends Omit<ParseOptions, 'bot'>, Owners {
  readonly bot: BotUser
  readonly logger: Logger
  /** Which version of a message was seen last. */
  readonly version: (chatId: number, messageId: number) => string | undefined
  /** Whether no message of that chat has been heard of under this id, where the next ones may have such ids. */
  readonly mayCome: (chatId: number, messageId: number) => boolean
  /** The ordinary emoji behind custom ones. */
  readonly customEmoji: ReadonlyMap<string, string>
  readonly deletionReaction?: string | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Sorts updates into events, commands and what is to be ignored. Only owners speak through the bridge (`speaker.ts`). */
export const sortUpdates = (updates: readonly Update[], context: SortContext): Sorted => {
  const sorted = nothingSorted()
  const sorter = new Sorter(context, sorted)
  for (const update of updates) sorter.take(update)
  return sorted
}

class Sorter {
  readonly #context: SortContext
  readonly #sorted: Sorted
  /** Where the messages of this batch stand: the bridge does not know them yet. */
  readonly #places = new Map<string, ChatRef>()

  constructor(context: SortContext, sorted: Sorted) {
    this.#context = context
    this.#sorted = sorted
  }

  take({ update_id: id, message, edited_message: edited, ...update }: Update): void {
    const posted = message ?? edited
    if (posted) {
      const isEdited = message === undefined
      this.#sorted.seen.push({ chatId: posted.chat.id, messageId: posted.message_id, isEdited })
      this.#places.set(`${posted.chat.id}/${posted.message_id}`, placeRef(placeOfMessage(posted)))
    }
    const { channel_post: post } = update
    if (post) this.#sorted.posts.push({ chatId: post.chat.id, messageId: post.message_id })
    if (message) this.#message(message)
    if (edited && speakerOf(edited, this.#context) === 'owner') this.#edited(edited, id)
    if (update.message_reaction) this.#reaction(update.message_reaction, id)
    if (update.my_chat_member) this.#membership(update.my_chat_member)
    if (update.callback_query) this.#press(update.callback_query)
  }

  #message(message: Message): void {
    const sorted = this.#sorted
    const context = this.#context
    // Each of the two chats has a queue of its own: either word may come first.
    const { migrate_to_chat_id: to = message.chat.id, migrate_from_chat_id: from = message.chat.id } = message
    if (from !== to) sorted.moves.push({ from, to })
    const speaker = speakerOf(message, context)
    if (speaker === 'stranger' && message.chat.type === 'private') sorted.strangers.push(message)
    if (speaker === 'stranger' && message.chat.type !== 'private') this.#overhear(message)
    if (speaker === 'channel') this.#overhear(message)
    if (speaker === 'nameless') {
      this.#arrive(message, () => parseMessage(message, context) && refuse(message, 'Message', whyNameless))
    }
    if (speaker === 'owner') this.#said(message)
  }

  #said(message: Message): void {
    const sorted = this.#sorted
    const context = this.#context
    const command = parseCommand(message, context.bot.username)
    if (command !== undefined) this.#note(message, versionOfCommand(message))
    if (command === 'others') return
    if (command !== undefined) {
      sorted.chats.push(parseChat(message))
      sorted.commands.push({ command, message })
    }
    if (command === 'delete') this.#arrive(message, () => parseDeletion(message, context.bot))
    else if (command === undefined) {
      this.#arrive(
        message,
        () => parsePin(message, context.bot) ?? this.#versioned(message, parseMessage(message, context)),
      )
    }
  }

  /** Commands are for bots, and what Telegram itself says of people is nobody's message. */
  #overhear(message: Message): void {
    const { overheard } = this.#sorted
    const chat = placeRef(placeOfMessage(message))
    const who = whoIs(message)
    if (who === undefined) return
    const isPerson = who.userId !== undefined
    if (overheard.some(each => each.chat === chat && (each.userId !== undefined) === isPerson)) return
    if (message.text?.startsWith('/') || !isSaid(message, this.#context)) return
    overheard.push({ chat, ...who })
  }

  /** What a command becomes is said for the first time, and then. */
  #edited(message: Message, updateId: number): void {
    const { versions } = this.#sorted
    const { chat, message_id: messageId, date, edit_date: editedAt = date } = message
    const inBatch = versions.findLast(each => each.chatId === chat.id && each.messageId === messageId)
    const before = inBatch?.version ?? this.#context.version(chat.id, messageId)
    if (!wasCommand(before)) {
      const edit = () => parseEdit(message, { ...this.#context, updateId, before })
      this.#arrive(message, () => this.#versioned(message, edit()))
    } else if (before !== versionOfCommand(message)) this.#said({ ...message, date: editedAt })
  }

  #note({ chat, message_id: messageId }: Message, version: string): void {
    this.#sorted.versions.push({ chatId: chat.id, messageId, version })
  }

  #versioned(message: Message, parsed: Versioned | undefined): Arrival | undefined {
    if (parsed === undefined) return undefined
    const { event, version } = parsed
    this.#note(message, version)
    const raw = keepTyped(message)
    const remark = event.kind === 'message' && leavesFiles(message) && filesLeft
    return { event, ...(raw !== undefined && { raw }), ...(remark && { remark }) }
  }

  /** It waits for nothing on its way, as messages do for what they answer: it may come before its own. */
  #reaction(update: MessageReactionUpdated, updateId: number): void {
    const { user, actor_chat: actor, chat, message_id: messageId } = update
    const { owners, trustNameless, customEmoji, deletionReaction, mayCome } = this.#context
    const isOwner = user ? owners.includes(user.id) : trustNameless === true && actor?.id === chat.id
    if (!isOwner) return
    const ref = this.#chatOf(chat.id, messageId)
    const arrival = parseReaction(update, { updateId, chat: ref, customEmoji, deletionReaction })
    const isAhead = !this.#places.has(`${chat.id}/${messageId}`) && mayCome(chat.id, messageId)
    if (arrival !== undefined) this.#sorted.arrivals.push({ ...arrival, isAhead })
  }

  #membership(update: Partial<ChatMemberUpdated>): void {
    const { chat, date, old_chat_member: former, new_chat_member: member } = update
    if (chat === undefined || date === undefined || chat.type === 'private') return
    const { shutOut, admitted, hearings } = this.#sorted
    hearings.push(...hearingOf(update, this.#context.bot))
    const [was, is] = [former, member].map(each => each?.status === 'administrator')
    if (chat.type === 'channel' && !(was && is)) admitted.push({ chatId: chat.id, at: is ? date : undefined })
    const place = placeRef({ chatId: chat.id })
    // The last word holds: it may have been let in again since.
    const before = shutOut.findIndex(each => each.chat === place)
    if (before >= 0) shutOut.splice(before, 1)
    if (member?.status !== 'kicked' && member?.status !== 'left') return
    shutOut.push({ chat: place, at: date * 1000 })
  }

  #press(query: CallbackQuery): void {
    const { id, from, data, message } = query
    const { owners, now } = this.#context
    const { presses, arrivals } = this.#sorted
    const option = data === undefined ? undefined : decodeVote(data)
    if (!owners.includes(from.id)) presses.push({ id, words: 'Only the owner of this bridge may do that' })
    else if ((option === undefined && data !== joinData) || message === undefined)
      presses.push({ id, words: 'Nothing to do' })
    else {
      const { chat, message_id: messageId, date } = message
      // Of a message that is too old for it to be shown to bots, Telegram gives the date 0 and not the topic.
      const place = date === 0 ? this.#chatOf(chat.id, messageId) : placeRef(placeOfMessage(message))
      presses.push({ id })
      const pressed = { messageId, chat: place, now }
      arrivals.push(
        option === undefined ? parseJoin(query, pressed) : parseVote(query, { ...pressed, option }),
      )
    }
  }

  /** The chat in which a message stands, of which only that and its id are told; its topic where that has just been heard of. */
  #chatOf(chatId: number, messageId: number): ChatRef {
    return this.#places.get(`${chatId}/${messageId}`) ?? placeRef({ chatId })
  }

  /** A message that breaks the parser must neither stop the loop nor vanish. */
  #arrive(message: Message, parse: () => Arrival | undefined): void {
    let arrival: Arrival | undefined
    try {
      arrival = parse()
    } catch (error) {
      this.#context.logger.error({ err: error }, 'A Telegram message could not be read')
      arrival = refuse(message, 'Message that could not be read')
    }
    if (arrival === undefined) return
    this.#sorted.chats.push(parseChat(message))
    this.#sorted.arrivals.push(arrival)
  }
}

const filesLeft =
  'The files in this message did not go to WhatsApp, where none stand among words: there it says what they are. Send them by themselves'

/** Behind the name of a channel there may be any member of the group. */
const whoIs = ({ from, sender_chat: channel }: Message): Omit<Overheard, 'chat'> | undefined => {
  if (channel !== undefined) return { name: shortName(channel.title ?? 'A channel') }
  return from && { name: shortName(nameOf(from)), userId: String(from.id) }
}

/** Whether it is a message that would have crossed. */
const isSaid = (message: Message, context: SortContext): boolean => {
  try {
    return parseMessage(message, context) !== undefined
  } catch {
    return false
  }
}
