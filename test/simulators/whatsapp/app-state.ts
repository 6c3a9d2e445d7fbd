import { createCipheriv, createHmac, hkdfSync, randomBytes, randomInt } from 'node:crypto'
import { type BinaryNode, proto, type WAPatchName } from '@whiskeysockets/baileys'
import type { MediaFields } from './media-cipher.ts'

/**
 * App state is a set of collections that the account's devices share: the names of contacts, one's own name, mutes.
 * The server keeps it without being able to read it. Every record is encrypted and carries two MACs (of its index and
 * of its value); a sum over all value MACs, the LT hash, proves that none is missing. The phone sends the key to a new
 * device in a message (`keyShareMessage`). Layout checked against Baileys' lib/Utils/chat-utils.js.
 */
export interface AppStateKey {
  keyId: Buffer
  keyData: Buffer
}

/** One change; without a value it removes what was set under that index. */
export interface Mutation {
  /** As in `['contact', '4915100000002@s.whatsapp.net']`; what else JSON can say, only a broken phone would share. */
  index: unknown
  value?: proto.ISyncActionValue
  /** Version of the kind of action, `apiVersion` in Baileys' `chatModificationToAppPatch`. */
  version: number
  /** What is sealed as it is, in place of an encoded `SyncActionData` of all that. */
  raw?: Uint8Array
}

/** What the server and every device agree on after a patch. */
export interface CollectionState {
  version: number
  hash: Buffer
  /** Records by index (JSON). */
  records: Map<string, SealedRecord>
}

export interface EncodedCollection {
  state: CollectionState
  /** An encoded `SyncdPatch` that leads from the state before to this one. */
  patch: Buffer
  /** An encoded `SyncdSnapshot` of everything up to here; it travels as an `md-app-state` file. */
  snapshot: Buffer
}

interface SealedRecord {
  record: proto.ISyncdRecord
  valueMac: Buffer
}

const { SET, REMOVE } = proto.SyncdMutation.SyncdOperation

export function makeAppStateKey(): AppStateKey {
  return { keyId: randomBytes(6), keyData: randomBytes(32) }
}

/** The message by which the owner's phone hands the keys to a new device. */
export function keyShareMessage(keys: AppStateKey[]): proto.IMessage {
  const fingerprint = { rawId: randomInt(2 ** 31), currentIndex: 0, deviceIndexes: [0] }
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE,
      appStateSyncKeyShare: {
        keys: keys.map(({ keyId, keyData }) => ({
          keyId: { keyId },
          keyData: { keyData, fingerprint, timestamp: Date.now() },
        })),
      },
    },
  }
}

/** The account's own name; belongs into `critical_block`. */
export function pushNameMutation(name: string): Mutation {
  return {
    index: ['setting_pushName'],
    value: { timestamp: Date.now(), pushNameSetting: { name } },
    version: 1,
  }
}

/** A name in the phone's address book, kept under the phone number; belongs into `critical_unblock_low`. */
export function contactMutation(contact: { pn: string; lid?: string; name: string }): Mutation {
  const { pn, lid, name } = contact
  const firstName = name.split(' ')[0] ?? name
  const contactAction = {
    fullName: name,
    firstName,
    saveOnPrimaryAddressbook: true,
    ...(lid && { lidJid: lid }),
  }
  return { index: ['contact', pn], value: { timestamp: Date.now(), contactAction }, version: 2 }
}

/** The name of a contact without a known phone number; belongs into `critical_unblock_low`. */
export function lidContactMutation(contact: { lid: string; name: string }): Mutation {
  const lidContactAction = { fullName: contact.name }
  return {
    index: ['lid_contact', contact.lid],
    value: { timestamp: Date.now(), lidContactAction },
    version: 1,
  }
}

export function emptyCollection(): CollectionState {
  return { version: 0, hash: Buffer.alloc(128), records: new Map() }
}

/** Encrypts changes to a collection as the phone does, on top of `before` (default: nothing). Leaves `before` as it is. */
export function encodeCollection(
  name: WAPatchName,
  mutations: Mutation[],
  { key, before = emptyCollection() }: { key: AppStateKey; before?: CollectionState },
): EncodedCollection {
  const keys = expand(key.keyData)
  const records = new Map(before.records)
  const hash = Buffer.from(before.hash)
  const changes = mutations.map(mutation => {
    const operation = (mutation.value ?? mutation.raw) ? SET : REMOVE
    const sealed = seal(mutation, operation, key)
    const index = JSON.stringify(mutation.index)
    const previous = records.get(index)
    if (previous) addToHash(hash, previous.valueMac, -1)
    if (operation === SET) {
      addToHash(hash, sealed.valueMac, 1)
      records.set(index, sealed)
    } else if (!records.delete(index)) {
      throw new Error(`There is nothing to remove at "${index}"`)
    }
    return { operation, ...sealed }
  })
  const version = before.version + 1
  const suffix = Buffer.concat([uint64(version), Buffer.from(name)])
  const snapshotMac = hmac(keys.snapshotMac, hash, suffix)
  const patchMac = hmac(keys.patchMac, snapshotMac, ...changes.map(change => change.valueMac), suffix)
  const keyId = { id: key.keyId }
  const patch = proto.SyncdPatch.encode({
    version: { version },
    mutations: changes.map(({ operation, record }) => ({ operation, record })),
    snapshotMac,
    patchMac,
    keyId,
  })
  const snapshot = proto.SyncdSnapshot.encode({
    version: { version },
    records: [...records.values()].map(({ record }) => record),
    mac: snapshotMac,
    keyId,
  })
  return {
    state: { version, hash, records },
    patch: Buffer.from(patch.finish()),
    snapshot: Buffer.from(snapshot.finish()),
  }
}

/**
 * A `<collection>` of the answer to a `w:sync:app:state` query. With a snapshot (put as `md-app-state` on a media
 * server) Baileys by itself fetches it from WhatsApp's own host, whatever server it is connected to: for that one patches
 * alone work.
 */
export function collectionNode(
  name: WAPatchName,
  answer: { version: number; patches?: Buffer[]; snapshot?: MediaFields },
): BinaryNode {
  const { version, patches = [], snapshot } = answer
  const content: BinaryNode[] = []
  if (snapshot) {
    const reference = proto.ExternalBlobReference.encode({
      mediaKey: snapshot.mediaKey,
      directPath: snapshot.directPath,
      fileSizeBytes: snapshot.fileLength,
      fileSha256: snapshot.fileSha256,
      fileEncSha256: snapshot.fileEncSha256,
    })
    content.push({ tag: 'snapshot', attrs: {}, content: Buffer.from(reference.finish()) })
  }
  if (patches.length > 0) {
    const nodes = patches.map(patch => ({ tag: 'patch', attrs: {}, content: patch }))
    content.push({ tag: 'patches', attrs: {}, content: nodes })
  }
  return { tag: 'collection', attrs: { name, version: String(version), has_more_patches: 'false' }, content }
}

function seal(mutation: Mutation, operation: number, key: AppStateKey): SealedRecord {
  const keys = expand(key.keyData)
  const index = Buffer.from(JSON.stringify(mutation.index))
  const padding = randomBytes(randomInt(1, 16))
  const value = mutation.value ?? { timestamp: Date.now() }
  const { version, raw } = mutation
  const data = raw ?? proto.SyncActionData.encode({ index, value, padding, version }).finish()
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', keys.valueEncryption, iv)
  const sealed = Buffer.concat([iv, cipher.update(data), cipher.final()])
  const associated = Buffer.from([operation === SET ? 1 : 2, ...key.keyId])
  const valueMac = createHmac('sha512', keys.valueMac)
    .update(associated)
    .update(sealed)
    .update(uint64(associated.length))
    .digest()
    .subarray(0, 32)
  const record = {
    index: { blob: hmac(keys.index, index) },
    value: { blob: Buffer.concat([sealed, valueMac]) },
    keyId: { id: key.keyId },
  }
  return { record, valueMac }
}

/** Adds (or takes away) a value MAC: it is expanded to 64 numbers of 16 bits, each summed for itself. */
function addToHash(hash: Buffer, valueMac: Buffer, sign: 1 | -1): void {
  const numbers = Buffer.from(hkdfSync('sha256', valueMac, '', 'WhatsApp Patch Integrity', 128))
  for (let at = 0; at < 128; at += 2) {
    hash.writeUInt16LE((hash.readUInt16LE(at) + sign * numbers.readUInt16LE(at)) & 0xffff, at)
  }
}

function expand(keyData: Buffer) {
  const keys = Buffer.from(hkdfSync('sha256', keyData, '', 'WhatsApp Mutation Keys', 160))
  const part = (number: number) => keys.subarray(number * 32, number * 32 + 32)
  return {
    index: part(0),
    valueEncryption: part(1),
    valueMac: part(2),
    snapshotMac: part(3),
    patchMac: part(4),
  }
}

function hmac(key: Buffer, ...parts: Buffer[]): Buffer {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest()
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
