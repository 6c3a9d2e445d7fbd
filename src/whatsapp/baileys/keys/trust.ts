import { Curve, proto, WA_CERT_DETAILS } from '@whiskeysockets/baileys'
import { verifySignature } from 'libsignal/src/curve.js'

/** libsignal wants public keys with their type byte (5, X25519) in front; WhatsApp sends them without. */
const withTypeByte = (key: Uint8Array): Buffer =>
  key.length === 33 ? Buffer.from(key) : Buffer.concat([Buffer.of(5), key])

const verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  try {
    return verifySignature(withTypeByte(key), Buffer.from(message), Buffer.from(signature))
  } catch {
    return false
  }
}

/** Whether a signed prekey was signed by the identity it is offered under. */
export const isSignedPreKey = (
  identity: Uint8Array,
  preKey: { readonly publicKey: Uint8Array; readonly signature: Uint8Array },
): boolean => verify(identity, withTypeByte(preKey.publicKey), preKey.signature)

const WHATSAPP_ROOT = Buffer.from(WA_CERT_DETAILS.PUBLIC_KEY)

const { sharedKey } = Curve
const { CertChain } = proto
const { Details } = CertChain.NoiseCertificate
const decodeChain = CertChain.decode

/** The public key that a secret was last agreed upon with. */
let agreedWith: Uint8Array | undefined

const isFor = ({ leaf }: proto.ICertChain, key: Uint8Array | undefined): boolean => {
  const certified = leaf?.details ? Details.decode(leaf.details).key : undefined
  return certified instanceof Uint8Array && key !== undefined && Buffer.from(certified).equals(key)
}

/**
 * Makes Baileys' own checks count. Its `Curve.verify` (lib/Utils/crypto.js) throws away the answer of libsignal, which
 * returns a boolean since version 6, and says yes to everything: the server's certificate chain (noise-handler.js) and
 * the phone's signature under a new device (validate-connection.js). Both objects are shared by the whole process, so
 * the root key is set before each connect.
 *
 * And one that it leaves out: the leaf certificate must be that of the key which the server shook hands with, or anybody who
 * has seen WhatsApp's certificate could show it (whatsmeow, handshake.go, verifyServerCert). The handshake
 * (noise-handler.js, processHandshake) agrees upon a secret with that key and at once decodes the certificate.
 *
 * @param rootKey hex, for a private test server; WhatsApp's own where absent.
 */
export const enforceTrust = (rootKey?: string): void => {
  Curve.verify = verify
  WA_CERT_DETAILS.PUBLIC_KEY = rootKey === undefined ? WHATSAPP_ROOT : Buffer.from(rootKey, 'hex')
  Curve.sharedKey = (privateKey, publicKey) => {
    agreedWith = publicKey
    return sharedKey(privateKey, publicKey)
  }
  CertChain.decode = (reader, length) => {
    const chain = decodeChain(reader, length)
    if (!isFor(chain, agreedWith)) throw new Error('noise certificate is for another key')
    return chain
  }
}
