import type { ChatRef, NetworkName } from '../../src/bridge/chat-ref.ts'
import type { LayOut } from '../../src/bridge/deliver/gathered.ts'
import { makeCarrier } from '../../src/bridge/deliver.ts'
import type { Network } from '../../src/bridge/network.ts'
import type { IsOver } from '../../src/bridge/receive/held.ts'
import { makeInbox, makeRelease } from '../../src/bridge/receive.ts'
import { type Budget, type Carrier, type Log, Outbox, Pace, Worker } from '../../src/outbox/index.ts'
import type { Store } from '../../src/store/index.ts'
import type { Clock } from '../../src/support/clock.ts'
import type { Logger } from '../../src/support/log.ts'
import { openTelegram, type TelegramOptions } from '../../src/telegram/connection.ts'
import { isSince } from '../../src/telegram/marks.ts'
import { idPeerOf, ratePeerOf } from '../../src/telegram/rates.ts'
import { leapingClock } from '../outbox/leaping-clock.ts'
import type { TelegramSimulator } from '../simulators/telegram/index.ts'
import { silent } from '../telegram/bench.ts'
import { MemoryNetwork } from './memory-network.ts'

/** Time that stands still until what people have done in Telegram is taken in: what they do at one time comes at one time. */
export const leapingWith = (tg: Partial<Pick<TelegramSimulator, 'pendingUpdates'>>) =>
  leapingClock(() => (tg.pendingUpdates ?? 0) > 0)

/**
 * The middle of the bridge over a store, with the real Telegram network on one side. `watch` may stand between the worker and what
 * it delivers with.
 */
export const openMiddle = (
  store: Store,
  tg: Pick<TelegramSimulator, 'token' | 'apiRoot'> & Partial<Pick<TelegramSimulator, 'pendingUpdates'>>,
  {
    budgets = [],
    pace = new Pace(budgets, ratePeerOf),
    clock = leapingWith(tg),
    now = clock.now,
    watch = carrier => carrier,
    deletions = 'delete',
    log = silent,
    logger = silent,
    ownerChat = () => undefined,
    graceMs = () => 0,
    whatsapp: real,
    settings = {},
  }: {
    budgets?: Budget[]
    pace?: Pace
    clock?: Clock
    now?: () => number
    watch?: (carrier: Carrier) => Carrier
    deletions?: 'delete' | 'strike' | 'keep'
    log?: Log
    /** What Telegram writes. */
    logger?: Logger
    ownerChat?: () => ChatRef | undefined
    /** For how long the server may be at work on what has no answer, in milliseconds. */
    graceMs?: (bytes: number) => number
    /** What the config says of Telegram. */
    settings?: Partial<Pick<TelegramOptions, 'uploadLimit' | 'receipts' | 'owners' | 'trustNameless'>>
    /** In place of a WhatsApp in memory. */
    whatsapp?: () => Network
  } = {},
) => {
  const outbox = new Outbox(store.database)
  const whatsapp = new MemoryNetwork('whatsapp')
  const networks = new Map<string, Network>()
  const network = (name: string): Network => networks.get(name) ?? real?.() ?? whatsapp
  const tools = { store, outbox, newMessageId: (name: string) => network(name).newMessageId() }
  const options = {
    ...tools,
    network: 'whatsapp',
    layOut: (...of: Parameters<LayOut>) => telegram.layOut?.(...of),
    peerOf: ratePeerOf,
    isSince,
    ownerChat,
    wake: () => worker.wake(),
    changed: (name: NetworkName) => worker.resume(name),
    log,
    now,
  } as const
  const inbox = makeInbox(options)
  const release = makeRelease(options)
  const telegram = openTelegram({
    token: tg.token,
    apiRoot: tg.apiRoot,
    owners: [7001],
    mapped: () => store.mappings.list(),
    forgetIds: isMeant => store.links.forgetIds(isMeant),
    sessions: store.session('telegram'),
    inbox: { ...inbox, changed: () => worker.resume('telegram') },
    logger,
    deletions,
    graceMs,
    ...settings,
  })
  networks.set('telegram', telegram)
  const carrier = makeCarrier({
    ...tools,
    network,
    ownerChat,
    peerOf: idPeerOf,
    log,
    now,
  })
  const worker = new Worker({
    outbox,
    carrier: watch(carrier),
    pace,
    transaction: (work, options) => store.transaction(work, options),
    onEnded: release,
    log,
    clock,
  })
  return {
    whatsapp,
    telegram,
    inbox,
    outbox,
    clock,
    /** As `startRelease` does it. */
    release(isOver?: IsOver): boolean {
      const isFound = release(isOver)
      if (isFound) worker.wake()
      return isFound
    },
    async start() {
      worker.start()
      await telegram.start()
    },
    [Symbol.asyncDispose]: async () => {
      await worker.stop()
      await telegram[Symbol.asyncDispose]()
    },
  }
}
