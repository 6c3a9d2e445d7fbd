import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { BinaryNode } from '@whiskeysockets/baileys'
import type { ContactDevice } from './contact-device.ts'
import { IqError } from './iq/iq.ts'
import { bytes, child, el, SERVER, unixSeconds } from './node.ts'
import { newKeyPair, openGcm, sharedSecret } from './noise.ts'

/**
 * Linking with a code of eight characters instead of a QR code. The device sends an ephemeral key, wrapped under the code
 * (*companion_hello*); the owner types the code on the phone, which answers with its own (*primary_hello*); the device
 * seals its identity with what both keys have in common (*companion_finish*). Only then does the phone notice a wrong
 * code. Layout: Baileys' `requestPairingCode` (lib/Socket/socket.js) and `link_code_companion_reg`
 * (lib/Socket/messages-recv.js).
 */
export class LinkCode {
  readonly ref = randomBytes(24).toString('base64')
  readonly #wrapped: Buffer
  readonly #ephemeral = newKeyPair()
  #companionKey: Buffer | undefined
  #settle: { resolve: (advSecret: Buffer) => void; reject: (error: Error) => void } | undefined

  constructor(hello: BinaryNode, noiseKey: Buffer) {
    this.#wrapped = bytes(child(hello, 'link_code_pairing_wrapped_companion_ephemeral_pub'))
    if (this.#wrapped.length !== 80) throw new IqError(400, 'bad-request', 'The wrapped key has no 80 bytes')
    if (!bytes(child(hello, 'companion_server_auth_key_pub')).equals(noiseKey)) {
      throw new IqError(400, 'bad-request', 'companion_server_auth_key_pub is not the key of the connection')
    }
  }

  /** The owner types the code. Resolves with the shared secret, rejects when the device cannot have had that code. */
  enter(code: string, phone: ContactDevice, send: (node: BinaryNode) => void): Promise<Buffer> {
    const [salt, iv, sealed] = [
      this.#wrapped.subarray(0, 32),
      this.#wrapped.subarray(32, 48),
      this.#wrapped.subarray(48),
    ]
    const decipher = createDecipheriv('aes-256-ctr', codeKey(code, salt), iv)
    this.#companionKey = Buffer.concat([decipher.update(sealed), decipher.final()])
    const [ownSalt, ownIv] = [randomBytes(32), randomBytes(16)]
    const cipher = createCipheriv('aes-256-ctr', codeKey(code, ownSalt), ownIv)
    const wrapped = Buffer.concat([ownSalt, ownIv, cipher.update(this.#ephemeral.publicKey), cipher.final()])
    const attrs = {
      type: 'link_code_companion_reg',
      from: SERVER,
      id: String(randomBytes(4).readUInt32BE()),
      t: String(unixSeconds()),
    }
    const content = [
      el('link_code_pairing_ref', {}, Buffer.from(this.ref)),
      el('primary_identity_pub', {}, phone.identity),
      el('link_code_pairing_wrapped_primary_ephemeral_pub', {}, wrapped),
    ]
    const reg = el('link_code_companion_reg', { stage: 'primary_hello' }, content)
    const result = new Promise<Buffer>((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    send(el('notification', attrs, [reg]))
    return result
  }

  /** Takes companion_finish; the outcome goes to the phone, not to the device. */
  finish(node: BinaryNode, identity: Buffer, phone: ContactDevice): void {
    const settle = this.#settle
    if (!settle || !this.#companionKey)
      throw new IqError(400, 'bad-request', 'Nobody has entered the code yet')
    if (bytes(child(node, 'link_code_pairing_ref')).toString() !== this.ref) {
      throw new IqError(404, 'item-not-found', 'link_code_pairing_ref is unknown')
    }
    if (!bytes(child(node, 'companion_identity_public')).equals(identity)) {
      throw new IqError(400, 'bad-request', 'companion_identity_public is not the registered one')
    }
    const bundle = bytes(child(node, 'link_code_pairing_wrapped_key_bundle'))
    try {
      const secret = sharedSecret(this.#ephemeral.privateKey, this.#companionKey)
      const info = 'link_code_pairing_key_bundle_encryption_key'
      const key = Buffer.from(hkdfSync('sha256', secret, bundle.subarray(0, 32), info, 32))
      const plain = openGcm(key, bundle.subarray(32, 44), bundle.subarray(44))
      const [companion, primary, random] = [plain.subarray(0, 32), plain.subarray(32, 64), plain.subarray(64)]
      if (!companion.equals(identity) || !primary.equals(phone.identity) || random.length !== 32) {
        throw new Error('The key bundle names other identities')
      }
      const shared = Buffer.concat([secret, phone.agree(identity), random])
      settle.resolve(Buffer.from(hkdfSync('sha256', shared, '', 'adv_secret', 32)))
    } catch (error) {
      settle.reject(new Error('The code is wrong', { cause: error }))
    }
  }
}

function codeKey(code: string, salt: Buffer): Buffer {
  return pbkdf2Sync(code, salt, 2 << 16, 32, 'sha256')
}
