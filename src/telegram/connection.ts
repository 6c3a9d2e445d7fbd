import { randomUUID } from 'node:crypto'
import type { Update } from 'grammy/types'
import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Delivery, Inbox, Network, NetworkStatus, SessionStore, Turn } from '../bridge/network.ts'
import { systemClock } from '../support/clock.ts'
import type { Logger } from '../support/log.ts'
import { type Place, placeRef } from './address.ts'
import { type BotUser, openApi } from './api.ts'
import type { CallError } from './call-error.ts'
import type { ChangeOptions } from './change/desk.ts'
import { type ChangeContext, settleChange, showChange } from './change.ts'
import { renderCommandAnswer, renderRefusal } from './commands.ts'
import { tokenRefused, verdictOf } from './errors.ts'
import { openMarks } from './marks.ts'
import { openMedia } from './media.ts'
import { pacedApi } from './paced.ts'
import { sendDelivery } from './send.ts'
import { settleDelivery } from './settle.ts'
import { runLongPoll } from './updates/long-poll.ts'
import { type Sorted, sortUpdates } from './updates/sort.ts'

export interface TelegramOptions {
  readonly token: string
  /** Address of the Bot API server. */
  readonly apiRoot: string
  /** User ids of those who may send through the bridge. */
  readonly owners: readonly number[]
  readonly sessions: SessionStore
  readonly inbox: Inbox
  readonly logger: Logger
  /** Leave for an answer to a command, which is no delivery; absent where there are no rates to keep to. */
  readonly turn?: (chat: ChatRef, messages: number, signal: AbortSignal) => Promise<Turn>
  /** Bytes that the server takes in one file: 50 MB in the cloud, 2000 MB on a server of one's own. */
  readonly uploadLimit?: number
  /** What becomes of a message that is deleted in WhatsApp; `delete` where nothing is said. */
  readonly deletions?: ChangeOptions['deletions']
  /** Whether the bot reacts to the owner's messages when they are delivered and read; not where nothing is said. */
  readonly receipts?: boolean
  /** How long after a lost answer, in milliseconds, the server may still be at work on the request. */
  readonly graceMs?: number
}

/** What `api.telegram.org` takes from a bot. */
export const cloudUploadLimit = 50 * 1024 * 1024
/** The server itself waits out floods of up to 8 s before it sends (telegram-bot-api `Client.cpp`). */
const usualGraceMs = 8000

/** Telegram, through one bot. */
export const openTelegram = (options: TelegramOptions): Network => {
  const { sessions, inbox, logger, owners } = options
  const api = openApi(options)
  const marks = openMarks(sessions)
  const stop = new AbortController()
  const openedAt = systemClock.now()
  const doubts = new Map<string, number>()
  const refused = new Set<number>()
  let status: NetworkStatus = { state: 'connecting' }
  let loop: Promise<void> = Promise.resolve()

  const setStatus = (next: NetworkStatus): void => {
    const changed = next.state !== status.state || next.problem !== status.problem
    status = next
    if (changed) inbox.changed(next)
  }

  const move = (from: Place, to: Place): void => {
    marks.move(from.chatId, Number(to.chatId))
    inbox.learn({ chat: placeRef(to), aliases: [placeRef({ chatId: from.chatId })] })
    logger.warn({}, 'A Telegram group became a supergroup; its messages go there now')
  }

  const context: ChangeContext = {
    api,
    marks,
    clock: systemClock,
    uploadLimit: options.uploadLimit ?? cloudUploadLimit,
    graceMs: options.graceMs ?? usualGraceMs,
    ...(owners[0] !== undefined && { owner: owners[0] }),
    changes: { deletions: options.deletions ?? 'delete', receipts: options.receipts ?? false },
    inFlight: new Set(),
    searches: new Map(),
    ruledOut: new Map(),
    connected: () => status.state === 'connected',
    lastDoubt: ({ chatId }) => doubts.get(String(chatId)) ?? openedAt,
    failed(error: CallError, { chatId }: Place) {
      if (verdictOf(error, { sending: true }).verdict.kind === 'unsure') {
        doubts.set(String(chatId), systemClock.now())
      }
      if (error.code === 401) setStatus({ ...status, state: 'logged_out', problem: tokenRefused })
    },
    moved: move,
  }

  const paced = (attempt: Pick<Delivery, 'turn'>): ChangeContext => ({
    ...context,
    api: pacedApi(api, attempt.turn),
  })

  const take = (updates: readonly Update[], bot: BotUser, confirm: () => void): void => {
    const sorted = sortUpdates(updates, { bot, owners, logger })
    inbox.receive(sorted.arrivals, () => {
      confirm()
      for (const { chatId, messageId } of sorted.seen) marks.raise(chatId, messageId)
      for (const { from, to } of sorted.moves) marks.move(from, to)
    })
    for (const chat of sorted.chats) inbox.learn(chat)
    for (const { from, to } of sorted.moves) move({ chatId: from }, { chatId: to })
    answer(sorted).catch(error => logger.warn({ err: error }, 'A command could not be answered'))
  }

  /** Answers to commands are no deliveries: one that fails is asked for again by the person. */
  const answer = async ({ commands, strangers }: Sorted): Promise<void> => {
    const say = async (message: Sorted['strangers'][number], text: string): Promise<void> => {
      const { chat, message_thread_id: thread, is_topic_message: inTopic } = message
      const { turn } = options
      const ask = turn && ((messages: number) => turn(placeRef({ chatId: chat.id }), messages, stop.signal))
      const sent = await pacedApi(api, ask).call(
        'sendMessage',
        {
          chat_id: chat.id,
          text,
          ...(inTopic === true && thread !== undefined && { message_thread_id: thread }),
        },
        { signal: stop.signal },
      )
      marks.raise(sent.chat.id, sent.message_id)
    }
    for (const { command, message } of commands) await say(message, renderCommandAnswer(command, message))
    for (const message of strangers) {
      const id = message.chat.id
      if (refused.has(id)) continue
      refused.add(id)
      await say(message, renderRefusal(id))
    }
  }

  return {
    name: 'telegram',
    async start() {
      loop = runLongPoll({
        api,
        sessions,
        clock: systemClock,
        logger,
        signal: stop.signal,
        take,
        onState: ({ state, bot, problem }) =>
          setStatus({
            state,
            ...(bot ? { account: `@${bot.username}`, name: bot.first_name } : pickAccount(status)),
            ...(problem !== undefined && { problem }),
          }),
      })
    },
    get status() {
      return status
    },
    newMessageId: () => randomUUID(),
    send: delivery => sendDelivery(delivery, paced(delivery)),
    change: change => showChange(change, paced(change)),
    settle: attempt =>
      'sent' in attempt ? settleDelivery(attempt, paced(attempt)) : settleChange(attempt, paced(attempt)),
    mark: chat => marks.write(chat),
    openMedia: (media, signal) => openMedia(media, { api, signal }),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await loop
      setStatus({ state: 'stopped', ...pickAccount(status) })
    },
  }
}

const pickAccount = ({ account, name }: NetworkStatus): Pick<NetworkStatus, 'account' | 'name'> => ({
  ...(account !== undefined && { account }),
  ...(name !== undefined && { name }),
})
