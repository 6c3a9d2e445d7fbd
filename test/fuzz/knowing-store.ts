import { type ChatRef, chatRef, type NetworkName } from '../../src/bridge/chat-ref.ts'
import { parseEvent } from '../../src/bridge/event.ts'
import type { Inbox } from '../../src/bridge/network.ts'
import { makeFindMessage, makeInbox } from '../../src/bridge/receive.ts'
import { Outbox } from '../../src/outbox/index.ts'
import type { Database } from '../../src/store/index.ts'
import { type LogLevel, openLogger } from '../../src/support/log.ts'
import { tempStore } from '../store/temp-store.ts'

/** What is known under this id in every mapped chat. */
export const targetId = 'M1'

/** Mapped WhatsApp chats with the Telegram chat of each. */
export const mapped: readonly (readonly [ChatRef, ChatRef])[] = [
  ['whatsapp:900000000000002@lid', 'telegram:-1001234567890'],
  ['whatsapp:120363000000000001@g.us', 'telegram:7001'],
  ['whatsapp:status@broadcast', 'telegram:-55'],
  ['whatsapp:1@newsletter', 'telegram:-1009999999999'],
]

const poll = { kind: 'poll', question: 'Where?', options: ['Here', 'There'], choices: 0 } as const

/**
 * A real store behind a real inbox, in which every chat of `mapped` has a poll `M1` that somebody wrote, and one of the
 * bridge's own in Telegram that stands for it under the id 1.
 *
 * @param raw the network's own copy of the polls
 */
export const knowingStore = (raw: string, log: Parameters<typeof makeInbox>[0]['log']) => {
  const store = tempStore()
  const outbox = new Outbox(store.database)
  let ids = 0
  const inboxOf = (network: NetworkName): Inbox =>
    makeInbox({
      store,
      outbox,
      network,
      newMessageId: () => `fuzz-${++ids}`,
      wake: () => undefined,
      changed: () => undefined,
      log,
    })
  for (const [whatsapp, telegram] of mapped) {
    store.mappings.add({ whatsapp, telegram })
    const author = chatRef('whatsapp', '900000000000003@lid')
    const message = { chat: whatsapp, id: targetId, author, me: false, raw, content: JSON.stringify(poll) }
    const key = store.links.remember(message, Date.now())
    if (key === undefined) throw new Error('It was known before')
    store.links.add(key, telegram, { id: '1' }, Date.now())
  }
  return {
    ...store,
    outbox,
    findMessage: makeFindMessage(store),
    inbox: { whatsapp: inboxOf('whatsapp'), telegram: inboxOf('telegram') },
    /** Does it in a transaction that comes to nothing: each input meets the same store. Throws what `work` throws. */
    attempt<T>(work: () => T): T {
      let done: { readonly result: T } | undefined
      const undo = new Error('undo')
      try {
        store.transaction(
          () => {
            done = { result: work() }
            throw undo
          },
          { flush: false },
        )
      } catch (error) {
        if (error !== undo || done === undefined) throw error
        return done.result
      }
      throw new Error('It was not undone')
    },
  }
}

/** What waits to be delivered, read as a delivery reads it. */
export const jobsIn = ({ database }: { readonly database: Database }) =>
  database
    .all<{ lane: string; event: string }>('SELECT lane, event FROM jobs ORDER BY id')
    .map(({ lane, event }) => ({ lane, event: parseEvent(event) }))

/** Words that stand for what people say; they are in no other input. */
export const planted = 'zebra-in-the-pantry'

/** What the log calls an error: none of what others send is one. */
export const bugsIn = (lines: readonly string[]): string[] =>
  lines.filter(line => JSON.parse(line).level === 'error')

/** A log as the program writes it, in which no secret may be found. */
export const recordingLog = async (level: LogLevel, token = '') => {
  const lines: string[] = []
  const logger = await openLogger({
    level,
    format: 'json',
    write: line => lines.push(line),
    secrets: token === '' ? [] : [token],
  })
  return {
    logger,
    lines,
    /** The first line that holds one of these. */
    leaks: (secrets: readonly string[]): string | undefined =>
      lines.find(line => secrets.some(secret => line.includes(secret))),
  }
}
