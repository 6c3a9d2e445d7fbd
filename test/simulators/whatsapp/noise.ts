import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import { calculateAgreement, calculateSignature, generateKeyPair } from 'libsignal/src/curve.js'

/** Keys are raw X25519: 32 bytes. */
export interface KeyPair {
  publicKey: Buffer
  privateKey: Buffer
}

export function newKeyPair(): KeyPair {
  const { pubKey, privKey } = generateKeyPair()
  return { publicKey: Buffer.from(pubKey).subarray(1), privateKey: Buffer.from(privKey) }
}

export function sharedSecret(privateKey: Buffer, publicKey: Uint8Array): Buffer {
  return Buffer.from(calculateAgreement(Buffer.concat([Buffer.of(5), publicKey]), privateKey))
}

/** What the server proves itself with: its static key and a certificate chain down from `rootKey`. */
export interface ServerIdentity {
  rootKey: Buffer
  staticKey: KeyPair
  intermediate: proto.CertChain.INoiseCertificate
  certificate: Buffer
}

/**
 * A chain as Baileys verifies it (lib/Utils/noise-handler.js): root signs the intermediate, that signs the leaf.
 * @param forgedFrom whose intermediate is shown above a leaf that somebody else signed
 */
export function makeServerIdentity(forgedFrom?: ServerIdentity): ServerIdentity {
  const [root, intermediate, staticKey] = [newKeyPair(), newKeyPair(), newKeyPair()]
  const sign = (signer: KeyPair, details: proto.CertChain.NoiseCertificate.IDetails) => {
    const encoded = proto.CertChain.NoiseCertificate.Details.encode(details).finish()
    const signature = Buffer.from(calculateSignature(signer.privateKey, Buffer.from(encoded)))
    return { details: encoded, signature }
  }
  const [notBefore, notAfter] = [Date.now() / 1000 - 86_400, Date.now() / 1000 + 365 * 86_400].map(Math.floor)
  const validity = { notBefore: notBefore ?? 0, notAfter: notAfter ?? 0 }
  const above =
    forgedFrom?.intermediate ??
    sign(root, { serial: 1, issuerSerial: 0, key: intermediate.publicKey, ...validity })
  const chain = proto.CertChain.encode({
    intermediate: above,
    leaf: sign(intermediate, { serial: 2, issuerSerial: 1, key: staticKey.publicKey, ...validity }),
  })
  const rootKey = forgedFrom?.rootKey ?? root.publicKey
  return { rootKey, staticKey, intermediate: above, certificate: Buffer.from(chain.finish()) }
}

const MODE = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0')
/** `WA`, protocol 6, dictionary 3. */
const PROLOGUE = Buffer.from([87, 65, 6, 3])

/**
 * The server's half of Noise XX: hello in, hello with static key and certificate out, finish with the client's static
 * key and payload in. From then on every frame is AES-GCM under one key and one counter per direction.
 */
export class NoiseResponder {
  readonly #identity: ServerIdentity
  readonly #ephemeral = newKeyPair()
  #hash: Buffer = MODE
  #salt: Buffer = MODE
  #key: Buffer = MODE
  #counter = 0
  #clientEphemeral: Buffer = Buffer.alloc(0)
  #receive: Transport | undefined
  #send: Transport | undefined

  constructor(identity: ServerIdentity) {
    this.#identity = identity
  }

  /** Takes the client's hello and returns the server's, both as encoded `HandshakeMessage`s. */
  hello(message: Buffer): Buffer {
    const ephemeral = proto.HandshakeMessage.decode(message).clientHello?.ephemeral
    if (ephemeral?.length !== 32) throw new Error('The client hello holds no ephemeral key of 32 bytes')
    this.#clientEphemeral = Buffer.from(ephemeral)
    this.#mixHash(PROLOGUE)
    this.#mixHash(this.#clientEphemeral)
    this.#mixHash(this.#ephemeral.publicKey)
    this.#mixKey(sharedSecret(this.#ephemeral.privateKey, this.#clientEphemeral))
    const sealedStatic = this.#seal(this.#identity.staticKey.publicKey)
    this.#mixKey(sharedSecret(this.#identity.staticKey.privateKey, this.#clientEphemeral))
    const payload = this.#seal(this.#identity.certificate)
    const serverHello = { ephemeral: this.#ephemeral.publicKey, static: sealedStatic, payload }
    return Buffer.from(proto.HandshakeMessage.encode({ serverHello }).finish())
  }

  /** Takes the client's finish; throws when it was not made by the owner of the keys in it. */
  finish(message: Buffer): { clientStatic: Buffer; payload: proto.ClientPayload } {
    const { clientFinish } = proto.HandshakeMessage.decode(message)
    if (!clientFinish?.static || !clientFinish.payload) throw new Error('The client finish is incomplete')
    const clientStatic = this.#open(Buffer.from(clientFinish.static))
    this.#mixKey(sharedSecret(this.#ephemeral.privateKey, clientStatic))
    const payload = proto.ClientPayload.decode(this.#open(Buffer.from(clientFinish.payload)))
    const [fromClient, toClient] = this.#derive(Buffer.alloc(0))
    this.#receive = new Transport(fromClient)
    this.#send = new Transport(toClient)
    return { clientStatic, payload }
  }

  encrypt(plain: Buffer): Buffer {
    if (!this.#send) throw new Error('The handshake is not finished')
    return sealGcm(this.#send.key, this.#send.nextIv(), plain)
  }

  decrypt(sealed: Buffer): Buffer {
    if (!this.#receive) throw new Error('The handshake is not finished')
    return openGcm(this.#receive.key, this.#receive.nextIv(), sealed)
  }

  #mixHash(data: Buffer): void {
    this.#hash = createHash('sha256').update(this.#hash).update(data).digest()
  }

  #mixKey(secret: Buffer): void {
    const [salt, key] = this.#derive(secret)
    this.#salt = salt
    this.#key = key
    this.#counter = 0
  }

  #derive(secret: Buffer): [Buffer, Buffer] {
    const keys = Buffer.from(hkdfSync('sha256', secret, this.#salt, '', 64))
    return [keys.subarray(0, 32), keys.subarray(32)]
  }

  #seal(plain: Buffer): Buffer {
    const sealed = sealGcm(this.#key, iv(this.#counter), plain, this.#hash)
    this.#counter += 1
    this.#mixHash(sealed)
    return sealed
  }

  #open(sealed: Buffer): Buffer {
    const plain = openGcm(this.#key, iv(this.#counter), sealed, this.#hash)
    this.#counter += 1
    this.#mixHash(sealed)
    return plain
  }
}

class Transport {
  readonly key: Buffer
  #counter = 0

  constructor(key: Buffer) {
    this.key = key
  }

  nextIv(): Buffer {
    const next = iv(this.#counter)
    this.#counter += 1
    return next
  }
}

function iv(counter: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(counter, 8)
  return bytes
}

const TAG = 16

export function sealGcm(
  key: Buffer,
  nonce: Buffer,
  plain: Buffer,
  associated: Buffer = Buffer.alloc(0),
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

export function openGcm(
  key: Buffer,
  nonce: Buffer,
  sealed: Buffer,
  associated: Buffer = Buffer.alloc(0),
): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(associated)
  decipher.setAuthTag(sealed.subarray(-TAG))
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()])
}
