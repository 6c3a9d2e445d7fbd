import { createHash } from 'node:crypto'
import type { BinaryNode, proto } from '@whiskeysockets/baileys'
import { type DeviceBundle, isSignedBy } from './contact-device.ts'
import { IqError } from './iq/iq.ts'
import { bigEndian, bytes, child, children, el } from './node.ts'
import { newKeyPair } from './noise.ts'

type SignedPreKey = DeviceBundle['signedPreKey']

/** Below so many one-time prekeys the server asks for more. */
const LOW = 5

/** The public keys that a companion has left with the server, as everybody who writes to it gets them. */
export class DeviceKeys {
  readonly registrationId: number
  readonly identity: Buffer
  /** How often prekeys were uploaded. */
  uploads = 0
  #signedPreKey: SignedPreKey
  readonly #preKeys = new Map<number, Buffer>()
  readonly #onLow: (count: number) => void

  constructor(
    registration: { registrationId: number; identity: Buffer; signedPreKey: SignedPreKey },
    onLow: (count: number) => void,
  ) {
    this.registrationId = registration.registrationId
    this.identity = registration.identity
    this.#signedPreKey = registration.signedPreKey
    this.#onLow = onLow
  }

  get count(): number {
    return this.#preKeys.size
  }

  /** A bundle for somebody who opens a session; uses up one one-time prekey while there are any. */
  bundle(): DeviceBundle {
    const { registrationId, identity } = this
    const bundle = { registrationId, identity, signedPreKey: this.#signedPreKey }
    const [next] = this.#preKeys
    if (next === undefined) return bundle
    const [id, publicKey] = next
    this.#preKeys.delete(id)
    if (this.#preKeys.size < LOW) this.#onLow(this.#preKeys.size)
    return { ...bundle, preKey: { id, publicKey } }
  }

  /** Takes `<registration/><type/><identity/><list/><skey/>`; refuses what others could not use (406). */
  upload(request: BinaryNode): void {
    const list = children(child(request, 'list'), 'key')
    require(bytes(child(request, 'registration')).equals(bigEndian(this.registrationId, 4)), 'registration')
    require(bytes(child(request, 'type')).equals(Buffer.of(5)), 'type')
    require(bytes(child(request, 'identity')).equals(this.identity), 'identity')
    require(list.length > 0, 'list')
    const signedPreKey = parseSignedPreKey(child(request, 'skey'), this.identity)
    const keys = list.map(parseKey)
    require(new Set(keys.map(({ id }) => id)).size === keys.length, 'list')
    this.#signedPreKey = signedPreKey
    for (const { id, publicKey } of keys) this.#preKeys.set(id, publicKey)
    this.uploads += 1
  }

  rotate(request: BinaryNode): void {
    this.#signedPreKey = parseSignedPreKey(child(child(request, 'rotate'), 'skey'), this.identity)
  }

  /** What the device compares with its own keys: ids, and a hash over everything public. */
  digest(): BinaryNode {
    const { id, publicKey, signature } = this.#signedPreKey
    const hash = createHash('sha1').update(this.identity).update(publicKey).update(signature)
    for (const key of this.#preKeys.values()) hash.update(key)
    return el('digest', {}, [
      el('registration', {}, bigEndian(this.registrationId, 4)),
      el('type', {}, Buffer.of(5)),
      el('identity', {}, this.identity),
      el('skey', {}, [
        el('id', {}, bigEndian(id, 3)),
        el('value', {}, publicKey),
        el('signature', {}, signature),
      ]),
      el(
        'list',
        {},
        [...this.#preKeys.keys()].map(key => el('id', {}, bigEndian(key, 3))),
      ),
      el('hash', {}, hash.digest()),
    ])
  }
}

/** What a new device registers with; throws on a wrong length or signature. */
export function parseRegistration(data: proto.ClientPayload.IDevicePairingRegistrationData) {
  const field = (
    name: 'eRegid' | 'eKeytype' | 'eIdent' | 'eSkeyId' | 'eSkeyVal' | 'eSkeySig',
    length: number,
  ) => {
    const value = data[name]
    if (value?.length !== length)
      throw new Error(`${name} has "${value?.length}" bytes instead of "${length}"`)
    return Buffer.from(value)
  }
  const identity = field('eIdent', 32)
  const publicKey = field('eSkeyVal', 32)
  const signature = field('eSkeySig', 64)
  if (!field('eKeytype', 1).equals(Buffer.of(5))) throw new Error('eKeytype is not 5')
  if (!isSignedBy(identity, Buffer.concat([Buffer.of(5), publicKey]), signature)) {
    throw new Error('The signature of the signed prekey is wrong')
  }
  const registrationId = field('eRegid', 4).readUInt32BE()
  return {
    registrationId,
    identity,
    signedPreKey: { id: field('eSkeyId', 3).readUIntBE(0, 3), publicKey, signature },
  }
}

/** The keys that a device puts into a retry receipt, so that the sender can start a new session. */
export function parseRetryKeys(receipt: BinaryNode): DeviceBundle | undefined {
  const keys = child(receipt, 'keys')
  if (!keys) return undefined
  const identity = bytes(child(keys, 'identity'))
  const key = child(keys, 'key')
  return {
    registrationId: bytes(child(receipt, 'registration')).readUInt32BE(),
    identity,
    signedPreKey: parseSignedPreKey(child(keys, 'skey'), identity),
    ...(key && { preKey: parseKey(key) }),
  }
}

/** The children of a `<user>` in the answer to a prekey query, and of `<keys>` in a contact's retry receipt. */
export function bundleNodes(bundle: DeviceBundle): BinaryNode[] {
  const { identity, signedPreKey, preKey } = bundle
  return [
    el('type', {}, Buffer.of(5)),
    el('identity', {}, identity),
    el('skey', {}, [
      el('id', {}, bigEndian(signedPreKey.id, 3)),
      el('value', {}, signedPreKey.publicKey),
      el('signature', {}, signedPreKey.signature),
    ]),
    ...(preKey
      ? [el('key', {}, [el('id', {}, bigEndian(preKey.id, 3)), el('value', {}, preKey.publicKey)])]
      : []),
  ]
}

/** What a server gives out that wants to read along: a signed prekey of its own, which it cannot sign. */
export function forgeBundle(bundle: DeviceBundle): DeviceBundle {
  return { ...bundle, signedPreKey: { ...bundle.signedPreKey, publicKey: newKeyPair().publicKey } }
}

/** A part of somebody's keys, as the path of its node, and whether it is missing or a byte too short. */
export interface Spoilt {
  part: 'registration' | 'identity' | 'skey' | `${'skey' | 'key'}/${'id' | 'value'}` | 'skey/signature'
  how: 'missing' | 'short'
}

/** What a server gives out that has lost or never checked a part of the keys. */
export function spoil(nodes: readonly BinaryNode[], { part, how }: Spoilt): BinaryNode[] {
  const [name, ...inner] = part.split('/')
  return nodes.flatMap(node => {
    if (node.tag !== name) return [node]
    const [within] = inner
    if (within !== undefined) {
      return [{ ...node, content: spoil(children(node), { part: within as Spoilt['part'], how }) }]
    }
    return how === 'missing' ? [] : [{ ...node, content: bytes(node).subarray(1) }]
  })
}

function parseSignedPreKey(node: BinaryNode | undefined, identity: Buffer): SignedPreKey {
  const key = parseKey(node)
  const signature = bytes(child(node, 'signature'))
  const signed = Buffer.concat([Buffer.of(5), key.publicKey])
  require(signature.length === 64 && isSignedBy(identity, signed, signature), 'skey')
  return { ...key, signature }
}

function parseKey(node: BinaryNode | undefined): { id: number; publicKey: Buffer } {
  const id = bytes(child(node, 'id'))
  const publicKey = bytes(child(node, 'value'))
  require(id.length === 3 && publicKey.length === 32, node?.tag ?? 'key')
  return { id: id.readUIntBE(0, 3), publicKey }
}

function require(condition: boolean, field: string): void {
  if (!condition) throw new IqError(406, 'not-acceptable', `The prekeys' "${field}" is wrong`)
}
