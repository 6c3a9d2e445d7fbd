import { randomInt } from 'node:crypto'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { Companion } from './companion.ts'
import { IqError } from './iq/iq.ts'
import { LinkCode } from './link-code.ts'
import { child, el, SERVER } from './node.ts'
import {
  agree,
  type Candidate,
  checkDeviceSignature,
  type Forgery,
  newRefs,
  pairDevice,
  parseQr,
  type ScanOptions,
  tellCandidate,
} from './pairing.ts'
import { describeNode } from './record.ts'
import type { Wire } from './wire.ts'
import type { World } from './world.ts'

interface Waiting {
  resolve: () => void
  reject: (error: Error) => void
}

/**
 * Devices on their way to being linked. A candidate gets refs for its QR codes at once; the owner scans one, or enters
 * the code that the candidate asked for; the phone signs (`pair-success`), the device signs in turn
 * (`pair-device-sign`), and the server ends the stream with 515: the device has to come back and log in.
 */
export class Linking {
  readonly #world: World
  readonly #onLinked: (companion: Companion) => void
  readonly #candidates = new Map<Wire, Candidate>()
  readonly #waiting = new Map<Candidate, Waiting>()
  /** So many of the next devices that register are cut off when they have their codes. */
  cuts = 0
  #device = randomInt(1, 60)

  constructor(world: World, onLinked: (companion: Companion) => void) {
    this.#world = world
    this.#onLinked = onLinked
  }

  begin(connection: Pick<Candidate, 'wire' | 'noiseKey' | 'registration'>): void {
    const candidate = { ...connection, refs: newRefs(), retired: new Set<string>() }
    this.#candidates.set(connection.wire, candidate)
    connection.wire.send(pairDevice(candidate, this.#world.newId()))
  }

  candidate(wire: Wire): Candidate | undefined {
    return this.#candidates.get(wire)
  }

  end(wire: Wire): void {
    const candidate = this.#candidates.get(wire)
    this.#candidates.delete(wire)
    const gone = new Error('The device went away before it was linked')
    candidate?.refresh?.reject(gone)
    if (candidate) this.#settle(candidate, gone)
  }

  /** The owner scans a QR code; resolves when the device is linked. */
  async scan(payload: string, { forge, refresh, passkey }: ScanOptions = {}): Promise<void> {
    const { ref, noiseKey, identity, advSecret } = parseQr(payload)
    const candidate = [...this.#candidates.values()].find(({ refs }) => refs.includes(ref))
    if (!candidate) throw new Error('The QR code is no longer valid; scan the one that is shown now')
    if (!candidate.noiseKey.equals(noiseKey) || !candidate.registration.identity.equals(identity)) {
      throw new Error('The QR code names other keys than the device registered with')
    }
    const secret = advSecret.toString('base64')
    if (candidate.retired.has(secret)) throw new Error('The secret of this QR code was retired')
    await candidate.refresh?.promise
    if (refresh) {
      candidate.retired.add(secret)
      candidate.refresh = { ...Promise.withResolvers<void>(), id: this.#world.newId() }
      candidate.refresh.promise.catch(() => undefined)
      candidate.wire.send(tellCandidate('companion_reg_refresh', el(refresh), candidate.refresh.id))
      throw new Error('The secret of this QR code was retired; scan the new one')
    }
    if (passkey) return this.#askForPasskey(candidate)
    await this.#agree(candidate, advSecret, forge)
  }

  /** The owner types a pairing code; resolves when the device is linked, rejects when the code is wrong. */
  async enterCode(code: string, { forge, passkey }: Omit<ScanOptions, 'refresh'> = {}): Promise<void> {
    const candidate = [...this.#candidates.values()].findLast(({ linkCode }) => linkCode !== undefined)
    if (!candidate?.linkCode) throw new Error('No device has asked for a pairing code')
    const { device } = this.#world.phone.handset
    const clean = code.replaceAll('-', '').toUpperCase()
    const advSecret = await candidate.linkCode.enter(clean, device, node => candidate.wire.send(node))
    if (passkey) return this.#askForPasskey(candidate)
    await this.#agree(candidate, advSecret, forge)
  }

  /** The owner, or the server, turns down everybody who wants to be linked now. */
  refuse(code: number): void {
    for (const { wire } of this.#candidates.values()) {
      wire.send(el('failure', { reason: String(code), location: 'sim' }))
      wire.close()
    }
  }

  /** A stanza of a candidate. */
  take(candidate: Candidate, node: BinaryNode): void {
    const { wire } = candidate
    const { id, type, xmlns } = node.attrs
    const reg = child(node, 'link_code_companion_reg')
    if (node.tag === 'ack' && id === candidate.refresh?.id) this.#refreshed(candidate, node)
    if (node.tag === 'iq' && type === 'result') {
      if (candidate.pairing?.id === id) this.#signed(candidate, node)
      else if (this.cuts > 0) {
        this.cuts -= 1
        wire.close()
      }
    } else if (node.tag === 'iq' && xmlns === 'md' && reg) {
      wire.send(this.#linkCode(candidate, node, reg))
    } else if (node.tag === 'iq' && xmlns === 'w:p') {
      wire.send(el('iq', { type: 'result', from: SERVER, id }))
    } else if (node.tag === 'iq') {
      this.#world.record.surprise(`A device that is not linked yet asked: ${describeNode(node)}`)
      wire.send(
        el('iq', { type: 'error', from: SERVER, id }, [el('error', { code: '401', text: 'not-authorized' })]),
      )
    }
  }

  #refreshed(candidate: Candidate, { attrs }: BinaryNode): void {
    if (
      attrs['to'] !== SERVER ||
      attrs['class'] !== 'notification' ||
      attrs['type'] !== 'companion_reg_refresh'
    ) {
      this.#world.record.surprise(`The ack of a new secret is wrong: ${JSON.stringify(attrs)}`)
    }
    candidate.refresh?.resolve()
  }

  /** The phone shows "Continue on your other device", until that is gone. */
  #askForPasskey(candidate: Candidate): Promise<void> {
    const options = JSON.stringify({ challenge: 'AAAA', rpId: 'whatsapp.com', userVerification: 'required' })
    const child = el('passkey_request_options', {}, Buffer.from(options))
    const gone = new Promise<void>((resolve, reject) => this.#waiting.set(candidate, { resolve, reject }))
    candidate.wire.send(tellCandidate('passkey_prologue_request', child, this.#world.newId()))
    return gone
  }

  #agree(candidate: Candidate, advSecret: Buffer, forge: Forgery | undefined): Promise<void> {
    const { account } = this.#world
    this.#device += 1
    const device = this.#device
    const companion = new Companion({
      pn: account.pn.replace('@', `:${device}@`),
      lid: account.lid.replace('@', `:${device}@`),
      keyIndex: device,
      noiseKey: candidate.noiseKey,
      registration: candidate.registration,
      onLive: first => {
        if (first) void this.#world.phone.firstSync()
      },
    })
    const done = new Promise<void>((resolve, reject) => this.#waiting.set(candidate, { resolve, reject }))
    candidate.wire.send(agree(candidate, advSecret, { world: this.#world, companion, forge }))
    return done
  }

  #signed(candidate: Candidate, reply: BinaryNode): void {
    const { wire, pairing } = candidate
    try {
      checkDeviceSignature(candidate, reply, this.#world.phone.handset.device.identity)
    } catch (error) {
      this.#world.record.surprise(String(error))
      this.#settle(candidate, error instanceof Error ? error : new Error(String(error)))
      wire.send(el('failure', { reason: '401', location: 'sim' }))
      wire.close()
      return
    }
    if (pairing) this.#onLinked(pairing.companion)
    this.#settle(candidate)
    wire.send(el('stream:error', { code: '515' }))
    wire.close()
  }

  #linkCode(candidate: Candidate, request: BinaryNode, reg: BinaryNode): BinaryNode {
    const { id } = request.attrs
    const { stage, jid } = reg.attrs
    try {
      if (jid !== this.#world.account.pn)
        throw new IqError(400, 'bad-request', `"${jid}" has no such account`)
      if (stage === 'companion_hello') {
        candidate.linkCode = new LinkCode(reg, candidate.noiseKey)
        const ref = el('link_code_pairing_ref', {}, Buffer.from(candidate.linkCode.ref))
        const answer = el('link_code_companion_reg', { stage }, [ref])
        return el('iq', { type: 'result', from: SERVER, id }, [answer])
      }
      if (stage !== 'companion_finish' || !candidate.linkCode) throw new IqError(400, 'bad-request')
      const { device } = this.#world.phone.handset
      candidate.linkCode.finish(reg, candidate.registration.identity, device)
      return el('iq', { type: 'result', from: SERVER, id })
    } catch (error) {
      const { code, text } = error instanceof IqError ? error : { code: 400, text: 'bad-request' }
      this.#world.record.surprise(`${String(error)}: ${describeNode(request)}`)
      return el('iq', { type: 'error', from: SERVER, id }, [el('error', { code: String(code), text })])
    }
  }

  #settle(candidate: Candidate, error?: Error): void {
    const waiting = this.#waiting.get(candidate)
    this.#waiting.delete(candidate)
    if (error) waiting?.reject(error)
    else waiting?.resolve()
  }
}
