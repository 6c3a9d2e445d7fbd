import type { BinaryNode, proto } from '@whiskeysockets/baileys'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { BridgeEvent, Content } from '../../../src/bridge/event.ts'
import type { Delivery, SentPart } from '../../../src/bridge/network.ts'
import { type BaileysOptions, openBaileys } from '../../../src/whatsapp/baileys/connection.ts'
import { readRaw } from '../../../src/whatsapp/baileys/parse/context.ts'
import type { LoginStep, WhatsAppConnection } from '../../../src/whatsapp/port.ts'
import { startWhatsAppSimulator, type WhatsAppSimulator } from '../../simulators/whatsapp/index.ts'
import { RecordingBridge, silentLogger, TempDir, until } from '../support.ts'

/**
 * Baileys lets timers of half a minute run on when a socket has closed (the upload of prekeys, lib/Socket/socket.js): a
 * test process must not wait for them. Nothing in these tests takes as long.
 */
const start = globalThis.setTimeout
globalThis.setTimeout = Object.assign((...parameters: Parameters<typeof start>) => {
  const timer = start(...parameters)
  return (parameters[1] ?? 0) >= 20_000 ? timer.unref() : timer
}, start) as typeof start

/** Whether a stanza asks for a pairing code. */
export const asksForCode = ({ content }: BinaryNode): boolean =>
  Array.isArray(content) && content[0]?.tag === 'link_code_companion_reg'

/** WhatsApp on loopback and a bridge of one connection, linked to it by a scanned QR code. */
export class Linked implements AsyncDisposable {
  readonly dir: TempDir
  readonly wa: WhatsAppSimulator
  readonly sent: SentPart[] = []
  /** Where messages were sent, by id. */
  readonly #chats = new Map<string, ChatRef>()
  /** What was said about messages to whoever sent them. */
  readonly told: string[] = []
  bridge: RecordingBridge
  connection: WhatsAppConnection
  readonly steps: LoginStep[] = []
  readonly #more: Partial<BaileysOptions>

  private constructor(wa: WhatsAppSimulator, more: Partial<BaileysOptions>) {
    this.dir = new TempDir()
    this.wa = wa
    this.#more = more
    this.bridge = new RecordingBridge(this.dir.path)
    this.connection = this.#open()
  }

  /** Linked, not started. */
  static async link(more: Partial<BaileysOptions> = {}): Promise<Linked> {
    const linked = await Linked.unlinked(more)
    await linked.login()
    return linked
  }

  static async unlinked(more: Partial<BaileysOptions> = {}): Promise<Linked> {
    return new Linked(await startWhatsAppSimulator(), more)
  }

  /** Linked and caught up. */
  static async started(more: Partial<BaileysOptions> = {}): Promise<Linked> {
    const linked = await Linked.link(more)
    await linked.start()
    return linked
  }

  /** Scans every QR code that is shown. */
  async login(): Promise<void> {
    for await (const step of this.connection.login()) {
      this.steps.push(step)
      if (step.kind === 'qr') void this.wa.phone.scan(step.payload).catch(() => undefined)
    }
  }

  /** Types the pairing code in on the phone, when the server has heard of it. */
  async loginByCode(phone = '15550000001'): Promise<void> {
    for await (const step of this.connection.login({ phone })) {
      this.steps.push(step)
      if (step.kind !== 'code') continue
      await until('the question for a code', () => this.wa.requests.some(asksForCode))
      void this.wa.phone.enterPairingCode(step.code)
    }
  }

  async start(): Promise<void> {
    await this.connection.start()
    await until('a live connection', () => this.connection.status.state === 'connected' && this.wa.isLive)
  }

  /** Ends the connection and the process, as far as this machine's disk can tell. */
  async restart({ stopped = false } = {}): Promise<void> {
    if (!stopped) await this.stop()
    this.reopen()
    await this.start()
  }

  /** After `stop`. */
  reopen(): void {
    this.bridge = new RecordingBridge(this.dir.path)
    this.connection = this.#open()
  }

  async stop(): Promise<void> {
    await this.connection[Symbol.asyncDispose]()
    this.bridge[Symbol.dispose]()
  }

  deliver(content: Content | string, more: Partial<Delivery> & Pick<Delivery, 'chat'>): Promise<void> {
    return this.connection.send(this.delivery(content, more))
  }

  delivery(content: Content | string, more: Partial<Delivery> & Pick<Delivery, 'chat'>): Delivery {
    const event: BridgeEvent = {
      version: 1,
      kind: 'message',
      chat: 'telegram:-1001234567890',
      id: '5',
      sender: { person: 'telegram:7001', me: true },
      sentAt: Date.now(),
      content: typeof content === 'string' ? { kind: 'text', body: { text: content, spans: [] } } : content,
    }
    return {
      event,
      messageId: this.connection.newMessageId(),
      sent: [],
      onSent: part => {
        this.sent.push(part)
        this.#chats.set(part.id, more.chat)
      },
      isKnown: () => false,
      openMedia: () => Promise.reject(new Error('There is no media')),
      openStill: () => Promise.reject(new Error('There is no still')),
      tell: text => this.told.push(text),
      signal: new AbortController().signal,
      ...more,
    }
  }

  /** What the bridge keeps of a message that was sent. */
  readSent(raw: string): proto.IMessage {
    return readRaw(raw)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await this.wa[Symbol.asyncDispose]()
    this.dir[Symbol.dispose]()
  }

  #open(): WhatsAppConnection {
    return openBaileys({
      sessions: this.bridge.sessions,
      inbox: this.bridge,
      findMessage: message => {
        const part = this.sent.find(({ id }) => id === message.id && this.#chats.get(id) === message.chat)
        if (part === undefined) return this.bridge.findMessage(message)
        return { me: false, byBridge: true, ...(part.raw !== undefined && { raw: part.raw }) }
      },
      logger: silentLogger(),
      server: { url: this.wa.url, rootKey: this.wa.rootKey, mediaHost: this.wa.mediaHost },
      ...this.#more,
      timing: { firstPause: 20, longestPause: 100, ...this.#more.timing },
    })
  }
}
