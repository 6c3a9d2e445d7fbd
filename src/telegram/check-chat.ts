import type { ChatFullInfo, ChatMember } from 'grammy/types'
import type { Place } from './address.ts'
import { type BotApi, type BotUser, openApi } from './api.ts'
import { CallError } from './call-error.ts'

export interface BotAccess {
  readonly token: string
  readonly apiRoot: string
}

/** Whether the bot can post somewhere, and what to do when it cannot. */
export type ChatCheck =
  | {
      readonly ok: true
      readonly place: Place
      readonly title: string
      /** Nobody there can be told from another, so nothing comes from there. */
      readonly isChannel: boolean
      /** What does not reach the bot there, and the remedy. */
      readonly unheard?: string
      /** It has topics, each a place of its own, and the place is none of them. */
      readonly besideTopics?: true
      /** What time Telegram said that it was then, where it did: milliseconds since 1970, in whole seconds. */
      readonly time?: number
    }
  | ({ readonly ok: false } & Missing)

const checkTimeoutMs = 20_000

/**
 * Asks Telegram whether the bot can post in a chat, and in a topic of it. Shows nothing there. An `@name` comes back as
 * the id that stays when the name changes.
 */
export const checkChat = async ({ place, ...access }: BotAccess & { place: Place }): Promise<ChatCheck> => {
  let time: number | undefined
  const api = openApi({ ...access, onTime: said => (time = said) })
  try {
    const bot = await api.getMe({ timeoutMs: checkTimeoutMs })
    const chat = await api.call('getChat', { chat_id: place.chatId }, { timeoutMs: checkTimeoutMs })
    const found: Place = { ...place, chatId: chat.id }
    const member = chat.type === 'private' ? undefined : await askMember(api, { bot, chat })
    const missing =
      (member && findMissingRight(member, { bot, chat })) ??
      (await findMissingTopic(api, { bot, chat, place: found }))
    if (missing) return { ok: false, ...missing }
    const unheard = member && chat.type !== 'channel' ? whatIsUnheard(member, { bot, chat }) : undefined
    const besideTopics = chat.is_forum === true && place.threadId === undefined
    return {
      ok: true,
      place: found,
      title: titleOf(chat),
      isChannel: chat.type === 'channel',
      ...(unheard !== undefined && { unheard }),
      ...(besideTopics && { besideTopics }),
      ...(time !== undefined && { time }),
    }
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    return { ok: false, ...explain(error, place) }
  }
}

interface Missing {
  readonly problem: string
  readonly remedy: string
  /** Nothing needs to be changed: it may go better later. */
  readonly passes?: true
}

interface Asked {
  readonly bot: BotUser
  readonly chat: ChatFullInfo
}

const titleOf = (chat: ChatFullInfo): string => chat.title ?? chat.first_name ?? String(chat.id)

const askMember = (api: BotApi, { bot, chat }: Asked): Promise<ChatMember> =>
  api.call('getChatMember', { chat_id: chat.id, user_id: bot.id }, { timeoutMs: checkTimeoutMs })

const findMissingRight = (member: ChatMember, { bot, chat }: Asked): Missing | undefined => {
  const name = `"${titleOf(chat)}"`
  if (member.status === 'left' || member.status === 'kicked') {
    return { problem: `@${bot.username} is not in ${name}`, remedy: `Add @${bot.username} to ${name}` }
  }
  if (chat.type === 'channel' && !(member.status === 'administrator' && member.can_post_messages === true)) {
    return {
      problem: `@${bot.username} may not post in the channel ${name}`,
      remedy: `Make @${bot.username} an administrator of ${name} with the right to post messages`,
    }
  }
  if (!maySpeak(member, chat)) {
    return {
      problem: `@${bot.username} may not send messages in ${name}`,
      remedy: `Allow it to send messages there, or make it an administrator`,
    }
  }
  return undefined
}

/** Of a group administrators get everything, others no reactions, and in privacy mode only what is meant for them. */
const whatIsUnheard = ({ status }: ChatMember, { bot, chat }: Asked): string | undefined => {
  if (status === 'administrator' || status === 'creator') return undefined
  const place = `"${titleOf(chat)}"`
  return bot.can_read_all_group_messages
    ? `Your reactions in ${place} do not reach @${bot.username}: make it an administrator there`
    : `What you write in ${place} does not reach @${bot.username}, but for commands and answers to it: make it an administrator there`
}

const maySpeak = (member: ChatMember, chat: ChatFullInfo): boolean => {
  if (member.status === 'restricted') return member.can_send_messages
  if (member.status === 'member') return chat.permissions?.can_send_messages !== false
  return true
}

const findMissingTopic = async (
  api: BotApi,
  { bot, chat, place }: Asked & { place: Place },
): Promise<Missing | undefined> => {
  const { threadId } = place
  if (threadId !== undefined && (chat.type === 'private' ? bot.has_topics_enabled : chat.is_forum) !== true) {
    return {
      problem: `"${titleOf(chat)}" has no topics`,
      remedy:
        chat.type === 'private'
          ? `Switch on Threaded Mode in the Bot Settings of @BotFather's app, or leave out "/${threadId}"`
          : `Switch topics on in the group's settings, or leave out "/${threadId}"`,
    }
  }
  if (await tryToPost(api, place)) return undefined
  return {
    problem: `"${titleOf(chat)}" has no topic ${threadId}`,
    remedy: 'Send /id to the bot in that topic to see what to type',
  }
}

/** No message has this id. */
const nowhere = 2_147_483_647

/**
 * Tries a message that answers one which does not exist. The server checks the chat, then the topic, then the answered
 * message (telegram-bot-api `Client.cpp`), so that what it misses first tells how far it got, and nothing is sent. A
 * chat action would not do: it succeeds in deleted topics. False when the topic is not there; throws `CallError` for
 * the chat.
 */
const tryToPost = async (api: BotApi, { chatId, threadId }: Place): Promise<boolean> => {
  try {
    const sent = await api.call(
      'sendMessage',
      {
        chat_id: chatId,
        text: '…',
        disable_notification: true,
        reply_parameters: { message_id: nowhere },
        ...(threadId !== undefined && { message_thread_id: threadId }),
      },
      { timeoutMs: checkTimeoutMs },
    )
    // Not to be expected; should a server send it all the same, it is taken back.
    await api.call('deleteMessage', { chat_id: chatId, message_id: sent.message_id })
    return threadId === undefined || sent.message_thread_id === threadId
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (error.says('message to be replied not found')) return true
    if (error.says('thread not found') || error.says('TOPIC_DELETED')) return false
    throw error
  }
}

const explain = (error: CallError, { chatId }: Place): Missing => {
  if (error.failure.kind !== 'refused') {
    return {
      problem: `Telegram cannot be reached (${error.message})`,
      remedy: 'Check the connection and telegram.api_root',
      passes: true,
    }
  }
  if (error.code === 429 || error.code >= 500) {
    return {
      problem: `Telegram does not answer now (${error.failure.description})`,
      remedy: 'Try again later',
      passes: true,
    }
  }
  if (error.code === 401 || (error.code === 404 && error.method === 'getMe')) {
    return {
      problem: 'Telegram refuses the bot token',
      remedy: 'Get a new one from @BotFather with /token and put it into the config',
    }
  }
  if (error.failure.migrateTo !== undefined) {
    return {
      problem: `The group "${chatId}" became a supergroup`,
      remedy: `Use its new id ${error.failure.migrateTo}`,
    }
  }
  if (error.says('chat not found') || error.code === 403) {
    return {
      problem: `The bot cannot see a Telegram chat "${chatId}"`,
      remedy:
        'Add the bot to that chat (or press Start in its private chat), then send /id there to see its id',
    }
  }
  return {
    problem: `Telegram refuses: ${error.failure.description}`,
    remedy: 'Send /id to the bot in that chat',
  }
}
