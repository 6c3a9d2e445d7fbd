import { Readable } from 'node:stream'
import { proto } from '@whiskeysockets/baileys'
import type { Update } from 'grammy/types'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import { makeCarrier } from '../../../src/bridge/deliver.ts'
import type { Media } from '../../../src/bridge/event.ts'
import type { Network } from '../../../src/bridge/network.ts'
import { makeFindMessage, makeInbox } from '../../../src/bridge/receive.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { Outbox, Pace, Worker } from '../../../src/outbox/index.ts'
import { placeRef } from '../../../src/telegram/address.ts'
import type { BotUser } from '../../../src/telegram/api.ts'
import { renderCommandAnswer } from '../../../src/telegram/commands.ts'
import { versionOf } from '../../../src/telegram/parse/version.ts'
import { ratePeerOf } from '../../../src/telegram/rates.ts'
import { sortUpdates } from '../../../src/telegram/updates/sort.ts'
import type { Sorted } from '../../../src/telegram/updates/sorted.ts'
import { openBaileys } from '../../../src/whatsapp/baileys/connection.ts'
import { rawOf, readRaw } from '../../../src/whatsapp/baileys/parse/context.ts'
import type { WhatsAppConnection } from '../../../src/whatsapp/port.ts'
import { waitUntil } from '../../bridge/bridge.ts'
import { MemoryNetwork } from '../../bridge/memory-network.ts'
import { leapingClock } from '../../outbox/leaping-clock.ts'
import { files } from '../../simulators/samples.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import {
  type Contact,
  type Group,
  startWhatsAppSimulator,
  type Transmission,
  type WhatsAppSimulator,
} from '../../simulators/whatsapp/index.ts'
import { tempStore } from '../../store/temp-store.ts'
import { silent } from '../../telegram/bench.ts'
import { silentLogger, until } from '../support.ts'
import type { OutgoingCase, OutgoingLink } from './case.ts'

const chatId = -1_001_234_567_890
const ANNOUNCEMENTS = '120363000000000003@g.us'
const bot = { id: 8001, is_bot: true, first_name: 'wa2tg', username: 'wa2tg_bot' } as BotUser

/** What a case led to. */
export interface Played {
  /** What phones got, in order. */
  readonly lines: readonly Transmission[]
  /** What phones show of the messages that were there before. */
  lineOf(id: string): Transmission | undefined
  /** The message that the case speaks of first. */
  readonly touched: Transmission | undefined
  /** What the bridge keeps of a message. */
  keptOf(line: Transmission): proto.IMessage
  /** What the owner was told in Telegram. */
  readonly told: readonly string[]
  readonly moves: Sorted['moves']
}

/**
 * One account on a simulated WhatsApp, linked once, with the real bridge between it and what comes from Telegram: updates
 * are sorted, received and delivered as ever; phones take what comes. The cases share the world, so that each has messages
 * of its own there: ids get the number of the case.
 */
export class Stage implements AsyncDisposable {
  readonly #wa: WhatsAppSimulator
  readonly #store = tempStore()
  readonly #outbox = new Outbox(this.#store.database)
  readonly #telegram = new MemoryNetwork('telegram')
  readonly #clock = leapingClock()
  readonly #whatsapp: WhatsAppConnection
  readonly #people: readonly Contact[]
  readonly #groups: readonly Group[]
  #number = 0

  private constructor(wa: WhatsAppSimulator) {
    this.#wa = wa
    this.#people = ['Alice', 'Bob'].map((name, index) =>
      wa.addContact({ name, phone: `1555000000${index + 2}`, lid: `90000000000000${index + 2}` }),
    )
    const participants = [...this.#people]
    this.#groups = [false, false, true].map((community, index) =>
      wa.addGroup({ subject: `Group ${index}`, participants, community }),
    )
    this.#whatsapp = openBaileys({
      sessions: this.#store.session('baileys'),
      inbox: { ...this.#inbox('whatsapp'), changed: () => undefined },
      findMessage: makeFindMessage(this.#store),
      logger: silentLogger(),
      server: { url: wa.url, rootKey: wa.rootKey, mediaHost: wa.mediaHost },
      timing: { firstPause: 20, longestPause: 100 },
    })
  }

  static async open(): Promise<Stage> {
    const stage = new Stage(await startWhatsAppSimulator())
    for await (const step of stage.#whatsapp.login()) {
      if (step.kind === 'qr') void stage.#wa.phone.scan(step.payload).catch(() => undefined)
    }
    await stage.#whatsapp.start()
    await until('a live connection', () => stage.#whatsapp.status.state === 'connected' && stage.#wa.isLive)
    return stage
  }

  /** Plays one case to its end. */
  async play(given: OutgoingCase): Promise<Played> {
    const number = ++this.#number
    // Those of a case that has failed.
    this.#wa.takeSurprises()
    const which = own(given, number)
    const { context } = which
    const chats = { ...context.threads, announcements: ANNOUNCEMENTS }
    const mapped = Object.entries(chats).map(([thread, jid]) => {
      const telegram = placeRef({ chatId: chatId - number, threadId: Number(thread) || 99 })
      return this.#store.mappings.add({ whatsapp: `whatsapp:${jid}`, telegram }).whatsapp
    })
    const family = this.#groups[0]
    if (family) family.includesMe = !context.group?.readOnly
    await this.#furnish(which)
    this.#telegram.files = media => Readable.from([bytesOf(which, media)])
    const [before, shown] = [this.#wa.transcript.length, this.#telegram.shown.length]
    const sorted = this.#sort(which)
    for (const arrival of sorted.arrivals) this.#inbox('telegram').receive([arrival])
    if (context.waAnswers?.sendMessage?.throw) this.#wa.media.faultUploads({ kind: 'status', status: 503 })
    await this.#deliver()
    this.#wa.media.faultUploads({ kind: 'status', status: 503 }, 0)
    for (const whatsapp of mapped) this.#store.mappings.remove(whatsapp)
    if (context.waChat) await this.#setTimer(0)
    // That it is no member any more the bridge has to ask.
    if (context.group?.readOnly) this.#wa.takeSurprises()
    this.#wa.assertNoSurprises()
    const answers = sorted.commands.flatMap(
      ({ command, message }) => renderCommandAnswer(command, message) ?? [],
    )
    return {
      lines: this.#wa.transcript.slice(before).filter(({ from }) => from === 'bridge'),
      lineOf: id => this.#wa.transcript.find(line => line.id === `${id}-${number}`),
      touched: this.#wa.transcript.find(({ id }) => id === context.links?.[0]?.wa.id),
      keptOf: ({ chat, id }) => readRaw(this.#store.links.known({ chat: `whatsapp:${chat}`, id })?.raw ?? ''),
      told: [...answers, ...this.#telegram.shown.slice(shown).map(({ text }) => text)],
      moves: sorted.moves,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#whatsapp[Symbol.asyncDispose]()
    await this.#wa[Symbol.asyncDispose]()
    this.#store[Symbol.dispose]()
  }

  #inbox(network: 'whatsapp' | 'telegram') {
    return makeInbox({
      store: this.#store,
      outbox: this.#outbox,
      newMessageId: name => this.#network(name).newMessageId(),
      network,
      isPart: (id, messageId) => this.#network(network).isPart?.(id, messageId) === true,
      peerOf: ratePeerOf,
      wake: () => undefined,
      changed: () => undefined,
      log: silent,
      now: this.#clock.now,
    })
  }

  #network(name: string): Network {
    return name === 'whatsapp' ? this.#whatsapp : this.#telegram
  }

  #sort({ id, updates, context: { links = [], queue = [] } }: OutgoingCase): Sorted {
    const first = updates[0] as { edited_message?: object } | undefined
    const waiting = queue.map(({ tgMessageId, content }) => ({
      update_id: tgMessageId,
      message: { ...first?.edited_message, message_id: tgMessageId, ...content, edit_date: undefined },
    }))
    return sortUpdates([...waiting, ...updates] as unknown as Update[], {
      bot,
      owners: [7001],
      logger: silent,
      version: (_, messageId) => versionIn(links, messageId),
      mayCome: () => false,
      customEmoji: new Map(),
      now: Date.now(),
      spoilersOnce: id === 'tg-photo-spoiler',
    })
  }

  /** Puts the messages that a case speaks of where it says that they are: in the store, and on the phones. */
  async #furnish({ context }: OutgoingCase): Promise<void> {
    const { links = [], secrets = [], now = Math.max(...links.map(({ ts }) => ts)), waChat } = context
    for (const link of links) {
      const { wa } = link
      const timestamp = Math.floor(Date.now() / 1000) - (now - link.ts)
      const messageSecret = secrets.find(({ id }) => wa.id.startsWith(`${id}-`))?.secret
      const message = proto.Message.fromObject({
        ...(await this.#storedOf(link)),
        ...(messageSecret !== undefined && { messageContextInfo: { messageSecret } }),
      })
      this.#link(link, { raw: rawOf(message), seenAt: timestamp * 1000 })
      const group = this.#groups.find(({ jid }) => jid === wa.chat)
      const [alice, bob] = this.#people
      if (!alice || !bob) throw new Error('Nobody is there')
      if (wa.fromMe) await this.#wa.phone.send(group ?? alice, message, { id: wa.id, timestamp })
      else await (group ? bob : alice).send(message, { id: wa.id, timestamp, ...(group && { to: group }) })
    }
    if (waChat) await this.#setTimer(waChat.expiration)
    await until('everything to be taken', () => this.#wa.pending.length === 0)
  }

  /** The file that the case file gives exists nowhere: another takes its place. */
  async #storedOf({ storedMessage: stored, text = 'x' }: OutgoingLink): Promise<proto.IMessage> {
    if (stored?.imageMessage == null) return stored ?? { conversation: text }
    const file = await this.#wa.media.put(files.photo(), 'image')
    return { imageMessage: { ...stored.imageMessage, ...file } }
  }

  #link({ wa, tg, direction }: OutgoingLink, { raw, seenAt }: { raw: string; seenAt: number }): void {
    const { links, mappings } = this.#store
    const chat: ChatRef = `whatsapp:${wa.chat}`
    const telegram = mappings.forSource(chat)[0]?.telegram
    if (telegram === undefined) throw new Error(`"${chat}" is not mapped`)
    const id = String(tg.message_id)
    if (direction === 'tg2wa') {
      const key = links.remember({ chat: telegram, id, author: 'telegram:7001', me: true }, seenAt)
      if (key !== undefined) links.add(key, chat, { id: wa.id, raw }, seenAt)
    } else {
      const author: ChatRef = wa.chat.endsWith('@g.us') ? 'whatsapp:900000000000003@lid' : chat
      const key = links.remember({ chat, id: wa.id, author, me: false, raw }, seenAt)
      if (key !== undefined) links.add(key, telegram, { id }, seenAt)
    }
  }

  async #setTimer(ephemeralExpiration: number): Promise<void> {
    const { EPHEMERAL_SETTING: type } = proto.Message.ProtocolMessage.Type
    await this.#people[0]?.send({ protocolMessage: { type, ephemeralExpiration } })
    await until('the timer', () => this.#wa.pending.length === 0)
  }

  async #deliver(): Promise<void> {
    const carrier = makeCarrier({
      store: this.#store,
      outbox: this.#outbox,
      newMessageId: name => this.#network(name).newMessageId(),
      network: name => this.#network(name),
      ownerChat: () => undefined,
      peerOf: chat => chat,
      log: silent,
      now: this.#clock.now,
    })
    const worker = new Worker({
      outbox: this.#outbox,
      carrier,
      pace: new Pace([], chat => chat),
      transaction: (work, options) => this.#store.transaction(work, options),
      log: silent,
      clock: this.#clock,
      giveUpAfter: 60_000,
    })
    worker.start()
    await waitUntil(() => this.#outbox.counts().pending === 0)
    await worker.drain(1000)
  }
}

/** The case with ids and a Telegram chat of its own, for what is in the world already is another case's. */
const own = (which: OutgoingCase, number: number): OutgoingCase => {
  const ids = (which.context.links ?? []).map(({ wa }) => wa.id)
  const { updates, context } = which
  const json = ids.reduce(
    (text, id) => text.replaceAll(`"id":"${id}","fromMe"`, `"id":"${id}-${number}","fromMe"`),
    JSON.stringify({ updates, context }).replaceAll(String(chatId), String(chatId - number)),
  )
  return { ...which, ...JSON.parse(json) }
}

const versionIn = (links: readonly OutgoingLink[], messageId: number): string | undefined => {
  const link = links.find(({ tg }) => tg.message_id === messageId)
  if (link?.fileUniqueId !== undefined) return `${link.fileUniqueId} before`
  return link?.text === undefined ? undefined : versionOf({ kind: 'text', body: plainText(link.text) })
}

/** The file that a case gives; a photo of the size that it claims, which phones compare. */
const bytesOf = (
  { context }: OutgoingCase,
  { mimeType = '', width = 64, height = 48 }: Media,
): Uint8Array => {
  if (mimeType === 'image/jpeg') return jpeg(width, height)
  if (mimeType === 'video/mp4') return files.film()
  if (mimeType === 'audio/ogg') return files.speech()
  return Buffer.from(context.files?.bytes ?? '', 'base64')
}
