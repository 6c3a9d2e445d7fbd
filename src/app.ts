import { makeAccountGuard } from './app/account-guard.ts'
import { telegramOptions, whatsAppOptions } from './app/network-options.ts'
import { openSealed } from './app/open-sealed.ts'
import { makePulse } from './app/pulse.ts'
import { makeTellOwner } from './app/tell-owner.ts'
import { type End, makeWatch } from './app/watch.ts'
import { type AccountNames, noteAccount } from './bridge/account.ts'
import { takeAccount } from './bridge/another-account.ts'
import { type ChatRef, chatRef, type NetworkName, networkOf } from './bridge/chat-ref.ts'
import type { LayOut } from './bridge/deliver/gathered.ts'
import { makeCarrier } from './bridge/deliver.ts'
import { startExpiry } from './bridge/expire.ts'
import { type Inbox, type Network, type NetworkStatus, takesMessages } from './bridge/network.ts'
import { makeInbox, makeRelease } from './bridge/receive.ts'
import { startRelease } from './bridge/release.ts'
import { startRetention } from './bridge/retain.ts'
import type { Config } from './config/load.ts'
import { Lease, Outbox, openPaceMemory, Pace, Worker } from './outbox/index.ts'
import { clearLeftovers, type Store, takeLock } from './store/index.ts'
import { systemClock } from './support/clock.ts'
import type { Logger } from './support/log.ts'
import { openTelegram } from './telegram/connection.ts'
import { isSince } from './telegram/marks.ts'
import { idPeerOf, ratePeerOf, telegramBudgets } from './telegram/rates.ts'
import { openWhatsApp, type WhatsAppConnection } from './whatsapp/connection.ts'

export interface AppOptions {
  readonly config: Config
  readonly dataDir: string
  readonly logger: Logger
}

/** The running bridge. Disposing it stops it at once; `stop` lets deliveries in flight end first. */
export interface Bridge extends AsyncDisposable {
  /** Takes up what an earlier run left behind and connects both networks. */
  start(): Promise<void>
  stop(options: { graceMs: number }): Promise<void>
  /** Called once, when both networks have been connected. */
  onReady(ready: () => void): void
  /** Called once, when the bridge cannot go on. */
  onEnd(end: (end: End) => void): void
}

/**
 * Puts the bridge together: lock, store, outbox, networks, worker. Throws `LockedError` when another process uses the data,
 * `StoreError` when the disk is the cause.
 */
export const openBridge = async ({ config, dataDir, logger }: AppOptions): Promise<Bridge> => {
  await using opened = new AsyncDisposableStack()
  opened.use(await takeLock(dataDir, 'run'))
  clearLeftovers(dataDir, { holdsLock: true })
  const store = opened.use(openSealed({ config, dataDir, logger }, { check: true }))
  systemClock.goOnFrom(store.heartbeat.read()?.clock ?? 0)
  const { now } = systemClock
  const owner = (): ChatRef | undefined => ownerChat(config)
  const wake = (): void => worker.wake()
  const outbox = new Outbox(store.database)
  const networks = new Map<NetworkName, Network>()
  const pulse = makePulse(store, networks, name => (name === 'whatsapp' ? account : worker).problem)

  const network = (name: NetworkName): Network => {
    const found = networks.get(name)
    if (found === undefined) throw new Error(`There is no network "${name}"`)
    return found
  }
  // A clock that is wrong must end nothing early, and let nobody edit too late.
  const time = (): number => whatsapp.time ?? systemClock.now()
  const tools = { store, outbox, newMessageId: (name: NetworkName) => network(name).newMessageId() }
  const account = opened.use(
    makeAccountGuard({
      ...tools,
      ownerChat: owner,
      time: () => whatsapp.time,
      known() {
        pulse.beat()
        wake()
      },
      standing: standing => inboxFor('whatsapp').standing(standing),
      log: logger,
      now,
    }),
  )
  const changed = (name: NetworkName, status: NetworkStatus): void => {
    logger.info({ network: name, state: status.state }, status.problem ?? 'Connection changed')
    if (name === 'whatsapp') account.look(status)
    pulse.beat()
    if (takesMessages(status)) worker.resume(name)
    watch.look(name, status)
  }
  const inboxOptions = (name: NetworkName) => ({
    ...tools,
    network: name,
    isPart: (id: string, messageId: string) => network(name).isPart?.(id, messageId) === true,
    layOut: (...of: Parameters<LayOut>) => network(name).layOut?.(...of),
    peerOf: ratePeerOf,
    isSince,
    markFromBackup: (chat: ChatRef) => network(networkOf(chat)).mark?.(chat, 'backup'),
    ownerChat: owner,
    wake,
    changed,
    time,
    log: logger,
    now,
  })
  const inboxFor = (name: NetworkName): Inbox => makeInbox(inboxOptions(name))
  const release = makeRelease(inboxOptions('telegram'))

  const pace = new Pace(
    telegramBudgets,
    ratePeerOf,
    openPaceMemory(store.session('pace'), () => systemClock.now() - systemClock.steady()),
  )
  const carrier = makeCarrier({
    ...tools,
    network,
    ownerChat: owner,
    peerOf: idPeerOf,
    time,
    log: logger,
    now,
  })
  const transaction: Store['transaction'] = (work, options) => store.transaction(work, options)
  const isReady = (name: NetworkName): boolean =>
    carrier.isOnline(name) && (name === 'telegram' || account.isKnown)
  const worker = opened.use(
    new Worker({
      ...{ outbox, pace, transaction, onEnded: release, log: logger },
      carrier: { ...carrier, isOnline: isReady },
    }),
  )
  const watch = makeWatch({
    networks,
    log: logger,
    tellOwner: makeTellOwner({
      tools,
      chat: owner,
      telegram: () => telegram,
      wake,
    }),
  })
  void store.database.damaged.then(({ message }) => watch.fail(message))

  const telegram = openTelegram({
    ...telegramOptions({ config, store, logger, inbox: inboxFor('telegram') }),
    turn: (chat, messages, signal) => new Lease({ pace, chat, clock: systemClock, signal }).turn(messages),
  })
  networks.set('telegram', opened.use(telegram))
  const whatsapp: WhatsAppConnection = await openWhatsApp(
    whatsAppOptions({ config, store, logger, inbox: inboxFor('whatsapp') }),
  )
  networks.set('whatsapp', opened.use(whatsapp))
  opened.use(pulse)
  opened.use(startRetention({ store, outbox, time: () => whatsapp.time, log: logger }))
  const isOnline = (): boolean => takesMessages(telegram.status)
  opened.use(startRelease({ release, isOnline, wake, log: logger }))
  const disappearing = config.messages.disappearing === 'delete'
  opened.use(
    startExpiry({
      ...tools,
      disappearing,
      time: () => whatsapp.time,
      isUpToDate: () => whatsapp.status.upToDate === true,
      wake,
      log: logger,
    }),
  )
  const rest = opened.move()

  return {
    async start() {
      pulse.beat()
      worker.start()
      await Promise.all([telegram.start(), whatsapp.start()])
      for (const [name, { status }] of networks) watch.look(name, status)
    },
    async stop({ graceMs }) {
      await worker.drain(graceMs)
      await rest.disposeAsync()
    },
    onReady: watch.onReady,
    onEnd: watch.onEnd,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

/** WhatsApp alone, for `login` and `logout`: nothing is delivered, but what arrives meanwhile is kept as jobs. */
export const openWhatsAppFor = async ({
  config,
  dataDir,
  logger,
  command,
}: AppOptions & { command: 'login' | 'logout' }): Promise<
  {
    readonly whatsapp: WhatsAppConnection
    /** A phone has linked this account. Says how many messages waited for another one and are given up, and whether chats are mapped. */
    linked(names: AccountNames): { readonly givenUp: number; readonly isMapped: boolean }
  } & AsyncDisposable
> => {
  await using opened = new AsyncDisposableStack()
  opened.use(await takeLock(dataDir, command))
  const store = opened.use(openSealed({ config, dataDir, logger }))
  const tools = {
    store,
    outbox: new Outbox(store.database),
    newMessageId: () => whatsapp.newMessageId(),
    ownerChat: () => ownerChat(config),
    log: logger,
  }
  const inbox = makeInbox({
    ...tools,
    network: 'whatsapp',
    isPart: (id, messageId) => whatsapp.isPart?.(id, messageId) === true,
    wake: () => undefined,
    changed: () => undefined,
    time: () => whatsapp.time ?? systemClock.now(),
  })
  const whatsapp: WhatsAppConnection = opened.use(
    await openWhatsApp(whatsAppOptions({ config, store, logger, inbox })),
  )
  noteAccount(whatsapp.status, store)
  const rest = opened.move()
  return {
    whatsapp,
    linked: names => ({
      givenUp: takeAccount(names, whatsapp.time, tools),
      isMapped: store.mappings.list().length > 0,
    }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

/** The first owner's private chat with the bot. */
const ownerChat = ({ telegram: { owners } }: Config): ChatRef | undefined =>
  owners[0] === undefined ? undefined : chatRef('telegram', String(owners[0]))
