import { createHmac, randomBytes, randomInt } from 'node:crypto'
import { type BinaryNode, proto } from '@whiskeysockets/baileys'
import type { Companion } from './companion.ts'
import { type DeviceBundle, isSignedBy } from './contact-device.ts'
import type { LinkCode } from './link-code.ts'
import { bytes, child, el, SERVER, unixSeconds } from './node.ts'
import type { Wire } from './wire.ts'
import type { World } from './world.ts'

/** A device that wants to be linked, on its connection. */
export interface Candidate {
  wire: Wire
  noiseKey: Buffer
  registration: { registrationId: number; identity: Buffer; signedPreKey: DeviceBundle['signedPreKey'] }
  /** What its QR codes are made of. */
  refs: string[]
  /** Set when it has asked for a pairing code. */
  linkCode?: LinkCode
  /** Secrets that were in its QR codes and count no more, in base64. */
  retired: Set<string>
  /** The notification that retired the last one: its id, and that the device has acknowledged it. */
  refresh?: PromiseWithResolvers<void> & { readonly id: string }
  /** Set when the phone has agreed; until the device has signed in turn. */
  pairing?: { companion: Companion; accountDetails: Buffer; id: string }
}

/** Either says that the secret in the QR code counts no more (WhatsApp Web takes both). */
export type Refresh = 'companion_reg_refresh' | 'pair-device-rotate-qr'

/** What a phone may do with a code. */
export interface ScanOptions {
  forge?: Forgery
  /** The account wants another secret: the phone shows that nothing was linked, and takes the next code alone. */
  refresh?: Refresh
  /** The account has a passkey: the server asks the device for it, and nothing goes on without. */
  passkey?: boolean
}

/** How a phone or a server may lie while linking; the device has to notice. */
export type Forgery = 'hmac' | 'account-signature'

const ACCOUNT_SIGNATURE = Buffer.of(6, 0)
const DEVICE_SIGNATURE = Buffer.of(6, 1)

/** `pair-device` with the refs, of which the device shows one after the other. */
export function pairDevice(candidate: Candidate, id: string): BinaryNode {
  const refs = candidate.refs.map(ref => el('ref', {}, Buffer.from(ref)))
  return el('iq', { from: SERVER, type: 'set', id }, [el('pair-device', {}, refs)])
}

export function newRefs(): string[] {
  return Array.from({ length: 6 }, () => `2@${randomBytes(48).toString('base64').replaceAll(',', '')}`)
}

/** What the server says to a device that is not linked yet, beside its codes. */
export function tellCandidate(type: string, child: BinaryNode, id: string): BinaryNode {
  return el('notification', { type, from: SERVER, id, t: String(unixSeconds()) }, [child])
}

/** Reads a QR code as the phone's camera does (Baileys' `buildPairingQRData`). */
export function parseQr(payload: string): {
  ref: string
  noiseKey: Buffer
  identity: Buffer
  advSecret: Buffer
} {
  const prefix = 'https://wa.me/settings/linked_devices#'
  const parts = payload.startsWith(prefix) ? payload.slice(prefix.length).split(',') : []
  const [ref, noiseKey, identity, advSecret] = parts
  if (parts.length !== 5 || !ref || !noiseKey || !identity || !advSecret) {
    throw new Error('This is not the QR code of a device that wants to be linked')
  }
  const decode = (part: string) => Buffer.from(part, 'base64')
  return { ref, noiseKey: decode(noiseKey), identity: decode(identity), advSecret: decode(advSecret) }
}

/**
 * The phone agrees: it signs the device's identity under the account, seals that with the secret that only phone and
 * device know, and the server passes it on as `pair-success` (Baileys' `configureSuccessfulPairing`).
 */
export function agree(
  candidate: Candidate,
  advSecret: Buffer,
  options: { world: World; companion: Companion; forge?: Forgery | undefined },
): BinaryNode {
  const { world, companion, forge } = options
  const { identity } = candidate.registration
  const { device } = world.phone.handset
  const details = Buffer.from(
    proto.ADVDeviceIdentity.encode({
      rawId: randomInt(2 ** 31),
      timestamp: unixSeconds(),
      keyIndex: companion.keyIndex,
      accountType: proto.ADVEncryptionType.E2EE,
      deviceType: proto.ADVEncryptionType.E2EE,
    }).finish(),
  )
  const accountSignature = device.sign(Buffer.concat([ACCOUNT_SIGNATURE, details, identity]))
  if (forge === 'account-signature') accountSignature[7] = (accountSignature[7] ?? 0) ^ 1
  const signed = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: device.identity,
    accountSignature,
  }).finish()
  const secret = forge === 'hmac' ? randomBytes(32) : advSecret
  const hmac = createHmac('sha256', secret).update(signed).digest()
  const sealed = proto.ADVSignedDeviceIdentityHMAC.encode({ details: signed, hmac }).finish()
  const id = world.newId()
  candidate.pairing = { companion, accountDetails: details, id }
  const success = el('pair-success', {}, [
    el('device-identity', {}, Buffer.from(sealed)),
    el('device', { jid: companion.pn, lid: companion.lid }),
    el('platform', { name: 'android' }),
  ])
  return el('iq', { from: SERVER, type: 'set', id, t: String(unixSeconds()) }, [success])
}

/** Checks `pair-device-sign`: the device has signed what the phone signed. Throws where it has not. */
export function checkDeviceSignature(candidate: Candidate, reply: BinaryNode, accountKey: Buffer): void {
  const { pairing, registration } = candidate
  if (!pairing) throw new Error('Nobody has agreed to link this device')
  const node = child(child(reply, 'pair-device-sign'), 'device-identity')
  const signed = proto.ADVSignedDeviceIdentity.decode(bytes(node))
  if (node?.attrs['key-index'] !== String(pairing.companion.keyIndex)) {
    throw new Error(`The device has signed key index "${node?.attrs['key-index']}"`)
  }
  if (signed.accountSignatureKey?.length) throw new Error('The reply must not hold the account signature key')
  const message = Buffer.concat([DEVICE_SIGNATURE, pairing.accountDetails, registration.identity, accountKey])
  if (!isSignedBy(registration.identity, message, Buffer.from(signed.deviceSignature ?? []))) {
    throw new Error("The device's signature under its identity is wrong")
  }
}
