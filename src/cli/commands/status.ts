import { type ChatRef, chatRef } from '../../bridge/chat-ref.ts'
import type { Config } from '../../config/load.ts'
import { countDelayed, countFailed, isUnsaid, lastUntold } from '../../outbox/failed.ts'
import { Outbox } from '../../outbox/outbox.ts'
import { openPaceMemory } from '../../outbox/pace-memory.ts'
import { everyPeer } from '../../outbox/penalties.ts'
import type { Beat, Store } from '../../store/index.ts'
import { lockHolder, openBeside, StoreError } from '../../store/index.ts'
import { phoneOf } from '../../whatsapp/address.ts'
import type { Command, Context } from '../command.ts'
import { isLoggedOut, linkedAccount } from '../linked-account.ts'
import { printable } from '../output.ts'
import type { ExitCode } from '../user-error.ts'
import { version } from '../version.ts'

/** So long ago the disk took a heartbeat, which a bridge writes every 20 s; after this it may not any more. Milliseconds. */
const FRESH_MS = 3_000
/** One older than this hangs, where it is not the disk. Milliseconds. */
const STALE_MS = 60_000
/** A delivery that failed longer ago is no problem any more: the owner was told. Milliseconds. */
const LATELY_MS = 86_400_000
/** Milliseconds; a wait that Telegram asks for is of seconds as a rule. */
const LONG_WAIT_MS = 15 * 60_000

export const command: Command = {
  examples: [
    ['wa2tg status', 'says what is connected and what waits'],
    ['wa2tg status --json', 'the same as one object; whatsapp.state and outbox.failed, for instance'],
    ['wa2tg status > /dev/null || wa2tg status', 'speaks up only when something is wrong'],
  ],
  notes: [
    'whatsapp.state is unlinked, connecting (also: linked, but the bridge does not run), connected or logged_out.',
    'Ends with 0 when all is well, 1 when something is wrong: stderr says what. A delivery that has failed is that for a day. Works while the bridge runs.',
  ],
  run: showStatus,
}

async function showStatus({ output, loadConfig }: Context): Promise<ExitCode> {
  const config = await loadConfig()
  using store = await openBeside(config.dataDir, config.storage)
  const status = await readStatus(store, config)
  output.data(status, renderStatus)
  for (const problem of status.problems) output.note(problem)
  return status.problems.length === 0 ? 0 : 1
}

interface Status {
  readonly version: string
  readonly bridge: {
    readonly running: boolean
    /** Null also where it runs in another container, whose processes have numbers of their own. */
    readonly pid: number | null
    readonly since: string | null
  }
  readonly whatsapp: {
    readonly state: 'unlinked' | 'connecting' | 'connected' | 'logged_out'
    readonly account: string | null
    readonly name: string | null
    /** While what waited comes in. */
    readonly catchingUp: { readonly done: number; readonly total: number } | null
  }
  readonly telegram: { readonly state: 'connecting' | 'connected' | 'stopped'; readonly bot: string | null }
  readonly outbox: { readonly pending: number; readonly failed: number }
  readonly mappings: number
  readonly dataDir: string
  readonly problems: readonly string[]
}

const readStatus = async (store: Store, config: Config): Promise<Status> => {
  const holder = await lockHolder(config.dataDir)
  const beat = store.heartbeat.read()
  const running = typeof holder === 'object' && holder.command === 'run' ? holder : undefined
  // What an earlier process said holds no longer.
  const live = running !== undefined && beat?.pid === running.pid ? beat : undefined
  const linked = linkedAccount(store)
  const whatsapp = live?.networks.whatsapp
  const telegram = live?.networks.telegram
  const status = {
    version,
    bridge: {
      running: running !== undefined,
      pid: running === undefined || running.isElsewhere ? null : running.pid,
      since: running === undefined ? null : new Date(running.startedAt).toISOString(),
    },
    whatsapp: {
      state: whatsAppState(whatsapp?.state, store),
      account: whatsapp?.account ?? linked?.account ?? null,
      name: whatsapp?.name ?? linked?.name ?? null,
      catchingUp: whatsapp?.catchingUp ?? null,
    },
    telegram: {
      state: telegramState(telegram?.state, running !== undefined),
      bot: telegram?.account ?? beat?.networks.telegram.account ?? null,
    },
    outbox: countOutbox(store),
    mappings: store.mappings.list().length,
    dataDir: config.dataDir,
  }
  const age = live === undefined ? 0 : Date.now() - live.beatAt
  const disk = age > FRESH_MS ? findDiskProblem(store) : undefined
  const stale = age > STALE_MS && disk === undefined
  return {
    ...status,
    problems: findProblems(status, {
      stale,
      said: [
        disk,
        ...findFailures(store, { live, owner: ownerChat(config) }),
        findDelays(store),
        whatsapp?.problem,
        telegram?.problem,
        findLongWait(store),
      ],
    }),
  }
}

/** What Telegram wants to be left alone for longer than anybody would think of as the usual. */
const findLongWait = (store: Store): string | undefined => {
  const ends = new Map(
    [...openPaceMemory(store.session('pace')).load()]
      .map(([peer, { penalty }]) => [peer, penalty?.until ?? 0] as const)
      .filter(([, until]) => until > Date.now() + LONG_WAIT_MS),
  )
  if (ends.size === 0) return undefined
  const all = ends.get(everyPeer)
  const who = all !== undefined ? 'all chats' : ends.size === 1 ? 'a chat' : `${ends.size} chats`
  const until = new Date(all ?? Math.max(...ends.values())).toISOString()
  return `Telegram has put off ${who} until ${until} (429: too many requests); what goes there waits`
}

const ownerChat = ({ telegram: { owners } }: Config): ChatRef | undefined =>
  owners[0] === undefined ? undefined : chatRef('telegram', String(owners[0]))

/** By the clock of the bridge, where that is ahead. What is later still was dated by one that was wrong and is set right. */
const findFailures = (
  { database }: Store,
  { live, owner }: { live: Beat | undefined; owner: ChatRef | undefined },
): (string | undefined)[] => {
  const now = Math.max(Date.now(), live?.clock ?? 0)
  const lately = { since: now - LATELY_MS, until: now + STALE_MS }
  const untold = owner && lastUntold(database, owner, lately)
  const failed = countFailed(database, lately, owner)
  const isTold = owner !== undefined && untold === undefined && !isUnsaid(database)
  return [sayFailed(failed, { isTold }), sayUntold(untold)]
}

const sayFailed = (failed: number, { isTold }: { readonly isTold: boolean }): string | undefined => {
  if (failed === 0) return undefined
  const what = failed === 1 ? 'A delivery has failed' : `${failed} deliveries have failed`
  return `${what} within a day${isTold ? '; the bot has told you in Telegram' : ''}`
}

const sayUntold = (problem: string | undefined): string | undefined =>
  problem &&
  `You were not told of something in Telegram (${problem}). Press Start in the chat with your bot, and see that telegram.owners begins with your user id`

const findDelays = (store: Store): string | undefined => {
  const delayed = countDelayed(store.database)
  if (delayed === 0) return undefined
  return delayed === 1
    ? 'A delivery has failed for ten minutes or more and is tried on; what is behind it in its chat waits'
    : `${delayed} deliveries have failed for ten minutes or more and are tried on; what is behind them waits`
}

const findDiskProblem = (store: Store): string | undefined => {
  try {
    store.heartbeat.touch()
    return undefined
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return error.message
  }
}

/** What is kept back until it is known what it is about (`bridge/receive/held.ts`) has yet to become a job. */
const countOutbox = (store: Store): Status['outbox'] => {
  const { pending, failed } = new Outbox(store.database).counts()
  return { pending: pending + store.held.count, failed }
}

/** What the running bridge says, else what is on disk. */
const whatsAppState = (live: string | undefined, store: Store): Status['whatsapp']['state'] => {
  if (live === 'connected' || live === 'unlinked' || live === 'logged_out') return live
  if (isLoggedOut(store)) return 'logged_out'
  return linkedAccount(store) === undefined ? 'unlinked' : 'connecting'
}

const telegramState = (state: string | undefined, running: boolean): Status['telegram']['state'] => {
  if (!running || state === 'stopped') return 'stopped'
  return state === 'connected' ? 'connected' : 'connecting'
}

const findProblems = (
  { bridge, whatsapp, telegram }: Omit<Status, 'problems'>,
  { stale, said }: { stale: boolean; said: readonly (string | undefined)[] },
): string[] => {
  const problems: (string | false | undefined)[] = [
    whatsapp.state === 'unlinked' && 'WhatsApp is not linked; type: wa2tg login',
    whatsapp.state === 'logged_out' && 'The phone has removed this device; type: wa2tg login',
    !bridge.running && 'The bridge does not run; type: wa2tg run',
    bridge.running && whatsapp.state === 'connecting' && 'WhatsApp is not connected; the bridge keeps trying',
    bridge.running && telegram.state !== 'connected' && 'Telegram is not connected; the bridge keeps trying',
    stale && `The bridge has not been heard of for a minute; stop ${placeOf(bridge)} and type: wa2tg run`,
    ...said,
  ]
  return problems.filter(problem => typeof problem === 'string')
}

const placeOf = ({ pid }: Status['bridge']): string => (pid === null ? 'its container' : `process ${pid}`)

const renderStatus = ({ bridge, whatsapp, telegram, outbox, mappings, dataDir, ...rest }: Status): string => {
  const who =
    whatsapp.account === null
      ? ''
      : ` (${[whatsapp.name, phoneOf(whatsapp.account) ?? whatsapp.account].filter(Boolean).join(', ')})`
  const { catchingUp } = whatsapp
  const catchUp =
    catchingUp === null ? '' : `, catching up: ${catchingUp.done} of ${catchingUp.total} messages`
  return [
    `wa2tg ${rest.version}`,
    `Bridge    ${bridge.running ? `runs ${bridge.pid === null ? 'in another container' : `as process ${bridge.pid}`} since ${bridge.since}` : 'does not run'}`,
    `WhatsApp  ${bridge.running || whatsapp.state !== 'connecting' ? whatsapp.state : 'linked'}${who}${catchUp}`,
    `Telegram  ${telegram.state}${telegram.bot === null ? '' : ` (${telegram.bot})`}`,
    `Outbox    ${outbox.pending} pending, ${outbox.failed} failed`,
    `Mappings  ${mappings}`,
    `Data      ${dataDir}`,
  ]
    .map(printable)
    .join('\n')
}
