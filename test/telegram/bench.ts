import { Readable } from 'node:stream'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { MediaContent, VotableContent } from '../../src/bridge/content.ts'
import {
  type ChangeEvent,
  type ChangeOf,
  type Content,
  isMessage,
  type Media,
  type MessageEvent,
} from '../../src/bridge/event.ts'
import type {
  Arrival,
  Change,
  Changed,
  Delivery,
  Inbox,
  KnownChat,
  Network,
  NetworkStatus,
  NoteRole,
  Overheard,
  Reaction,
  SentPart,
  SessionChange,
  ShutOut,
  StandIn,
  Vote,
} from '../../src/bridge/network.ts'
import { putBack } from '../../src/bridge/put-back.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { StoreError } from '../../src/bridge/store-error.ts'
import type { Store } from '../../src/store/index.ts'
import type { Logger } from '../../src/support/log.ts'
import { openTelegram, type TelegramOptions } from '../../src/telegram/connection.ts'
import { eventually } from '../simulators/eventually.ts'
import {
  type SimChat,
  type SimUser,
  startTelegramSimulator,
  type TelegramSimulator,
  type TelegramSimulatorOptions,
} from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'

export const silent: Logger = {
  level: 'silent',
  child: () => silent,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** An inbox that remembers, and commits `alongside` in a real transaction. */
export class RecordingInbox implements Inbox {
  readonly arrivals: Arrival[] = []
  readonly chats: KnownChat[] = []
  readonly statuses: NetworkStatus[] = []
  readonly strangers: Overheard[] = []
  /** Chats that the bot was thrown out of. */
  readonly lost: ShutOut[] = []
  /** Set: the next `receive` fails after `alongside`, as a full disk does at commit. */
  full = false
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  receive(arrivals: readonly Arrival[], alongside?: () => void): void {
    this.#store.transaction(() => {
      alongside?.()
      if (this.full) throw new StoreError('The disk is full')
    })
    this.arrivals.push(...arrivals)
  }

  shutOut(news: ShutOut): void {
    this.lost.push(news)
  }

  standing(): void {
    throw new Error('Telegram says nothing of how a bot stands')
  }

  overheard(stranger: Overheard): void {
    this.strangers.push(stranger)
  }

  learn(chat: KnownChat): void {
    this.chats.push(chat)
  }

  changed(status: NetworkStatus): void {
    this.statuses.push(status)
  }

  get messages(): MessageEvent[] {
    return this.arrivals.map(({ event }) => event).filter(isMessage)
  }

  get texts(): string[] {
    return this.messages.map(event =>
      event.content.kind === 'text' ? event.content.body.text : event.content.kind,
    )
  }
}

export const ownerId = 7001

/** The simulator, a real store and the real network between them. */
export class Bench implements AsyncDisposable {
  readonly tg: TelegramSimulator
  readonly store: Store
  readonly owner: SimUser
  readonly home: SimChat
  readonly groups: SimChat[] = []
  inbox: RecordingInbox
  network: Network
  #options: Partial<TelegramOptions>

  private constructor(tg: TelegramSimulator, options: Partial<TelegramOptions>) {
    this.tg = tg
    this.#options = options
    this.store = tempStore()
    this.owner = tg.addUser({ id: ownerId, first_name: 'Olivia' })
    this.home = tg.addPrivateChat(this.owner)
    this.inbox = new RecordingInbox(this.store)
    this.network = this.#open()
  }

  static async open(
    options: Partial<TelegramOptions> & { simulator?: TelegramSimulatorOptions } = {},
  ): Promise<Bench> {
    const { simulator, ...rest } = options
    return new Bench(await startTelegramSimulator(simulator), rest)
  }

  #open(): Network {
    return openTelegram({
      token: this.tg.token,
      apiRoot: this.tg.apiRoot,
      owners: [ownerId],
      mapped: () => this.store.mappings.list(),
      forgetIds: isMeant => this.store.links.forgetIds(isMeant),
      sessions: this.store.session('telegram'),
      inbox: this.inbox,
      logger: silent,
      graceMs: () => 0,
      ...this.#options,
    })
  }

  /** A group with the owner in it. */
  addGroup(): SimChat {
    const group = this.tg.addSupergroup({ title: 'Family', members: [this.owner] })
    this.groups.push(group)
    return group
  }

  /** Starts the update loop and waits until it runs. */
  async connect(): Promise<void> {
    await this.network.start()
    await eventually(() => this.network.status.state === 'connected', 'the connection')
  }

  /**
   * As after a crash: a new network over the same store, nothing of the old one's memory left. `tops`: a backup was put back since, in
   * which those were the highest ids.
   */
  async restart({ tops }: { readonly tops?: readonly Omit<SessionChange, 'type'>[] } = {}): Promise<void> {
    await this.network[Symbol.asyncDispose]()
    this.inbox = new RecordingInbox(this.store)
    if (tops) {
      const sessions = this.store.session('telegram')
      const later = ['top', 'first'].flatMap(type => [...sessions.list(type)].map(({ id }) => ({ type, id })))
      const isKnown = (space: string) => tops.some(({ id }) => id === space)
      sessions.set(later.filter(({ id }) => !isKnown(id)).map(row => ({ ...row, value: null })))
      sessions.set([...tops.map(row => ({ ...row, type: 'top' })), { ...putBack, value: 'yes' }])
    }
    this.network = this.#open()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.network[Symbol.asyncDispose]()
    await this.tg[Symbol.asyncDispose]()
    this.store[Symbol.dispose]()
  }
}

let serial = 0

export const event = (content: Content, extra: Partial<MessageEvent> = {}): MessageEvent => ({
  version: 1,
  kind: 'message',
  chat: 'whatsapp:120363000000000001@g.us',
  id: `WA${++serial}`,
  sender: { person: 'whatsapp:15550000001@s.whatsapp.net', name: 'Anna', me: false },
  sentAt: 1_700_000_000_000,
  content,
  ...extra,
})

/** So often is one question of a search asked where no answer comes. */
export const mostTries = 4

export const text = (words: string): Content => ({ kind: 'text', body: plainText(words) })

export const file = (as: MediaContent['as'], media: Partial<Media> = {}, caption = ''): Content => ({
  kind: 'media',
  as,
  media: { source: 'test', ...media },
  caption: plainText(caption),
})

export interface TestDelivery extends Delivery {
  readonly sent: SentPart[]
}

export interface DeliveryInit {
  readonly chat: ChatRef
  readonly content: Content
  readonly event?: Partial<MessageEvent>
  readonly senderLine?: string
  readonly replyTo?: Delivery['replyTo']
  readonly placeholder?: Delivery['placeholder']
  readonly mark?: string
  readonly known?: readonly number[]
  readonly bytes?: Uint8Array | ((media: Media) => Readable)
  readonly signal?: AbortSignal
}

export const delivery = (init: DeliveryInit): TestDelivery => {
  const sent: SentPart[] = []
  const { chat, senderLine, replyTo, placeholder, mark, known = [], bytes = Buffer.from('bytes') } = init
  return {
    event: event(init.content, init.event),
    chat,
    messageId: `job-${++serial}`,
    ...(senderLine !== undefined && { senderLine }),
    ...(replyTo && { replyTo }),
    ...(placeholder && { placeholder }),
    ...(mark !== undefined && { mark }),
    sent,
    onSent: part => void sent.push(part),
    isKnown: id => known.includes(Number(id)) || sent.some(part => part.id === id),
    openMedia: async media => (typeof bytes === 'function' ? bytes(media) : Readable.from([bytes])),
    openStill: () => Promise.reject(new Error('There is no still')),
    tell: () => undefined,
    signal: init.signal ?? new AbortController().signal,
  }
}

/** The messages that a delivery became, as a later change finds them. */
export const standIns = (sent: readonly SentPart[]): StandIn[] =>
  sent.map(({ id, raw }) => ({ id, fromMe: true, byBridge: true, ...(raw !== undefined && { raw }) }))

/** The owner's own message in Telegram, as a change finds it. */
export const ownMessage = (id: number): StandIn => ({
  id: String(id),
  fromMe: true,
  byBridge: false,
  person: `telegram:${ownerId}`,
})

/** What stands in Telegram for a message, kept up to date by the changes made to it. */
export class Standing implements Changed {
  parts: StandIn[]
  notes: Partial<Record<NoteRole, SentPart>> = {}
  seenAt = Date.now()
  isOver = false
  receipt?: NonNullable<Changed['receipt']>
  reactions: Reaction[] = []
  votes: Vote[] = []
  content?: VotableContent
  /** What a change was just sending (`Change.onSending`). */
  sending?: string

  constructor(parts: readonly StandIn[], extra: { content?: VotableContent } = {}) {
    this.parts = [...parts]
    Object.assign(this, extra)
  }

  get ids(): string[] {
    return [...this.parts, ...Object.values(this.notes)].map(({ id }) => id)
  }
}

type ChangeInit = {
  [K in ChangeEvent['kind']]: Omit<ChangeOf<K>, keyof Head>
}[ChangeEvent['kind']]
type Head = Pick<ChangeEvent, 'version' | 'chat' | 'id' | 'sender' | 'sentAt' | 'silent' | 'target'>

export const change = (
  chat: ChatRef,
  what: ChangeInit,
  changed: Standing,
  extra: { senderLine?: string; mark?: string; bytes?: Uint8Array; inDoubt?: true; restored?: true } = {},
): Change => {
  const { bytes = Buffer.from('bytes'), ...rest } = extra
  const head: Head = {
    version: 1,
    chat: 'whatsapp:120363000000000001@g.us',
    id: `WA${++serial}`,
    sender: { person: 'whatsapp:15550000001@s.whatsapp.net', name: 'Anna', me: false },
    sentAt: 1_700_000_000_000,
    target: { id: 'WA' },
  }
  return {
    ...rest,
    event: { ...head, ...what },
    chat,
    messageId: `job-${++serial}`,
    changed,
    ...(changed.sending !== undefined && { rendered: changed.sending }),
    onSending(message) {
      changed.sending = message
    },
    onSent(part, role) {
      const [now] = standIns([part])
      const isKnown = changed.parts.some(({ id }) => id === part.id)
      if (!isKnown) delete changed.sending
      if (role && role !== 'remark') changed.notes[role] = part
      else if (!isKnown) changed.parts.push(...standIns([part]))
      else changed.parts = changed.parts.map(known => (known.id === now?.id ? now : known))
    },
    onCarried: () => undefined,
    onGone(id) {
      changed.parts = changed.parts.filter(part => part.id !== id)
      for (const role of ['reactions', 'tally'] as const)
        if (changed.notes[role]?.id === id) delete changed.notes[role]
    },
    isKnown: id => changed.ids.includes(id),
    openMedia: async () => Readable.from([bytes]),
    signal: new AbortController().signal,
  }
}

/** Sends a message and says what stands for it. */
export const sendFor = async (bench: Bench, init: DeliveryInit): Promise<Standing> => {
  const job = delivery(init)
  await bench.network.send(job)
  return new Standing(standIns(job.sent))
}

export { failureOf } from '../support/failure.ts'
