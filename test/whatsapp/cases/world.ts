import { proto, type WAMessage } from '@whiskeysockets/baileys'
import type { ChatRef, MessageRef } from '../../../src/bridge/chat-ref.ts'
import { type BridgeEvent, type Content, parseEvent } from '../../../src/bridge/event.ts'
import type { Arrival, SessionStore } from '../../../src/bridge/network.ts'
import { makeFindMessage, makeInbox } from '../../../src/bridge/receive.ts'
import { Outbox } from '../../../src/outbox/index.ts'
import type { Store } from '../../../src/store/index.ts'
import { normalizeAddress } from '../../../src/whatsapp/address.ts'
import { Book } from '../../../src/whatsapp/baileys/inbound/book.ts'
import { parseMessage } from '../../../src/whatsapp/baileys/parse.ts'
import { quiet } from '../../bridge/bridge.ts'
import { tempStore } from '../../store/temp-store.ts'
import { type Case, type CaseLink, messagesOf } from './case.ts'

const ME = { pn: '15550000001:7@s.whatsapp.net', lid: '900000000000001:7@lid' }
/** People and places that every case knows. */
export const CHATS = [
  '900000000000001@lid',
  '900000000000002@lid',
  '900000000000003@lid',
  '120363000000000001@g.us',
  '120363000000000003@g.us',
  '120363000000000009@newsletter',
  'status@broadcast',
  '0@s.whatsapp.net',
] as const

/** The topics that cases speak of, by the chats that they are mapped to. */
export const THREADS: Readonly<Record<number, (typeof CHATS)[number]>> = {
  11: '900000000000002@lid',
  22: '120363000000000001@g.us',
  33: 'status@broadcast',
  44: '120363000000000009@newsletter',
}

/** One job that a case left behind: what is to be shown, and what stands in Telegram for what it is about. */
export interface Outcome {
  readonly event: BridgeEvent
  /** Id in Telegram of the message that is changed, replaced or answered. */
  readonly about: string | undefined
}

/** What is left of a case that was played. */
export interface PlayedCase extends Disposable {
  /** The jobs, in order. */
  readonly outcomes: readonly Outcome[]
  readonly store: Store
  /** What a further message brings. */
  read(web: WAMessage): readonly Arrival[]
  /** Seconds that messages last in the chat; undefined where nobody said. */
  readonly lasting: number | undefined
}

/** Plays a case through parsing and the bridge, with a real store. */
export const play = (
  which: Case,
  telegramOf = (topic: number): ChatRef => `telegram:-1001234567890/${topic}`,
): PlayedCase => {
  const store = tempStore()
  const outbox = new Outbox(store.database)
  const now = which.context.timestamp * 1000
  const inbox = makeInbox({
    store,
    outbox,
    network: 'whatsapp',
    newMessageId: () => 'NEW',
    wake: () => undefined,
    changed: () => undefined,
    log: quiet,
    now: () => now,
  })
  CHATS.forEach((chat, topic) => {
    store.mappings.add({ whatsapp: `whatsapp:${addressOf(chat, which)}`, telegram: telegramOf(topic) })
  })
  seed(which, store, outbox)
  const sessions = store.session('baileys')
  knowPeople(which, sessions)
  const findMessage = makeFindMessage(store)
  const book = new Book({ sessions, inbox, findMessage, me: () => ME })
  const context = {
    ...book.context,
    isAwaited: (message: MessageRef) => findMessage(message)?.pending === true,
  }
  const read = (web: WAMessage): readonly Arrival[] => {
    const { arrivals } = parseMessage(web, context)
    book.timer(web)
    return arrivals
  }
  for (const web of messagesOf(which)) inbox.receive(read(web))
  const outcomes = store.database
    .all<{ event: string; source: number; target: ChatRef }>(
      "SELECT event, source, target FROM jobs WHERE lane <> 'own' ORDER BY id",
    )
    .map(job => ({ event: parseEvent(job.event), about: aboutOf(job, store) }))
  return {
    outcomes,
    store,
    read,
    lasting: book.timerOf(which.context.key.remoteJid ?? '')?.seconds,
    [Symbol.dispose]: () => store[Symbol.dispose](),
  }
}

/** The address that a chat was mapped under: the phone number, where the case says so. */
const addressOf = (chat: (typeof CHATS)[number], { context }: Case): string => {
  const { threads = {}, key } = context
  const [pn] = Object.values(threads).filter(jid => jid === key.remoteJidAlt)
  return key.remoteJid === chat && pn !== undefined ? pn : chat
}

const aboutOf = (
  { event: json, source, target }: { event: string; source: number; target: ChatRef },
  { links }: Store,
): string | undefined => {
  const event = parseEvent(json)
  if (event.kind !== 'message') return links.standIns(source, target)[0]?.id
  const [placeholder] = links.parts(source, 'placeholder')
  if (placeholder !== undefined) return placeholder.id
  const { replyTo, chat } = event
  return replyTo && links.counterpart({ chat, id: replyTo.id }, target, replyTo.person)?.id
}

export const ref = (jid: string): ChatRef => `whatsapp:${normalizeAddress(jid) ?? jid}`

const seed = ({ context, id }: Case, store: Store, outbox: Outbox): void => {
  const {
    links = [],
    tombstones = [],
    sentByBridge = [],
    reactions = {},
    lidMap = {},
    contacts = {},
  } = context
  for (const [lid, pn] of Object.entries(lidMap)) store.chats.learn({ chat: ref(lid), aliases: [ref(pn)] })
  for (const [jid, name] of Object.entries(contacts)) store.chats.learn({ chat: ref(jid), name })
  const place = store.chats.resolve(ref(context.key.remoteJid ?? ''))
  const keys = new Map(links.map(link => [link.wa.id, seedLink(link, context, store)]))
  for (const gone of tombstones) {
    const author = ref(context.key.participant || (context.key.remoteJid ?? ''))
    store.links.remember({ chat: place, id: gone, author, me: false, deleted: true }, 0)
  }
  for (const [message, people] of Object.entries(reactions)) {
    const key = keys.get(message)
    if (key === undefined) throw new Error(`"${id}" has a reaction to a message that is not linked`)
    for (const [person, emoji] of Object.entries(people))
      store.opinions.react(key, { person: ref(person), emoji, at: 0 }, 0)
  }
  for (const messageId of sentByBridge) {
    outbox.add({ lane: 'own', target: place, source: 0, messageId, event: '{}' }, 0)
  }
}

const seedLink = (
  { wa, tg, kind, direction, state, text = 'x' }: CaseLink,
  { poll, secrets = [] }: Case['context'],
  { links, mappings }: Store,
): number => {
  const chat = ref(wa.chat)
  const telegram = mappings.forSource(chat)[0]?.telegram
  if (telegram === undefined) throw new Error(`"${chat}" is not mapped`)
  const secret = secrets.find(each => each.id === wa.id)?.secret
  const message = {
    ...(poll
      ? { pollCreationMessage: { name: text, options: poll.options.map(optionName => ({ optionName })) } }
      : { conversation: text }),
    ...(secret !== undefined && { messageContextInfo: { messageSecret: Buffer.from(secret, 'base64') } }),
  }
  const raw = Buffer.from(proto.Message.encode(proto.Message.fromObject(message)).finish()).toString('base64')
  const parts = (tg.parts ?? [tg.message_id]).map(String)
  if (direction === 'tg2wa') {
    const own = links.remember({ chat: telegram, id: parts[0] ?? '', author: 'telegram:7001', me: true }, 0)
    if (own !== undefined) links.add(own, chat, { id: wa.id, raw }, 0)
    return own ?? 0
  }
  const content: Content | undefined = poll
    ? { kind: 'poll', question: text, options: [...poll.options], choices: 0 }
    : kind === 'event'
      ? { kind: 'appointment', title: text }
      : undefined
  const pending = state === 'pending'
  const key = links.remember(
    {
      chat,
      id: wa.id,
      author: ref(wa.author),
      me: wa.fromMe,
      raw,
      pending,
      ...(content && { content: JSON.stringify(content) }),
    },
    0,
  )
  if (key === undefined) throw new Error(`"${wa.id}" is linked twice`)
  for (const part of parts) links.add(key, telegram, { id: part }, 0, pending ? 'placeholder' : '')
  return key
}

/** The rows in which names, addresses and administrators are kept. */
const knowPeople = ({ context }: Case, sessions: SessionStore): void => {
  const { contacts = {}, lidMap = {}, admins, key } = context
  const user = (jid: string): string => jid.split('@')[0] ?? jid
  sessions.set([
    ...Object.entries(contacts).map(([id, value]) => ({ type: 'name', id, value })),
    ...Object.entries(lidMap).flatMap(([lid, pn]) => [
      { type: 'lid-mapping', id: user(pn), value: JSON.stringify(user(lid)) },
      { type: 'lid-mapping', id: `${user(lid)}_reverse`, value: JSON.stringify(user(pn)) },
    ]),
    ...(admins ? [{ type: 'admins', id: key.remoteJid ?? '', value: JSON.stringify(admins) }] : []),
  ])
}
