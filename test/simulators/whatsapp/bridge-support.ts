import './quiet.ts'
import {
  type AuthenticationState,
  type BaileysEventMap,
  BufferJSON,
  DisconnectReason,
  initAuthCreds,
  makeWASocket,
  proto,
  type SignalDataTypeMap,
  type UserFacingSocketConfig,
  WA_CERT_DETAILS,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys'
import { pino } from 'pino'
import type { WhatsAppSimulator } from './index.ts'

/** Credentials and keys in memory, serialized as a store on disk would. */
export function makeAuth(): AuthenticationState {
  const stored = new Map<string, string>()
  return {
    creds: initAuthCreds(),
    keys: {
      get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
        const found: { [id: string]: SignalDataTypeMap[T] } = {}
        for (const id of ids) {
          const text = stored.get(`${type} ${id}`)
          if (text === undefined) continue
          const value = JSON.parse(text, BufferJSON.reviver)
          // A protobuf object turns its bytes into base64 in JSON: only `fromObject` brings them back.
          found[id] =
            type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value) : value
        }
        return found
      },
      set: async data => {
        for (const [type, entries] of Object.entries(data)) {
          for (const [id, value] of Object.entries(entries ?? {})) {
            if (value === null || value === undefined) stored.delete(`${type} ${id}`)
            else stored.set(`${type} ${id}`, JSON.stringify(value, BufferJSON.replacer))
          }
        }
      },
    },
  }
}

/** The unmodified Baileys as a client of the simulator: one account over as many sockets as it takes. */
export class TestBridge {
  readonly auth = makeAuth()
  readonly messages: WAMessage[] = []
  readonly updates: BaileysEventMap['messages.update'] = []
  readonly qrs: string[] = []
  readonly contacts: BaileysEventMap['contacts.upsert'] = []
  /** Status codes of closed connections. */
  readonly closes: (number | undefined)[] = []
  /** Whether to come back after a close. */
  reconnect: (code: number | undefined) => boolean = code => code === DisconnectReason.restartRequired
  synced = false
  sock: WASocket
  readonly #wa: WhatsAppSimulator
  readonly #config: Partial<UserFacingSocketConfig>
  #closed = false

  constructor(wa: WhatsAppSimulator, config: Partial<UserFacingSocketConfig> = {}) {
    this.#wa = wa
    this.#config = config
    WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(wa.rootKey, 'hex')
    this.sock = this.open()
  }

  /** The text messages of others so far, live ones and those from while it was away. */
  get received(): WAMessage[] {
    return this.messages.filter(
      ({ key, message }) => !key.fromMe && typeof message?.conversation === 'string',
    )
  }

  get texts(): string[] {
    return this.received.map(({ message }) => message?.conversation ?? '')
  }

  /** The state of an own message; inside one buffer window an update is folded into the message. */
  status(id: string): number | null | undefined {
    const update = this.updates.findLast(({ key }) => key.id === id)?.update.status
    return update ?? this.messages.findLast(({ key }) => key.id === id)?.status
  }

  open(): WASocket {
    const sock = makeWASocket({
      auth: this.auth,
      waWebSocketUrl: this.#wa.url,
      logger: pino({ level: process.env['BAILEYS_LOG'] ?? 'silent' }),
      markOnlineOnConnect: false,
      syncFullHistory: false,
      ...this.#config,
    })
    this.sock = sock
    sock.ev.on('messages.upsert', ({ messages }) => this.messages.push(...messages))
    sock.ev.on('messages.update', updates => this.updates.push(...updates))
    sock.ev.on('contacts.upsert', contacts => this.contacts.push(...contacts))
    sock.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
      if (qr !== undefined) this.qrs.push(qr)
      if (connection !== 'close') return
      const error = lastDisconnect?.error as { output?: { statusCode?: number } } | undefined
      const code = error?.output?.statusCode
      this.closes.push(code)
      if (!this.#closed && this.reconnect(code)) this.open()
    })
    return sock
  }

  /** Links by QR code and waits for the first sync. */
  async link(): Promise<void> {
    await this.#wa.until(() => this.qrs.length > 0, 'a QR code')
    await this.#wa.phone.scan(this.qrs.at(-1) ?? '')
    await this.ready()
  }

  /** Waits until the bridge is connected and everything that waited has come. */
  async ready(): Promise<void> {
    const { creds } = this.auth
    await this.#wa.until(
      () => this.#wa.isLive && creds.accountSyncCounter > 0 && this.#wa.pending.length === 0,
      'the first sync',
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.sock.end(undefined)
  }
}
