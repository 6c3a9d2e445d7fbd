import type { Update } from 'grammy/types'
import type { SessionStore } from '../../bridge/network.ts'
import { type Clock, type Clocks, watchLeaps } from '../../support/clock.ts'
import type { Logger } from '../../support/log.ts'
import type { BotApi, BotUser } from '../api.ts'
import { CallError } from '../call-error.ts'
import type { Away } from './away.ts'
import type { CatchUp } from './catch-up.ts'
import { type RivalOptions, Rivals } from './rivals.ts'
import { explain, type PollState, type Trouble } from './trouble.ts'

/**
 * The update loop.
 *
 *   connecting ──getMe answered, and a first poll answered or held open──▶ connected
 *   connected ──401──▶ refused (the run ends)   ──409, 429, 5xx, no answer, full disk──▶ connecting, after a pause
 *
 * With a 409 it takes messages all the same: deliveries go on. So they do where polls alone fail: behind each failure Telegram is asked
 * who the bot is before it is polled again, also in a penalty of the polls, and who answers that takes messages.
 *
 * Each batch is written down together with the offset behind it; only the next poll, which carries that offset, tells
 * Telegram that we have it. What is not written is asked for again. The backlog of a first start (24 h) is kept.
 *
 * The offset follows the ids wherever they go. They begin anew, lower as often as higher, after a week without updates,
 * and for another bot or server (core.telegram.org/bots/api#update); an offset far ahead of all that waits is not
 * heeded (tdlib/td `TQueue.cpp`). What was confirmed is forgotten there, so a lower offset brings none of it back.
 */
export interface LongPollOptions {
  readonly api: BotApi
  readonly sessions: SessionStore
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /**
   * Writes a batch down, never empty, and in the same transaction calls `confirm` with the last update of what it writes;
   * throws when the disk does not take it.
   */
  readonly take: (
    updates: readonly Update[],
    bot: BotUser,
    confirm: (last: Update) => void,
  ) => void | Promise<void>
  readonly onState: (state: PollState) => void
  /** Whose token it is, before the first poll. May throw when the disk does not take it. */
  readonly onBot?: (bot: BotUser) => void
  /** A poll was answered; called before what it brought is taken. */
  readonly onHeard?: () => void
  /** Another program polls: what it fetches never comes here. May throw when the disk does not take it. */
  readonly onConflict?: () => void
  readonly catchUp?: CatchUp
  readonly away?: Pick<Away, 'answered' | 'taken'>
  /** What is told of another program that polls with the same token. */
  readonly rivals: Pick<RivalOptions, 'onTaken' | 'onPeace'>
  /** For tests: the clocks whose leaps are watched, and how often, in milliseconds. */
  readonly leaps?: { readonly clocks: Clocks; readonly every: number }
}

/** Seconds that Telegram may hold a poll open; it clamps to 50. */
const pollSeconds = 50
/** Beyond that a poll is lost, not slow. */
const pollTimeoutMs = (pollSeconds + 15) * 1000
/**
 * What is refused is refused at once. The same offset asked for again within 3 s, as after a restart, is held for 3 s
 * (`Client.cpp`, 15700): that poll is accepted, and deliveries need not wait for its answer.
 */
const heldMs = 200
/** They double, with jitter. */
const pauseMs = { first: 500, most: 30_000 }

/** Updates in one answer. */
const most = 100

/** The list is remembered server-side: without one, Telegram leaves reactions out. */
const allowedUpdates = [
  'message',
  'channel_post',
  'edited_message',
  'callback_query',
  'my_chat_member',
  'message_reaction',
] as const

const offsetRow = { type: 'updates', id: 'offset' } as const

/** Of another bot an offset might pass over what waits: its ids may be anywhere. */
export const forgetOffset = (sessions: SessionStore): void => sessions.set([{ ...offsetRow, value: null }])

export const runLongPoll = async (options: LongPollOptions): Promise<void> => {
  const { signal, clock, logger, onState } = options
  let failures = 0
  /** Why the last poll failed, until one is answered; and when the next one may be, by `clock.now()`, which counts what was slept. */
  let trouble: Trouble | undefined
  let pollAt = 0
  const rivals = new Rivals({ ...options.rivals, clock })
  // A poll that was open when the machine fell asleep is dead, but would only be given up after its time.
  let awake = new AbortController()
  const leapt = (): void => {
    awake.abort()
    awake = new AbortController()
  }
  watchLeaps(leapt, { signal, ...options.leaps })
  options.catchUp?.attach(leapt)
  while (!signal.aborted) {
    const { signal: asleep } = awake
    let isReached = false
    try {
      await pollUntilFailure(
        { ...options, signal: AbortSignal.any([signal, asleep]) },
        {
          // A conflict may be told late; having met one, only an answer counts.
          trustHeld: failures === 0,
          rivals,
          pollAt,
          onReached: () => {
            isReached = true
          },
          onHeld: bot => {
            if (trouble?.state === 'connecting') onState({ ...trouble, bot, takes: true })
          },
          onSuccess: () => {
            isReached = false
            trouble = undefined
            if (rivals.isOver()) failures = 0
          },
        },
      )
    } catch (error) {
      if (signal.aborted) return
      if (asleep.aborted) continue
      const seen = explain(error)
      trouble = isReached && seen.state === 'connecting' ? { ...seen, takes: true } : seen
      if (error instanceof CallError && error.code === 409) {
        try {
          rivals.met()
          options.onConflict?.()
        } catch (refusal) {
          logger.warn({ err: refusal }, 'That another program polls could not be written down')
        }
      }
      logger.warn({ err: error }, trouble.problem)
      onState(trouble)
      const pause = Math.min(pauseMs.first * 2 ** failures++, pauseMs.most) * (0.5 + Math.random())
      const { pauseMs: asked = 0 } = trouble
      const isPoll =
        error instanceof CallError && error.method === 'getUpdates' && error.retryAfter !== undefined
      if (isPoll) pollAt = clock.now() + asked
      await clock.sleep(Math.max(pause, isPoll ? 0 : asked), AbortSignal.any([signal, awake.signal]))
    }
  }
}

interface Pursuit {
  readonly trustHeld: boolean
  readonly rivals: Rivals
  /** When it may be polled, by `clock.now()`. */
  readonly pollAt: number
  /** Telegram has said who the bot is. */
  readonly onReached: () => void
  /** And then nothing for a moment, where that proves nothing. */
  readonly onHeld: (bot: BotUser) => void
  /** A poll was answered, and what it brought is on disk. */
  readonly onSuccess: () => void
}

/** Polls until something fails; a new connection asks for the bot anew, whose name and settings may have changed. */
const pollUntilFailure = async (
  options: LongPollOptions,
  { trustHeld, rivals, pollAt, onReached, onHeld, onSuccess }: Pursuit,
): Promise<void> => {
  const { signal, clock, onState } = options
  const bot = await options.api.getMe({ signal })
  options.onBot?.(bot)
  onReached()
  const connected = once(() => onState({ state: 'connected', bot }))
  const held = new AbortController()
  void clock.sleep(heldMs, held.signal).then(() => {
    if (held.signal.aborted) return
    if (trustHeld) connected()
    else onHeld(bot)
  })
  try {
    const left = pollAt - clock.now()
    if (left > 0) await clock.sleep(left, signal)
    // The first poll does not wait, so that the state is known at once.
    await pollOnce(options, bot, { seconds: 0, rivals })
  } finally {
    held.abort()
  }
  connected()
  onSuccess()
  while (!signal.aborted) {
    await pollOnce(options, bot, { seconds: options.catchUp?.isAsked ? 0 : pollSeconds, rivals })
    onSuccess()
  }
}

const once = (call: () => void): (() => void) => {
  let called = false
  return () => {
    if (!called) call()
    called = true
  }
}

const pollOnce = async (
  { api, sessions, signal, take, catchUp, away, onHeard }: LongPollOptions,
  bot: BotUser,
  { seconds, rivals }: { seconds: number; rivals: Rivals },
): Promise<void> => {
  const offset = Number(sessions.get(offsetRow.type, offsetRow.id) ?? 0)
  const isAll = catchUp?.begin()
  const updates = await api.call(
    'getUpdates',
    { offset, timeout: seconds, limit: most, allowed_updates: allowedUpdates },
    { signal, timeoutMs: pollTimeoutMs },
  )
  onHeard?.()
  const confirm = ({ update_id: last }: Update): void =>
    sessions.set([{ ...offsetRow, value: String(last + 1) }])
  rivals.answered(offset, updates[0]?.update_id)
  away?.answered(offset, updates[0]?.update_id)
  if (updates.length > 0) await take(updates, bot, confirm)
  // Asked again too soon, Telegram gives one at a time (`Client.cpp`, 15700).
  else isAll?.()
  away?.taken()
}
