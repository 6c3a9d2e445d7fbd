import { createCipheriv } from 'node:crypto'
import { BufferJSON, jidDecode, WAJIDDomains } from '@whiskeysockets/baileys'
import {
  GroupCipher,
  GroupSessionBuilder,
  SenderKeyDistributionMessage,
  SenderKeyMessage,
  SenderKeyName,
  SenderKeyRecord,
} from '@whiskeysockets/baileys/lib/Signal/Group/index.js'
import { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord, type SignalStorage } from 'libsignal'
import {
  calculateAgreement,
  calculateSignature,
  generateKeyPair,
  verifySignature,
} from 'libsignal/src/curve.js'

/** What the server hands out for one device. Keys are raw X25519 (32 bytes, no 0x05 prefix). */
export interface DeviceBundle {
  registrationId: number
  identity: Buffer
  signedPreKey: { id: number; publicKey: Buffer; signature: Buffer }
  preKey?: { id: number; publicKey: Buffer }
}

/** The `type` attribute and content of an `<enc>` node. */
export interface EncPayload {
  type: 'pkmsg' | 'msg' | 'skmsg'
  ciphertext: Buffer
}

/** What `SessionRecord.serialize` gives in fact: the typings say bytes. */
interface Serialized {
  readonly _sessions: Record<string, { readonly indexInfo: { readonly used: number } }>
}

interface KeyPair {
  pubKey: Buffer
  privKey: Buffer
}

const SIGNED_PRE_KEY_ID = 1

/**
 * One WhatsApp device with real Signal sessions: a contact's, or the phone of the owner.
 * Plaintexts go in and come out as they are: WhatsApp's random padding (1 to 16 bytes) is the caller's.
 * Sessions are kept serialized, so a message that fails to decrypt leaves no trace in them.
 */
export class ContactDevice {
  readonly jid: string
  readonly registrationId = 1 + Math.floor(Math.random() * 0x3ffe)
  readonly #identity = newKeyPair()
  readonly #signedPreKey = newKeyPair()
  readonly #signedPreKeySignature: Buffer
  readonly #preKeys = new Map<number, KeyPair>()
  readonly #sessions = new Map<string, Uint8Array>()
  readonly #senderKeys = new Map<string, Buffer>()
  readonly #aliases = new Map<string, string>()
  #lastPreKeyId = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: { jid: string }) {
    this.jid = options.jid
    this.#signedPreKeySignature = this.sign(this.#signedPreKey.pubKey)
  }

  /** The public identity key, 32 bytes. */
  get identity(): Buffer {
    return withoutPrefix(this.#identity.pubKey)
  }

  /** Signs with the identity key (XEdDSA, 64 bytes): what a phone does to the identity of a companion. */
  sign(message: Uint8Array): Buffer {
    return Buffer.from(calculateSignature(this.#identity.privKey, message))
  }

  /** The secret shared with the owner of `publicKey` (32 bytes): what both ends of a pairing code compute. */
  agree(publicKey: Uint8Array): Buffer {
    return Buffer.from(calculateAgreement(withPrefix(publicKey), this.#identity.privKey))
  }

  /** The keys of this device for somebody who opens a session; each call consumes a fresh one-time prekey. */
  bundle(options: { withoutPreKey?: boolean } = {}): DeviceBundle {
    const bundle: DeviceBundle = {
      registrationId: this.registrationId,
      identity: this.identity,
      signedPreKey: {
        id: SIGNED_PRE_KEY_ID,
        publicKey: withoutPrefix(this.#signedPreKey.pubKey),
        signature: this.#signedPreKeySignature,
      },
    }
    if (options.withoutPreKey) return bundle
    this.#lastPreKeyId += 1
    const preKey = newKeyPair()
    this.#preKeys.set(this.#lastPreKeyId, preKey)
    return { ...bundle, preKey: { id: this.#lastPreKeyId, publicKey: withoutPrefix(preKey.pubKey) } }
  }

  /** Lets two addresses of one device (phone number and LID) share one session and one sender key. */
  alias(jid: string, canonical: string): void {
    this.#aliases.set(signalAddress(jid).toString(), canonical)
  }

  /** Encrypts for one device; without a session it opens one from `bundle()`: pkmsg until answered, then msg. */
  encryptFor(jid: string, message: Uint8Array, bundle: () => DeviceBundle): Promise<EncPayload> {
    return this.#inTurn(async () => {
      const address = this.#address(jid)
      if (!this.#hasSession(address)) await this.#openSession(address, bundle())
      const cipher = new SessionCipher(this.#storage, address)
      const { type, body } = await cipher.encrypt(Buffer.from(message))
      return { type: type === 3 ? 'pkmsg' : 'msg', ciphertext: Buffer.from(body, 'binary') }
    })
  }

  /** Opens a new session from the keys in a retry receipt; the old one still decrypts what is under way. */
  renewSession(jid: string, bundle: DeviceBundle): Promise<void> {
    return this.#inTurn(() => this.#openSession(this.#address(jid), bundle))
  }

  /** Decrypts a `pkmsg` or `msg`; rejects a replayed, damaged or unknown one with an error. */
  decrypt(from: string, enc: EncPayload): Promise<Buffer> {
    return this.#inTurn(async () => {
      const address = this.#address(from)
      switch (enc.type) {
        case 'pkmsg':
          return new SessionCipher(this.#storage, address).decryptPreKeyWhisperMessage(enc.ciphertext)
        case 'msg':
          return this.#decryptWithOne(address, enc.ciphertext)
        case 'skmsg':
          throw new Error('A "skmsg" is for decryptGroup')
      }
    })
  }

  /**
   * Tries each session by itself, the one that was used last first, as phones do (Signal's libsignal, session_cipher.rs);
   * npm's `libsignal` spoils those that it tries in vain, and stores them with the one that fits.
   */
  async #decryptWithOne(address: ProtocolAddress, ciphertext: Buffer): Promise<Buffer> {
    const all = this.#sessions.get(address.toString()) as unknown as Serialized | undefined
    let problem: unknown = new Error(`No session record of "${address}"`)
    const lastFirst = Object.entries(all?._sessions ?? {}).sort(
      ([, a], [, b]) => b.indexInfo.used - a.indexInfo.used,
    )
    for (const [key, session] of lastFirst) {
      const alone = { ...all, _sessions: { [key]: session } } as unknown as Uint8Array
      const storage: SignalStorage = {
        ...this.#storage,
        loadSession: async () => SessionRecord.deserialize(alone),
        storeSession: async (_, record) => {
          Object.assign(all?._sessions ?? {}, (record.serialize() as unknown as Serialized)._sessions)
        },
      }
      try {
        return await new SessionCipher(storage, address).decryptWhisperMessage(ciphertext)
      } catch (error) {
        problem = error
      }
    }
    throw problem
  }

  /** True when a session with that device is open. */
  hasSession(jid: string): boolean {
    return this.#hasSession(this.#address(jid))
  }

  /** Drops the session, as a device does that was set up anew: what is sent to it next cannot be read. */
  forgetSession(jid: string): void {
    this.#sessions.delete(this.#address(jid).toString())
  }

  /** Encrypts once for a whole group (`skmsg`), with this device's sender key. */
  encryptGroup(group: string, message: Uint8Array): Promise<EncPayload> {
    return this.#inTurn(async () => {
      const name = this.#senderKeyName(group, this.jid)
      await new GroupSessionBuilder(this.#senderKeyStore).create(name)
      return { type: 'skmsg', ciphertext: await this.#nextGroupMessage(name, message) }
    })
  }

  /** The `axolotlSenderKeyDistributionMessage` that members need for what this device sends from now on. */
  senderKeyDistribution(group: string): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      const name = this.#senderKeyName(group, this.jid)
      return (await new GroupSessionBuilder(this.#senderKeyStore).create(name)).serialize()
    })
  }

  /** Makes the next group message use a fresh sender key, as when a member has left. */
  forgetOwnSenderKey(group: string): void {
    this.#senderKeys.delete(this.#senderKeyName(group, this.jid).toString())
  }

  /** Decrypts a `skmsg`; rejects a replayed, damaged, wrongly signed or unknown one with an error. */
  decryptGroup(group: string, from: string, enc: EncPayload): Promise<Buffer> {
    return this.#inTurn(async () => {
      if (enc.type !== 'skmsg') throw new Error(`A "${enc.type}" is for decrypt`)
      const cipher = new GroupCipher(this.#senderKeyStore, this.#senderKeyName(group, from))
      return Buffer.from(await cipher.decrypt(enc.ciphertext))
    })
  }

  /** Takes over the sender key of another device from its `axolotlSenderKeyDistributionMessage`. */
  processSenderKey(group: string, from: string, skdm: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      const message = new SenderKeyDistributionMessage(null, null, null, null, skdm)
      await new GroupSessionBuilder(this.#senderKeyStore).process(this.#senderKeyName(group, from), message)
    })
  }

  async #openSession(address: ProtocolAddress, bundle: DeviceBundle): Promise<void> {
    const { identity, signedPreKey, preKey, registrationId } = bundle
    // libsignal's session builder takes any signature, a real phone does not.
    if (!isSignedBy(identity, withPrefix(signedPreKey.publicKey), signedPreKey.signature)) {
      throw new Error(`The signature of signed prekey "${signedPreKey.id}" of "${address}" is wrong`)
    }
    const session = {
      registrationId,
      identityKey: withPrefix(identity),
      signedPreKey: {
        keyId: signedPreKey.id,
        publicKey: withPrefix(signedPreKey.publicKey),
        signature: signedPreKey.signature,
      },
      ...(preKey && { preKey: { keyId: preKey.id, publicKey: withPrefix(preKey.publicKey) } }),
    }
    // The typings demand a one-time prekey, the protocol and libsignal's code do not.
    type Session = Parameters<SessionBuilder['initOutgoing']>[0]
    await new SessionBuilder(this.#storage, address).initOutgoing(session as Session)
  }

  /** Baileys' `GroupCipher.encrypt` skips every other chain key; phones do not. */
  async #nextGroupMessage(name: SenderKeyName, message: Uint8Array): Promise<Buffer> {
    const record = await this.#senderKeyStore.loadSenderKey(name)
    const state = record.getSenderKeyState()
    if (!state) throw new Error(`There is no sender key for "${name}"`)
    const chain = state.getSenderChainKey()
    const key = chain.getSenderMessageKey()
    state.setSenderChainKey(chain.getNext())
    const cipher = createCipheriv('aes-256-cbc', key.getCipherKey(), key.getIv())
    const sealed = Buffer.concat([cipher.update(message), cipher.final()])
    const privateKey = state.getSigningKeyPrivate() ?? null
    await this.#senderKeyStore.storeSenderKey(name, record)
    return Buffer.from(
      new SenderKeyMessage(state.getKeyId(), key.getIteration(), sealed, privateKey).serialize(),
    )
  }

  readonly #storage: SignalStorage = {
    loadSession: async id => {
      const serialized = this.#sessions.get(id)
      return serialized && SessionRecord.deserialize(serialized)
    },
    storeSession: async (id, session) => {
      this.#sessions.set(id, session.serialize())
    },
    isTrustedIdentity: () => true,
    loadPreKey: async id => this.#preKeys.get(Number(id)),
    removePreKey: id => {
      this.#preKeys.delete(id)
    },
    loadSignedPreKey: (id?: number) => {
      if (id !== SIGNED_PRE_KEY_ID) throw new Error(`Signed prekey "${id}" is not one of "${this.jid}"`)
      return this.#signedPreKey
    },
    getOurRegistrationId: () => this.registrationId,
    getOurIdentity: () => this.#identity,
  }

  readonly #senderKeyStore = {
    loadSenderKey: async (name: SenderKeyName) => {
      const serialized = this.#senderKeys.get(name.toString())
      return serialized ? SenderKeyRecord.deserialize(serialized) : new SenderKeyRecord()
    },
    storeSenderKey: async (name: SenderKeyName, record: SenderKeyRecord) => {
      // Baileys' own store leaves the replacer out and then cannot read the keys of overtaken messages back.
      const serialized = JSON.stringify(record.serialize(), BufferJSON.replacer)
      this.#senderKeys.set(name.toString(), Buffer.from(serialized))
    },
  }

  #hasSession(address: ProtocolAddress): boolean {
    const serialized = this.#sessions.get(address.toString())
    return serialized !== undefined && SessionRecord.deserialize(serialized).haveOpenSession()
  }

  #address(jid: string): ProtocolAddress {
    const address = signalAddress(jid)
    const canonical = this.#aliases.get(address.toString())
    return canonical === undefined ? address : signalAddress(canonical)
  }

  #senderKeyName(group: string, jid: string): SenderKeyName {
    return new SenderKeyName(group, this.#address(jid))
  }

  /** Ratchet steps of one device never overlap. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#last.then(step)
    this.#last = result.catch(() => undefined)
    return result
  }
}

/**
 * True when `signature` over `message` was made with the private half of `identity` (32 bytes). It really looks,
 * other than Baileys' `Curve.verify` and libsignal's session builder.
 */
export function isSignedBy(identity: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verifySignature(withPrefix(identity), Buffer.from(message), Buffer.from(signature))
}

/** A device's address as Baileys names it (lib/Signal/libsignal.js): the kind of account is part of the name. */
function signalAddress(jid: string): ProtocolAddress {
  const decoded = jidDecode(jid)
  if (!decoded?.user) throw new Error(`"${jid}" is not the address of a device`)
  const kind = decoded.domainType ?? WAJIDDomains.WHATSAPP
  const name = kind === WAJIDDomains.WHATSAPP ? decoded.user : `${decoded.user}_${kind}`
  return new ProtocolAddress(name, decoded.device ?? 0)
}

function newKeyPair(): KeyPair {
  const { pubKey, privKey } = generateKeyPair()
  return { pubKey: Buffer.from(pubKey), privKey: Buffer.from(privKey) }
}

function withPrefix(publicKey: Uint8Array): Buffer {
  if (publicKey.length !== 32) throw new Error(`A public key has 32 bytes, not "${publicKey.length}"`)
  return Buffer.concat([Buffer.from([5]), publicKey])
}

function withoutPrefix(publicKey: Buffer): Buffer {
  return publicKey.subarray(1)
}
