import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { BinaryNode, proto } from '@whiskeysockets/baileys'
import { WebSocketServer } from 'ws'
import type { Companion } from './companion.ts'
import { parseRegistration } from './device-keys.ts'
import { answerIq } from './iq/index.ts'
import { Linking } from './linking.ts'
import { acceptMessage, refusal, type SendFault } from './messages.ts'
import { child, el } from './node.ts'
import { makeServerIdentity, type ServerIdentity } from './noise.ts'
import { acceptAck, acceptReceipt } from './receipts.ts'
import { describeNode } from './record.ts'
import { Wire } from './wire.ts'
import type { World } from './world.ts'

/**
 * WhatsApp's server for one account. A connection is either a *candidate* (it registered, and waits to be linked) or the
 * *companion's* (it logged in with a device and the Noise key of its registration). Of the companion's connections only
 * the newest lives: the older one is told `conflict replaced`.
 */
export class Server {
  readonly identity: ServerIdentity = makeServerIdentity()
  readonly world: World
  readonly linking: Linking
  /** What the next sends of the companion meet. */
  readonly sendFaults: SendFault[] = []
  /** How the next logins are turned away, `<failure reason/>`. */
  readonly loginRefusals: { readonly code: number; readonly attrs: Readonly<Record<string, string>> }[] = []
  /** The oldest version of WhatsApp Web that is let in, by its last number. */
  oldestRevision = 0
  /** The version of each login and registration, by its last number, in order. */
  readonly revisions: number[] = []
  /** When the companion was let in, by `performance.now()`. */
  readonly logins: number[] = []
  readonly #sockets: WebSocketServer
  readonly #wires = new Set<Wire>()
  #heldAcks: BinaryNode[] | undefined
  #silent = false
  #deliveries: Promise<void> = Promise.resolve()

  private constructor(world: World, sockets: WebSocketServer) {
    this.world = world
    this.#sockets = sockets
    this.linking = new Linking(world, companion => this.#linked(companion))
    sockets.on('connection', socket => {
      const wire = new Wire(socket, this.identity, {
        hello: (wire, noiseKey, payload) => this.#hello(wire, noiseKey, payload),
        node: (wire, node) => this.#node(wire, node),
        closed: wire => this.#closed(wire),
        broken: (_wire, problem) => world.record.surprise(problem),
      })
      wire.silent = this.#silent
      this.#wires.add(wire)
    })
  }

  static async listen(world: World, port: number): Promise<Server> {
    const sockets = new WebSocketServer({ port, host: '127.0.0.1', path: '/ws/chat' })
    await once(sockets, 'listening')
    return new Server(world, sockets)
  }

  get port(): number {
    return (this.#sockets.address() as AddressInfo).port
  }

  get connections(): number {
    return this.#wires.size
  }

  silence(silent: boolean): void {
    this.#silent = silent
    for (const wire of this.#wires) wire.silent = silent
  }

  /** Keeps acks for messages back; `false` sends what was kept. */
  holdAcks(hold: boolean): void {
    const held = this.#heldAcks ?? []
    this.#heldAcks = hold ? held : undefined
    if (!hold) for (const ack of held) this.world.companion?.wire?.send(ack)
  }

  /** Ends the companion's stream with an error, as the server announces restarts (515, 503) and conflicts. */
  streamError(attrs: { code?: string }, content: BinaryNode[] = []): void {
    const wire = this.world.companion?.wire
    wire?.send(el('stream:error', attrs, content.length > 0 ? content : undefined))
    wire?.close()
  }

  /** Cuts all connections. */
  drop(): void {
    for (const wire of this.#wires) wire.drop()
  }

  /** The device is no longer one of the account: its stream ends, and it can log in no more. */
  unlink(): void {
    this.streamError({ code: '401' }, [el('conflict', { type: 'device_removed' })])
    this.world.companion = undefined
  }

  async close(): Promise<void> {
    this.drop()
    for (const socket of this.#sockets.clients) socket.terminate()
    const closed = once(this.#sockets, 'close')
    this.#sockets.close()
    await closed
  }

  #linked(companion: Companion): void {
    if (this.world.companion) this.unlink()
    this.world.companion = companion
  }

  #hello(wire: Wire, noiseKey: Buffer, payload: proto.ClientPayload): void {
    const refuse = (code: number, why: string, attrs: Readonly<Record<string, string>> = {}) => {
      this.world.record.problem(`Connection refused (${code}): ${why}`)
      wire.send(el('failure', { reason: String(code), location: 'sim', ...attrs }))
      wire.close()
    }
    const revision = this.#revision(payload)
    this.revisions.push(revision)
    const scripted = this.loginRefusals.shift()
    if (scripted !== undefined) {
      refuse(scripted.code, 'scripted', scripted.attrs)
    } else if (revision < this.oldestRevision) {
      refuse(405, `version ${revision} is too old`)
    } else if (payload.devicePairingData) {
      try {
        const registration = parseRegistration(payload.devicePairingData)
        this.linking.begin({ wire, noiseKey, registration })
      } catch (error) {
        this.world.record.surprise(String(error))
        refuse(400, String(error))
      }
    } else {
      const { companion } = this.world
      const jid = `${payload.username}:${payload.device ?? 0}@s.whatsapp.net`
      if (companion?.pn !== jid) refuse(401, `"${jid}" is not linked`)
      else if (!companion.noiseKey.equals(noiseKey)) refuse(401, `"${jid}" has another Noise key`)
      else this.#login(companion, wire)
    }
  }

  /** Which WhatsApp Web a client says that it is; whoever registers says it twice. */
  #revision({ userAgent, devicePairingData }: proto.ClientPayload): number {
    const { primary, secondary, tertiary } = userAgent?.appVersion ?? {}
    const version = `${primary}.${secondary}.${tertiary}`
    if (primary !== 2 || secondary !== 3000 || !tertiary) {
      this.world.record.surprise(`"${version}" is no version of WhatsApp Web`)
    }
    const hash = createHash('md5').update(version).digest()
    if (devicePairingData && !hash.equals(devicePairingData.buildHash ?? Buffer.alloc(0))) {
      this.world.record.surprise('buildHash is not the hash of the version')
    }
    return tertiary ?? 0
  }

  #login(companion: Companion, wire: Wire): void {
    const { account } = this.world
    if (companion.wire) {
      companion.wire.send(el('stream:error', {}, [el('conflict', { type: 'replaced' })]))
      companion.wire.close()
    }
    companion.wire = wire
    this.logins.push(performance.now())
    const attrs = {
      t: String(this.world.seconds()),
      lid: companion.lid,
      display_name: account.name,
      props: '27',
      location: 'sim',
    }
    wire.send(el('success', attrs))
  }

  async #node(wire: Wire, node: BinaryNode): Promise<void> {
    const { record, companion } = this.world
    record.take(node)
    const candidate = this.linking.candidate(wire)
    if (candidate) return this.linking.take(candidate, node)
    if (!companion || companion.wire !== wire) return
    const context = { world: this.world, companion, wire }
    switch (node.tag) {
      case 'iq':
        return this.#iq(node, context)
      case 'message':
        return this.#message(node, context)
      case 'receipt':
        wire.send(await acceptReceipt(node, context))
        return
      case 'ack':
        return acceptAck(node, context)
      case 'ib':
        companion.queue.ask(Number(child(node, 'offline_batch')?.attrs['count'] ?? 0))
        return
      case 'presence':
      case 'chatstate':
        return
      default:
        record.surprise(`Unknown stanza: ${describeNode(node)}`)
    }
  }

  async #iq(node: BinaryNode, context: { world: World; companion: Companion; wire: Wire }): Promise<void> {
    const answer = await answerIq(node, context)
    if (answer) context.wire.send(answer)
    if (answer?.attrs['type'] === 'result' && child(node, 'remove-companion-device')) this.unlink()
  }

  async #message(
    node: BinaryNode,
    { world, companion, wire }: { world: World; companion: Companion; wire: Wire },
  ): Promise<void> {
    const fault = this.sendFaults.shift()
    if (fault?.kind === 'refuse' && !fault.delivered) return this.#ack(wire, refusal(node, fault.code))
    if (fault?.kind === 'cut-before-delivery') return wire.drop()
    const { ack, deliver } = await acceptMessage(node, { world, companion })
    if (fault?.kind === 'cut-before-ack') wire.drop()
    else this.#ack(wire, fault?.kind === 'refuse' ? refusal(node, fault.code) : ack)
    // Phones load files; a message behind one must not overtake it.
    this.#deliveries = this.#deliveries.catch(() => undefined).then(deliver)
    await this.#deliveries
  }

  #ack(wire: Wire, ack: BinaryNode): void {
    if (this.#heldAcks) this.#heldAcks.push(ack)
    else wire.send(ack)
  }

  #closed(wire: Wire): void {
    this.#wires.delete(wire)
    this.linking.end(wire)
    const { companion } = this.world
    if (companion?.wire === wire) companion.wire = undefined
    companion?.queue.stop(wire)
  }
}
