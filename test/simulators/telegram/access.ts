import type { ChatState } from './chats.ts'
import { ApiError, badRequest, forbidden } from './errors.ts'
import { isSeen } from './sight.ts'
import type { Entry } from './types.ts'
import type { World } from './world.ts'

/** `members`: of a group that is none any more they are out of reach. */
type Access = 'read' | 'members' | 'edit' | 'write'

/** `check_chat` of telegram-bot-api: finds the chat and refuses where the bot has no access of that kind. */
export function findChat(world: World, given: string, access: Access): ChatState {
  if (given === '') throw badRequest('chat_id is empty')
  const chat = given.startsWith('@')
    ? [...world.chats.values()].find(
        ({ username }) => username?.toLowerCase() === given.slice(1).toLowerCase(),
      )
    : world.chats.get(Number.parseInt(given, 10))
  if (chat === undefined) throw badRequest('chat not found')
  checkAccess(chat, access)
  return chat
}

function checkAccess(chat: ChatState, access: Access): void {
  const editing = access === 'edit' || access === 'write'
  if (chat.type === 'private') {
    if (chat.deactivated && editing) throw forbidden('user is deactivated')
    return
  }
  const kind =
    chat.type === 'group' ? 'group chat' : chat.type === 'channel' ? 'channel chat' : 'supergroup chat'
  if (chat.type === 'group') {
    const isWriting = access === 'write' || access === 'members'
    if (isWriting && chat.migratedTo !== undefined) throw migrated(chat.migratedTo)
    if (isWriting && chat.deletedGroup) throw forbidden('the group chat was deleted')
    if (!(editing || isWriting) || chat.migratedTo !== undefined || chat.deletedGroup) return
  }
  if (chat.botStatus === 'kicked') throw forbidden(`bot was kicked from the ${kind}`)
  if (chat.botStatus === 'left' && (editing || chat.username === undefined))
    throw forbidden(`bot is not a member of the ${kind}`)
}

const migrated = (to: number): ApiError =>
  new ApiError({
    code: 400,
    description: 'Bad Request: group chat was upgraded to a supergroup chat',
    parameters: { migrate_to_chat_id: to },
  })

/** What only Telegram itself refuses, after all checks of the Bot API server. */
export function checkDelivery(chat: ChatState, kind: string): void {
  if (chat.type === 'private') {
    if (!chat.started) throw forbidden("bot can't initiate conversation with a user")
    if (chat.blocked) throw forbidden('bot was blocked by the user')
    if (chat.noVoice && (kind === 'voice notes' || kind === 'video notes'))
      throw badRequest('VOICE_MESSAGES_FORBIDDEN')
  }
  if (chat.type === 'channel' && !chat.isAdmin)
    throw badRequest('need administrator rights in the channel chat')
  if (chat.isAdmin) return
  if (chat.forbidden.has('messages')) throw badRequest('CHAT_WRITE_FORBIDDEN')
  if (chat.forbidden.has(kind)) throw badRequest(`not enough rights to send ${kind} to the chat`)
}

/** `check_message_topic`: the topic to send to; `undefined` is the chat itself. */
export function findThread(world: World, chat: ChatState, thread: number): number | undefined {
  if (thread === 0 || chat.type === 'group' || chat.type === 'channel') return undefined
  // A supergroup without topics ignores the thread; a private chat always looks it up.
  if (chat.type === 'supergroup' && !chat.forum) return undefined
  if (chat.type === 'supergroup' && thread === 1) throw badRequest('message thread not found')
  if (!world.isForum(chat) || world.topic(chat, thread) === undefined)
    throw badRequest('message thread not found')
  return thread
}

/** What the bot may name by its id; undefined where nothing stands there for it. */
export function lookUp(world: World, chat: ChatState, id: number): Entry | undefined {
  const entry = chat.entries.get(id)
  return entry !== undefined && isSeen(world, chat, entry) ? entry : undefined
}

/** `check_message`: `what` is the subject of the refusal, as in `message to edit not found`. */
export function findMessage(world: World, chat: ChatState, id: number, what: string): Entry {
  const entry = lookUp(world, chat, id)
  if (entry === undefined) throw badRequest(`${what} not found`)
  return entry
}
