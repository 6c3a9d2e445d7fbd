/**
 * A whole bridge in a process of its own, to be killed: `node crash-program.ts FOLDER COUNT [POINT NTH]`. It carries
 * COUNT messages each way and kills itself, as a power cut would, when it passes POINT for the NTH time. What the servers
 * outside know (which messages were receipted, what readers see) stands in files of the folder and outlives it.
 */
import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type NetworkName, networkOf } from '../../src/bridge/chat-ref.ts'
import { makeCarrier } from '../../src/bridge/deliver.ts'
import type { Delivery, Network } from '../../src/bridge/network.ts'
import { makeInbox } from '../../src/bridge/receive.ts'
import { Outbox, Pace, Worker } from '../../src/outbox/index.ts'
import { openStore, storePath } from '../../src/store/index.ts'
import { event, peerOf, quiet, waitUntil } from './bridge.ts'
import { textOf } from './memory-network.ts'

const [dir = '', count = '0', killPoint, nth = '1'] = process.argv.slice(2)
let left = Number(nth)

const pass = (point: string): void => {
  if (point !== killPoint) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}

interface Shown {
  chat: string
  id: string
  text: string
}

const linesOf = <T>(name: string): T[] => {
  const file = join(dir, name)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return lines.map(line => JSON.parse(line))
}
const append = (name: string, line: unknown): void =>
  appendFileSync(join(dir, name), `${JSON.stringify(line)}\n`)

/** A server outside: Telegram counts ids, WhatsApp keeps ours and knows a message it has had. */
const openNetwork = (name: NetworkName): Network => {
  const shown = () => linesOf<Shown>(name)
  const show = (delivery: Delivery, part: number): string => {
    const all = shown()
    const id = name === 'telegram' ? String(all.length + 1) : `${delivery.messageId}-${part}`
    const text = textOf(delivery.event.content).split('|')[part] ?? ''
    if (!all.some(each => each.id === id)) append(name, { chat: delivery.chat, id, text })
    return id
  }
  return {
    name,
    status: { state: 'connected' },
    start: async () => {},
    newMessageId: randomUUID,
    async send(delivery) {
      const parts = textOf(delivery.event.content).split('|').length
      for (let part = delivery.sent.length; part < parts; part += 1) {
        pass(`${name}: claimed`)
        await new Promise(resolve => setTimeout(resolve, 1))
        const id = show(delivery, part)
        pass(`${name}: shown`)
        delivery.onSent({ id })
        pass(`${name}: linked`)
      }
    },
    change: async () => {
      throw new Error('No changes here')
    },
    ...(name === 'telegram' && {
      mark: () => String(shown().length),
      async settle(delivery: Delivery) {
        pass('telegram: settling')
        const found = shown().find(
          each =>
            each.chat === delivery.chat &&
            Number(each.id) > Number(delivery.mark) &&
            !delivery.isKnown(each.id),
        )
        if (!found) return false
        delivery.onSent({ id: found.id })
        pass('telegram: settled')
        return true
      },
    }),
    openMedia: async (): Promise<Readable> => {
      throw new Error('No files here')
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

const networks = { whatsapp: openNetwork('whatsapp'), telegram: openNetwork('telegram') }
using store = openStore(storePath(join(dir, 'data')))
const outbox = new Outbox(store.database)
const pace = new Pace([], peerOf)
const tools = { store, outbox, newMessageId: (name: NetworkName) => networks[name].newMessageId() }
const carrier = makeCarrier({
  ...tools,
  network: name => networks[name],
  ownerChat: () => undefined,
  peerOf,
  log: quiet,
})
await using worker = new Worker({
  outbox: Object.assign(outbox, {
    finish: (id: number) => {
      pass('finishing')
      Outbox.prototype.finish.call(outbox, id)
    },
  }),
  carrier,
  pace,
  transaction: work => {
    const result = store.transaction(work)
    pass('turn committed')
    return result
  },
  log: quiet,
})
const inboxOf = (network: NetworkName) =>
  makeInbox({ ...tools, network, wake: () => worker.wake(), changed() {}, log: quiet })

const chats = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const
if (store.mappings.list().length === 0) {
  store.transaction(() => {
    for (const [index, whatsapp] of chats.entries()) {
      store.mappings.add({ whatsapp, telegram: `telegram:-100/${index}` })
    }
  })
}
worker.start()

const session = store.session('telegram')
const receipts = new Set(linesOf<number>('receipts'))
const offset = Number(session.get('offset', '') ?? 0)
for (let index = 0; index < Number(count); index += 1) {
  await new Promise(resolve => setTimeout(resolve, 1))
  const lane = index % chats.length
  const text = index % 3 === 2 ? `${index}a|${index}b` : `${index}`
  if (!receipts.has(index)) {
    const arrival = { event: event(chats[lane] ?? chats[0], text, { id: `W${index}` }) }
    inboxOf('whatsapp').receive([arrival], () => pass('receiving'))
    pass('received')
    append('receipts', index)
  }
  if (index >= offset) {
    const arrival = { event: event(`telegram:-100/${lane}`, text, { id: `T${index}` }) }
    const advance = () => session.set([{ type: 'offset', id: '', value: String(index + 1) }])
    inboxOf(networkOf(arrival.event.chat)).receive([arrival], advance)
  }
}
await waitUntil(() => outbox.counts().pending === 0, 'the outbox to be empty')
if (outbox.counts().failed > 0) process.exitCode = 3
