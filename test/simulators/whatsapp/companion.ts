import { randomBytes } from 'node:crypto'
import type { DeviceBundle } from './contact-device.ts'
import { DeliveryQueue } from './delivery-queue.ts'
import { DeviceKeys } from './device-keys.ts'
import { el, SERVER, unixSeconds } from './node.ts'
import type { Wire } from './wire.ts'

export interface CompanionOptions {
  /** Device addresses, `…:7@s.whatsapp.net` and `…:7@lid`. */
  pn: string
  lid: string
  keyIndex: number
  noiseKey: Buffer
  registration: { registrationId: number; identity: Buffer; signedPreKey: DeviceBundle['signedPreKey'] }
  /** Deliveries have started; `first` when that was never so before. */
  onLive: (first: boolean) => void
}

/** A code, the end of the connection, or no answer. */
export type Refusal = 500 | 503 | 'close' | 'silence'

/** A linked device as the server knows it: the bridge. */
export class Companion {
  readonly pn: string
  readonly lid: string
  readonly keyIndex: number
  readonly noiseKey: Buffer
  readonly keys: DeviceKeys
  readonly queue: DeliveryQueue
  /** So many uploads of prekeys are refused, in this way. */
  refusedUploads = 0
  refusal: Refusal = 500
  /** The connection it is logged in on. */
  wire: Wire | undefined
  /** Groups for which a sender's key has reached it: `group participant`. */
  readonly senderKeysGiven = new Set<string>()
  #wasLive = false

  constructor(options: CompanionOptions) {
    this.pn = options.pn
    this.lid = options.lid
    this.keyIndex = options.keyIndex
    this.noiseKey = options.noiseKey
    this.keys = new DeviceKeys(options.registration, count => this.#askForPreKeys(count))
    this.queue = new DeliveryQueue(() => {
      const first = !this.#wasLive
      this.#wasLive = true
      options.onLive(first)
    })
  }

  get isConnected(): boolean {
    return this.wire !== undefined
  }

  #askForPreKeys(count: number): void {
    const id = randomBytes(4).readUInt32BE().toString()
    const attrs = { type: 'encrypt', from: SERVER, id, t: String(unixSeconds()) }
    this.queue.push(el('notification', attrs, [el('count', { value: String(count) })]))
  }
}
