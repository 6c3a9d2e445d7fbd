import { type ChatRef, type NetworkName, networkOf } from '../../src/bridge/chat-ref.ts'
import { makeCarrier } from '../../src/bridge/deliver.ts'
import type { BridgeEvent, Content, MessageEvent } from '../../src/bridge/event.ts'
import { makeInbox, makeRelease } from '../../src/bridge/receive.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { type Budget, type Log, Outbox, Pace, Worker } from '../../src/outbox/index.ts'
import type { Clock } from '../../src/support/clock.ts'
import { leapingClock } from '../outbox/leaping-clock.ts'
import { tempStore } from '../store/temp-store.ts'
import { MemoryNetwork } from './memory-network.ts'

export const [mum, family] = ['whatsapp:1@lid', 'whatsapp:3@g.us'] as const
export const [mumInTelegram, familyInTelegram, owner] = [
  'telegram:-100/1',
  'telegram:-100/2',
  'telegram:11',
] as const

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }

export const waitUntil = async (isTrue: () => boolean, what = isTrue.toString()): Promise<void> => {
  const end = Date.now() + 120_000
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}

export const peerOf = (chat: ChatRef): string => chat.split('/')[0] ?? chat

/** A whole bridge over two networks in memory, with Mum and a family group mapped to two topics. */
export const openBridge = (
  options: {
    budgets?: Budget[]
    giveUpAfter?: number
    time?: Clock
    /** What time it is out there; by default what this machine says. */
    outside?: () => number
  } = {},
) => {
  const store = tempStore()
  const clock = leapingClock()
  const { time = clock } = options
  const outbox = new Outbox(store.database)
  const networks = { whatsapp: new MemoryNetwork('whatsapp'), telegram: new MemoryNetwork('telegram') }
  const pace = new Pace(options.budgets ?? [], peerOf)
  const tools = { store, outbox, newMessageId: (name: NetworkName) => networks[name].newMessageId() }
  const carrier = makeCarrier({
    ...tools,
    network: name => networks[name],
    ownerChat: () => owner,
    peerOf,
    log: quiet,
    now: () => time.now(),
    ...(options.outside && { time: options.outside }),
  })
  const worker = new Worker({
    outbox,
    carrier,
    pace,
    transaction: (work, options) => store.transaction(work, options),
    onEnded: () => release(),
    log: quiet,
    clock: time,
    ...(options.giveUpAfter !== undefined && { giveUpAfter: options.giveUpAfter }),
  })
  const inboxOptions = (network: NetworkName) => ({
    ...tools,
    network,
    isPart: (id: string, messageId: string) => networks[network].isPart(id, messageId),
    peerOf,
    wake: () => worker.wake(),
    changed: (name: NetworkName) => worker.resume(name),
    log: quiet,
    now: () => time.now(),
    ...(options.outside && { time: options.outside }),
  })
  const inboxOf = (network: NetworkName, ownerChat?: () => ChatRef | undefined) =>
    makeInbox({ ...inboxOptions(network), ...(ownerChat && { ownerChat }) })
  const release = makeRelease(inboxOptions('telegram'))
  store.mappings.add({ whatsapp: mum, telegram: mumInTelegram })
  store.mappings.add({ whatsapp: family, telegram: familyInTelegram })
  return {
    store,
    outbox,
    worker,
    clock,
    ...networks,
    /** As each run of the bridge has it anew. */
    inboxOf,
    inbox: { whatsapp: inboxOf('whatsapp'), telegram: inboxOf('telegram') },
    receive: (...events: BridgeEvent[]) => {
      for (const event of events) inboxOf(networkOf(event.chat)).receive([{ event }])
    },
    isDone: () => outbox.counts().pending === 0,
    [Symbol.asyncDispose]: async () => {
      await worker.drain(1000)
      store[Symbol.dispose]()
    },
  }
}

let ids = 0

/** A text message, or one of the content handed in. */
export const event = (
  chat: ChatRef,
  content: Content | string,
  more: Partial<MessageEvent> = {},
): MessageEvent => {
  ids += 1
  return {
    version: 1,
    kind: 'message',
    chat,
    id: `E${ids}`,
    sender: { person: chat === family ? 'whatsapp:77@lid' : chat, me: false },
    sentAt: 1_700_000_000_000,
    content: typeof content === 'string' ? { kind: 'text', body: plainText(content) } : content,
    ...more,
  }
}
