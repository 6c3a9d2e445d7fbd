import { Readable } from 'node:stream'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { isMessage, type Media, parseEvent } from '../../src/bridge/event.ts'
import { type AskTurn, type Carrier, type Job, openPaceMemory, Pace } from '../../src/outbox/index.ts'
import { systemClock } from '../../src/support/clock.ts'
import { placeOf } from '../../src/telegram/address.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'
import { openMiddle } from '../bridge/middle.ts'
import { VirtualClock } from '../outbox/virtual-clock.ts'
import { eventually } from '../simulators/eventually.ts'
import { files } from '../simulators/samples.ts'
import { startTelegramSimulator, type TelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { leastInAnyOrder } from './any-order.ts'
import { chatOf, eventsOf, rowOf } from './events.ts'
import { leastCalls, waitsApart } from './least.ts'
import { type Counted, leastTime } from './optimum.ts'
import type { Trace } from './trace.ts'
import { thereAndBack, Wire } from './wire.ts'

export interface Played {
  /** From the first event until Telegram's last answer, in milliseconds. */
  readonly took: number
  /** The least that Telegram's limits allow for the calls that were made, in the order in which they came (`optimum.ts`). */
  readonly optimum: number
  /**
   * What a backlog needs at least (`least.ts`), by the trace alone: messages, and milliseconds in whatever order, on this line and if
   * no line took any time.
   */
  readonly least: { readonly messages: number; readonly time: number; readonly noLine: number }
  /** The same on this line if it were known from the start what will come; in milliseconds. */
  readonly foreseen: number
  /** How long each row would have waited by itself, in the order in which they came. */
  readonly waitsApart: readonly (number | undefined)[]
  readonly calls: readonly Counted[]
  readonly refusals: number
  /** Calls made to a chat that had been told to wait. */
  readonly impatient: number
  /** For how long each row waited until it was shown, in milliseconds; undefined where a later one made it needless. */
  readonly waited: readonly (number | undefined)[]
  /** What does not belong there: jobs that failed, calls that Telegram does not know. */
  readonly problems: readonly string[]
}

export interface PlayOptions {
  /** The time of this machine, and no wire but loopback; virtual time, and a wire of `Wire`, where nothing is said. */
  readonly real?: boolean
  /** Each message by itself, as if nothing were ever joined. */
  readonly apart?: boolean
  /** Milliseconds to Telegram and back, if not as a rule; files take their time in any case. */
  readonly line?: number
  /** Everything comes one right after the other, as after an outage; when it came by the trace, where nothing is said. */
  readonly backlog?: boolean
}

/** Milliseconds between two events of a backlog. */
const handOver = 10

/**
 * Plays a trace: its events come in when they came, through the real inbox, outbox, worker, pace and Telegram network, to the
 * simulator with its limits on.
 */
export const play = async (
  trace: Trace,
  { real = false, apart = false, backlog = false, line = thereAndBack }: PlayOptions = {},
): Promise<Played> => {
  const times = trace.rows.map(([at], row) => (backlog ? row * handOver : at))
  const virtual = new VirtualClock(Date.now())
  const clock = real ? systemClock : virtual
  const wire = new Wire(clock, { isReal: real, line })
  await using tg = await startTelegramSimulator({
    rates: true,
    topicsInPrivate: true,
    now: () => clock.now(),
  })
  using store = tempStore()
  const began = clock.now()
  const problems: string[] = []
  const waited: (number | undefined)[] = trace.rows.map(() => undefined)
  const calls: Counted[] = []
  const cameAt = (ids: readonly number[]): number =>
    (store.database.get<{ at: number }>(
      'SELECT max(created_at, due_at) AS at FROM jobs WHERE id IN (SELECT value FROM json_each(?)) ORDER BY 1 DESC',
      JSON.stringify(ids),
    )?.at ?? began) - began
  const releases = new Map<number, number>()
  let ended = began

  const watch = (carrier: Carrier): Carrier => ({
    ...carrier,
    deliver: async (job, signal, ask, rest) => {
      const released = releases.get(job.id) ?? cameAt([job.id])
      const { chatId } = placeOf(job.target)
      let upload = uploadTime(job)
      let hasCalled = false
      const outcome = await wire.carry(ask, { upload }, async turn => {
        const askAndTell: AskTurn = async (messages = 1, gate) => {
          const leave = await turn(messages, gate)
          hasCalled = true
          if (messages > 0) calls.push({ chat: Number(chatId), lane: job.target, messages, released, upload })
          upload = 0
          return leave
        }
        return await carrier.deliver(job, signal, askAndTell, rest)
      })
      if (hasCalled) ended = clock.now()
      if (outcome.kind === 'failure') problems.push(`${outcome.verdict.kind}: ${outcome.problem}`)
      else for (const row of rowsOf(job)) waited[row] = ended - began - (times[row] ?? 0)
      return outcome
    },
    join(jobs) {
      const joined = apart ? undefined : carrier.join(jobs)
      const first = jobs[0]
      if (joined && first) releases.set(first.id, cameAt(jobs.slice(0, joined.count).map(({ id }) => id)))
      return joined
    },
    failed: (_, problem) => void problems.push(problem),
  })
  await using middle = openMiddle(store, tg, {
    pace: new Pace(telegramBudgets, ratePeerOf, openPaceMemory(store.session('pace'))),
    clock,
    now: () => clock.now(),
    watch,
  })
  const { inbox, outbox, telegram, whatsapp } = middle
  whatsapp.files = ({ source }: Media) => Readable.from([bytesOf(source)])
  const targets = openChats(trace, tg)
  for (const [index, target] of targets.entries())
    store.mappings.add({ whatsapp: chatOf(index), telegram: target })
  await middle.start()
  await eventually(() => telegram.status.state === 'connected', 'the bot')

  let arrived = 0
  const arrive = async (): Promise<void> => {
    for (const [row, at] of times.entries()) {
      if (began + at > clock.now()) await clock.sleep(began + at - clock.now())
      inbox.receive(eventsOf(trace, row, clock.now()).map(event => ({ event })))
      arrived += 1
    }
  }
  const isDone = () => arrived === times.length && outbox.counts().pending === 0
  const arriving = arrive()
  if (real) while (!isDone()) await clock.sleep(20)
  else await virtual.runUntil(isDone, () => wire.busy)
  await arriving
  const places = targets.map(lane => ({ chat: Number(placeOf(lane).chatId), lane }))
  const asItIs = { places, times, line: real ? 0 : line }
  const needed = leastCalls(trace, asItIs)
  const refused = tg.calls.filter(({ response }) => (response as { error_code?: number })?.error_code === 429)
  return {
    took: ended - began,
    optimum: leastTime(calls),
    // Each of these takes as long as the rest: only when somebody asks for it.
    least: {
      messages: messagesIn(needed),
      get time() {
        return leastInAnyOrder(needed)
      },
      get noLine() {
        return leastInAnyOrder(leastCalls(trace, { places, times }))
      },
    },
    get foreseen() {
      return leastInAnyOrder(leastCalls(trace, { ...asItIs, foreseen: true }))
    },
    get waitsApart() {
      return waitsApart(trace, { places, times })
    },
    calls,
    refusals: refused.length,
    impatient: tg.impatientCalls,
    waited,
    problems: [...problems, ...tg.unexpected],
  }
}

export const messagesIn = (calls: readonly Counted[]): number =>
  calls.reduce((sum, { messages }) => sum + messages, 0)

/** Bytes that a line of a home takes to Telegram in a millisecond: 8 Mbit/s. */
const bytesPerMs = 1000

const uploadTime = ({ event: json }: Job): number => {
  const event = parseEvent(json)
  if (!isMessage(event)) return 0
  const { content } = event
  const media = content.kind === 'album' ? content.items : content.kind === 'media' ? [content] : []
  return media.reduce((sum, { media: { size = 0 } }) => sum + size, 0) / bytesPerMs
}

const rowsOf = ({ event: json }: Job): number[] => {
  const event = parseEvent(json)
  const joined = isMessage(event) && event.content.kind === 'joined' ? event.content.items : [event]
  return joined.map(({ id }) => rowOf(id)).filter(row => row !== undefined)
}

const bytesOf = (source: string): Buffer => {
  const open = { photo: files.photo, film: files.film, voice: files.voice, sticker: files.sticker }[source]
  return (open ?? files.pdf)()
}

/** The chats in Telegram for those of the trace, in their order. */
const openChats = ({ chats }: Trace, tg: TelegramSimulator): ChatRef[] => {
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const groups = new Map<string, ReturnType<TelegramSimulator['addSupergroup']>>()
  return chats.map(({ name, telegram }): ChatRef => {
    const [kind = '', number = ''] = telegram.split(' ')
    if (kind === 'private') return `telegram:${home.id}/${home.addTopic({ name }).message_thread_id}`
    const [group = ''] = number.split('/')
    const found =
      groups.get(group) ??
      tg.addSupergroup({ title: group, forum: kind === 'topic', members: [owner], botRights: {} })
    groups.set(group, found)
    return kind === 'topic'
      ? `telegram:${found.id}/${found.addTopic({ name }).message_thread_id}`
      : `telegram:${found.id}`
  })
}
