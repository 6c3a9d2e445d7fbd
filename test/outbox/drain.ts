import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { limitFiles } from '../../src/bridge/deliver/files.ts'
import { Outbox, type Outcome, openPaceMemory, Pace, Worker } from '../../src/outbox/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { quiet } from '../bridge/bridge.ts'
import { Clock as SimulatorClock } from '../simulators/telegram/clock.ts'
import { ApiError } from '../simulators/telegram/errors.ts'
import { Rates } from '../simulators/telegram/rates.ts'
import { tempStore } from '../store/temp-store.ts'
import { plainCarrier } from './plain-carrier.ts'
import { VirtualClock } from './virtual-clock.ts'

/** One WhatsApp message: when it comes (milliseconds), in which chat, for which Telegram chat, and the calls it becomes. */
export interface Arrival {
  readonly at: number
  readonly lane: string
  readonly target: ChatRef
  /** As how many messages Telegram counts each call: `[1]` for a text, `[4]` for an album. */
  readonly calls: readonly number[]
  /** For how long the files of each call go up, in milliseconds; undefined for calls without any. */
  readonly upload?: number
}

export interface Drained {
  readonly refusals: number
  /** Calls made to a chat that had been told to wait. */
  readonly impatient: number
  /** When each arrival was shown, in the order of the arrivals. */
  readonly shownAt: readonly number[]
  /** Chats for which room is still taken when everything is through for longer than any budget lasts. */
  readonly keptFrom: readonly ChatRef[]
}

/** Milliseconds that a call takes to Telegram, and its answer back. */
const wayMs = 50

/**
 * Sends a mix through the real worker, outbox and pace, over real SQLite, to the rates of the Bot API simulator; time is
 * virtual.
 */
export const drain = async (
  arrivals: readonly Arrival[],
  {
    budgets = telegramBudgets,
    setForward,
    limits = rates => rates,
    wayOf = () => wayMs,
  }: {
    budgets?: typeof telegramBudgets
    /** When the machine's clock is set forward, and by how much; in milliseconds. */
    setForward?: { readonly at: number; readonly by: number }
    /** What stands between the calls and the rates of the simulator. */
    limits?: (rates: Pick<Rates, 'take'>, clock: VirtualClock) => Pick<Rates, 'take'>
    /** How long a call takes to Telegram, or its answer back, if not as a rule; in milliseconds. */
    wayOf?: () => number
  } = {},
): Promise<Drained> => {
  const clock = new VirtualClock()
  const began = clock.steady()
  using store = tempStore()
  const outbox = new Outbox(store.database)
  const rates = new Rates(new SimulatorClock(() => clock.steady()), true)
  const server = limits(rates, clock)
  const memory = openPaceMemory(store.session('pace'), () => clock.now() - clock.steady())
  const pace = new Pace(budgets, ratePeerOf, memory)
  const shownAt: number[] = []
  const placeFor = limitFiles(4)
  let refusals = 0
  await using worker = new Worker({
    outbox,
    pace,
    clock,
    transaction: work => store.transaction(work),
    log: quiet,
    carrier: {
      ...plainCarrier,
      async deliver(job, _signal, turn): Promise<Outcome> {
        const index = Number(job.event)
        const { calls = [], upload } = arrivals[index] ?? {}
        for (const messages of calls) {
          const leave = await turn(messages, upload === undefined ? undefined : placeFor())
          if (upload !== undefined) {
            await clock.sleep(upload)
            await leave.lastByte()
          }
          await clock.sleep(wayOf())
          try {
            server.take(chatOf(job.target), messages)
          } catch (error) {
            if (!(error instanceof ApiError)) throw error
            await clock.sleep(wayOf())
            refusals += 1
            const seconds = error.answer.parameters?.retry_after ?? 0
            leave.refused(seconds)
            return { kind: 'failure', verdict: { kind: 'wait', seconds }, problem: '429', from: 'send' }
          }
          shownAt[index] = clock.steady() - began
          await clock.sleep(wayOf())
          leave.end(true)
        }
        return { kind: 'sent' }
      },
    },
  })
  worker.start()
  let arrived = 0
  const arrive = async (): Promise<void> => {
    for (const [index, { at, lane, target }] of arrivals.entries()) {
      if (began + at > clock.steady()) await clock.sleep(began + at - clock.steady())
      store.transaction(() =>
        outbox.add(
          { lane, target, source: index, messageId: `m${index}`, event: String(index) },
          clock.now(),
        ),
      )
      arrived += 1
      worker.wake()
    }
  }
  const arriving = arrive()
  if (setForward) void clock.sleep(setForward.at).then(() => clock.set(setForward.by))
  await clock.runUntil(() => arrived === arrivals.length && outbox.counts().pending === 0)
  await arriving
  const later = clock.steady() + 120_000
  const targets = [...new Set(arrivals.map(({ target }) => target))]
  return {
    refusals,
    impatient: rates.impatient,
    shownAt,
    keptFrom: targets.filter(target => [1, 10, 20].some(size => pace.readyAt(target, later, size) > later)),
  }
}

const chatOf = (target: ChatRef): { id: number; type: 'private' | 'supergroup' } => {
  const id = Number(ratePeerOf(target).slice('telegram:'.length))
  return { id, type: id > 0 ? 'private' : 'supergroup' }
}
