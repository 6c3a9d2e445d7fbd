import { randomUUID } from 'node:crypto'
import type { ChatRef } from '../bridge/chat-ref.ts'
import {
  type Change,
  type Delivery,
  type Inbox,
  type Network,
  type NetworkStatus,
  type NoteRole,
  type SentPart,
  type SessionStore,
  type Turn,
  takesMessages,
} from '../bridge/network.ts'
import { systemClock } from '../support/clock.ts'
import type { Logger } from '../support/log.ts'
import { type Place, placeOf, placeRef } from './address.ts'
import { type BotOptions, knowBot } from './another-bot.ts'
import { openApi } from './api.ts'
import { openAtWork } from './at-work.ts'
import type { CallError } from './call-error.ts'
import type { ChangeOptions } from './change/desk.ts'
import { type ChangeContext, settleChange, showChange } from './change.ts'
import { tokenRefused, verdictOf } from './errors.ts'
import { layOut } from './layout.ts'
import { openMarks } from './marks.ts'
import { openMedia } from './media.ts'
import { pacedApi } from './paced.ts'
import { openButtons } from './send/buttons.ts'
import { keepParts } from './send/kept-parts.ts'
import { renderParts } from './send/render.ts'
import { answerMs } from './send/upload.ts'
import { sendDelivery } from './send.ts'
import { openLookedFor } from './settle/looked.ts'
import { settleDelivery } from './settle.ts'
import { makeAnswers } from './updates/answer.ts'
import { openAway } from './updates/away.ts'
import { CatchUp } from './updates/catch-up.ts'
import { runLongPoll } from './updates/long-poll.ts'
import type { MissedMovesOptions } from './updates/missed-moves.ts'
import { tellOfRivals } from './updates/rivals.ts'
import { makeTake } from './updates/take.ts'
import { openVersions } from './updates/versions.ts'

export interface TelegramOptions {
  readonly token: string
  /** Address of the Bot API server. */
  readonly apiRoot: string
  /** User ids of those who may send through the bridge. */
  readonly owners: readonly number[]
  /** Which chats and topics WhatsApp chats are mapped to. */
  readonly mapped: MissedMovesOptions['mapped']
  /** See `knowBot`. */
  readonly forgetIds: BotOptions['forgetIds']
  /** The reaction by which an owner deletes a message in WhatsApp. */
  readonly deletionReaction?: string | undefined
  /** Photos and films under a spoiler are to be seen once in WhatsApp. */
  readonly spoilersOnce?: boolean
  /** Whoever writes in the name of a group counts as an owner. */
  readonly trustNameless?: boolean
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
  /**
   * For how long, in milliseconds, the server may still be at work on a request: after its answer was lost, for one without
   * files (0 bytes); after its last byte, for one with them.
   */
  readonly graceMs?: (bytes: number) => number
}

/** What `api.telegram.org` takes from a bot. */
const cloudUploadLimit = 50 * 1024 * 1024
/** The server itself waits out floods of up to 8 s before it sends (telegram-bot-api `Client.cpp`). */
const usualGraceMs = (bytes: number): number => (bytes === 0 ? 8000 : answerMs(bytes))

/** Telegram, through one bot. */
export const openTelegram = (options: TelegramOptions): Network => {
  const { sessions, inbox, logger, owners, graceMs = usualGraceMs } = options
  const away = openAway(options)
  const api = openApi({ ...options, onTime: away.tell })
  const marks = openMarks(sessions)
  const versions = openVersions(sessions)
  const atWork = openAtWork(sessions, { clock: systemClock, graceMs })
  const stop = new AbortController()
  const catchUp = new CatchUp(() => systemClock.now())
  const openedAt = systemClock.now()
  const doubts = new Map<string, number>()
  let status: NetworkStatus = { state: 'connecting' }
  let loop: Promise<void> = Promise.resolve()

  const setStatus = (next: NetworkStatus): void => {
    const changed =
      next.state !== status.state || next.problem !== status.problem || next.takes !== status.takes
    status = next
    if (changed) inbox.changed(next)
  }

  const move = (from: Place, to: Place): void => {
    const isNews = marks.current(from.chatId) !== Number(to.chatId)
    marks.move(from.chatId, Number(to.chatId))
    inbox.learn({ chat: placeRef(to), aliases: [placeRef({ chatId: from.chatId })] })
    if (isNews) logger.warn({}, 'A Telegram group became a supergroup; its messages go there now')
  }

  const context: ChangeContext = {
    api,
    marks,
    clock: systemClock,
    uploadLimit: options.uploadLimit ?? cloudUploadLimit,
    atWork,
    ...(owners[0] !== undefined && { owner: owners[0] }),
    changes: { deletions: options.deletions ?? 'delete', receipts: options.receipts ?? false },
    inFlight: new Set(),
    buttons: openButtons(),
    topicless: new Set(),
    inPart: new Map(),
    searches: new Map(),
    looked: openLookedFor(),
    caughtUp: () => catchUp.ask(),
    heardUpTo: () => catchUp.heardUpTo,
    isDeaf: () =>
      status.takes === true ||
      // The connection for polls is made anew.
      (status.state === 'connecting' && status.account !== undefined),
    connected: () => takesMessages(status),
    busyUntil: chatId => (doubts.get(String(chatId)) ?? openedAt) + graceMs(0),
    failed(error: CallError, { chatId }: Place) {
      if (verdictOf(error, { sending: true }).verdict.kind === 'unsure') {
        doubts.set(String(chatId), systemClock.now())
      }
      if (error.code === 401)
        setStatus({ ...pickAccount(status), state: 'logged_out', problem: tokenRefused, needs: 'person' })
    },
    moved: move,
  }

  const paced = (attempt: Pick<Delivery, 'turn'>): ChangeContext => ({
    ...context,
    api: pacedApi(api, attempt.turn),
  })

  /** What it sends is taken as soon as its link is on disk. */
  const noted = <A extends Delivery | Change>(attempt: A): A => {
    const onSent = (part: SentPart, role?: NoteRole | 'remark'): void => {
      attempt.onSent(part, role)
      marks.take(marks.current(placeOf(attempt.chat).chatId), Number(part.id))
    }
    // `Change.changed` is to be read anew each time.
    const own = Object.getOwnPropertyDescriptors(attempt)
    return Object.defineProperties({} as A, { ...own, onSent: { value: onSent, enumerable: true } })
  }

  const answer = makeAnswers({ ...options, api, marks, signal: stop.signal })

  const take = makeTake({
    ...options,
    api,
    marks,
    versions,
    answer,
    signal: stop.signal,
    now: systemClock.now,
    move: (from, to) => move({ chatId: from }, { chatId: to }),
  })

  const forget = (messageId: string): void => {
    context.looked.forget(messageId)
    context.inPart.delete(messageId)
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
        catchUp,
        away,
        onBot: bot => knowBot(bot, { ...options, marks }),
        rivals: tellOfRivals({ inbox, marks }),
        onHeard: () => marks.heard(systemClock.now()),
        onConflict: marks.missed,
        onState: ({ state, bot, problem, takes }) =>
          setStatus({
            state,
            ...(bot ? { account: `@${bot.username}`, name: bot.first_name } : pickAccount(status)),
            ...(problem !== undefined && { problem }),
            ...(takes && { takes }),
            ...(state === 'logged_out' && { needs: 'person' }),
          }),
      })
    },
    get status() {
      return status
    },
    newMessageId: () => randomUUID(),
    async send(delivery) {
      await sendDelivery(noted(delivery), paced(delivery))
      forget(delivery.messageId)
    },
    async change(change) {
      await showChange(noted(change), paced(change))
      forget(change.messageId)
    },
    settle: attempt =>
      'sent' in attempt
        ? settleDelivery(noted(attempt), paced(attempt))
        : settleChange(noted(attempt), paced(attempt)),
    forget,
    mark: marks.write,
    render: outline => keepParts(renderParts(outline, context)),
    layOut: (content, parts) => layOut(content, parts, context.changes.deletions),
    openMedia: (media, signal) => openMedia(media, { api, signal, connected: context.connected }),
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
