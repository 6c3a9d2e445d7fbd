import type { BridgeEvent, ChangeEvent, Content, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import type { Budget } from '../../src/outbox/index.ts'
import { ratePeerOf } from '../../src/telegram/rates.ts'
import { startTelegramSimulator, type TelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

/** What people say in a group whose Telegram chat takes so little that all of it goes as one message. */

export const chat = 'whatsapp:3@g.us'
export const [bob, eve] = ['whatsapp:77@lid', 'whatsapp:78@lid'] as const
/** Three messages a minute: four that wait are a crowd. */
export const narrow: Budget[] = [
  {
    count: 3,
    seconds: 60,
    keyOf: target => (target.startsWith('telegram:') ? ratePeerOf(target) : undefined),
  },
]
export const text = (words: string): Content => ({ kind: 'text', body: plainText(words) })
export const noon = new Date(2026, 0, 5, 12, 0).getTime()

type From = { readonly from?: typeof bob | typeof eve; readonly minute?: number }
const head = (id: string, { from = bob, minute = 0 }: From) => ({
  version: 1 as const,
  chat: chat as MessageEvent['chat'],
  id,
  sender: { person: from, name: from === bob ? 'Bob' : 'Eve', me: false },
  sentAt: noon + minute * 60_000,
})
export const says = (id: string, words: string, more: Partial<MessageEvent> & From = {}): MessageEvent => {
  const { from, minute, ...rest } = more
  return {
    ...head(id, { ...(from && { from }), ...(minute !== undefined && { minute }) }),
    kind: 'message',
    content: text(words),
    ...rest,
  }
}
let changes = 0
type What = ChangeEvent extends infer E
  ? E extends ChangeEvent
    ? Omit<E, keyof ReturnType<typeof head> | 'target'>
    : never
  : never
export const changesTo = (id: string, what: What, who: From = {}): ChangeEvent => ({
  ...head(`C${++changes}`, who),
  target: { id },
  ...what,
})

export const conversation = () => [
  says('a', 'Good morning'),
  says('b', 'Is anybody *there*?', {
    content: {
      kind: 'text',
      body: { text: 'Is anybody there?', spans: [{ start: 11, length: 5, style: 'bold' }] },
    },
  }),
  says('c', 'I am', { from: eve, minute: 1 }),
  says('d', 'Fine', { from: eve, minute: 2, replyTo: { id: 'a', excerpt: 'Good morning' } }),
  says('e', 'See you'),
]

type Shown = ReturnType<ReturnType<TelegramSimulator['addSupergroup']>['transcript']>[number]
interface Quote {
  readonly text: string
  readonly position: number
}

/** A bridge that has carried these in one message, to a group in which the owner may answer. */
export const openJoined = async (
  events: readonly MessageEvent[],
  { statuses, ...options }: { statuses?: boolean; deletions?: 'delete' | 'strike' | 'keep' } = {},
) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const group = tg.addSupergroup({ title: 'Family', botRights: {}, members: [owner] })
  const store = opened.use(tempStore())
  const place = `telegram:${group.id}` as const
  store.mappings.add({ whatsapp: chat, telegram: place, ...(statuses && { toTelegramOnly: true }) })
  store.chats.learn({ chat, kind: statuses ? 'broadcast' : 'group', name: 'Family' })
  const middle = opened.use(openMiddle(store, tg, { budgets: narrow, ...options }))
  const isDone = (): boolean => middle.outbox.counts().pending === 0
  const receive = async (...events: BridgeEvent[]): Promise<void> => {
    for (const event of events) middle.inbox.receive([{ event }])
    await waitUntil(isDone)
  }
  for (const event of events) middle.inbox.receive([{ event }])
  await middle.start()
  await waitUntil(isDone)
  /**
   * Says this in answer to it. With `seen` it was on its way already while the message was changed: it tells what stood there
   * before.
   */
  const saysTo = (words: string, to: Shown | undefined, quote?: Quote, seen?: Shown) => {
    const now = group.messages.find(({ message_id: id }) => id === to?.id)
    const shown = seen && { reply_to_message: { ...now, text: seen.text, entities: seen.entities } }
    const picked = quote && { quote: { ...quote, is_manual: true } }
    return owner.sends(group, { text: words, reply_to: to?.id ?? 0, fields: { ...picked, ...shown } })
  }
  /** Resolves when it has arrived in WhatsApp, or the bridge has said why not. */
  const answers = async (to: Shown | undefined, quote?: Quote, seen?: Shown) => {
    const sent = saysTo('Quite so', to, quote, seen)
    const isAnswered = (): boolean =>
      middle.whatsapp.attempts.some(({ event }) => event.id === String(sent.message_id)) ||
      group.transcript().some(({ replyTo }) => replyTo === sent.message_id)
    await waitUntil(isAnswered)
    await waitUntil(isDone)
  }
  const rest = opened.move()
  return {
    tg,
    group,
    store,
    middle,
    receive,
    answers,
    deletes: (to: Shown | undefined, quote?: Quote, seen?: Shown) => saysTo('/delete', to, quote, seen),
    /** Whom and what in WhatsApp the owner has answered. */
    answered: () => middle.whatsapp.attempts.map(({ chat: place, replyTo }) => [place, replyTo?.id]),
    /** How the owner does that, in Telegram. */
    byOwner: <E extends BridgeEvent>(event: E): E => ({
      ...event,
      chat: place,
      sender: { person: 'telegram:7001', me: true },
    }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}
