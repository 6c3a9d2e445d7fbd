import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  type BaileysEventMap,
  type ChatMutation,
  decodePatches,
  decodeSyncdPatch,
  decodeSyncdSnapshot,
  downloadContentFromMessage,
  extractSyncdPatches,
  type LTHashState,
  makeEventBuffer,
  newLTHashState,
  processSyncAction,
  proto,
  type WAPatchName,
} from '@whiskeysockets/baileys'
import { pino } from 'pino'
import {
  type AppStateKey,
  collectionNode,
  contactMutation,
  encodeCollection,
  keyShareMessage,
  lidContactMutation,
  makeAppStateKey,
  pushNameMutation,
} from './app-state.ts'
import { startMediaServer, trustTestCa } from './media-server.ts'

const ANNA = { pn: '4915100000002@s.whatsapp.net', lid: '98765432100002@lid', name: 'Anna Beispiel' }
const BEN = { lid: '98765432100003@lid', name: 'Ben' }

before(trustTestCa)

describe('patches', () => {
  test('Baileys verifies a first sync and takes the own name and the contacts from it', async () => {
    const key = makeAppStateKey()
    const own = encodeCollection('critical_block', [pushNameMutation('Olga Owner')], { key })
    const contacts = encodeCollection(
      'critical_unblock_low',
      [contactMutation(ANNA), lidContactMutation(BEN)],
      { key },
    )
    const answer = {
      tag: 'iq',
      attrs: {},
      content: [
        {
          tag: 'sync',
          attrs: {},
          content: [
            collectionNode('critical_block', { version: 1, patches: [own.patch] }),
            collectionNode('critical_unblock_low', { version: 1, patches: [contacts.patch] }),
            collectionNode('regular_low', { version: 0 }),
          ],
        },
      ],
    }
    const received = await extractSyncdPatches(answer, {})
    const events = []
    for (const name of ['critical_block', 'critical_unblock_low', 'regular_low'] as const) {
      const decoded = await decode(name, received[name].patches, key)
      assert.deepEqual(decoded.warnings, [])
      events.push(...(await eventsOf(Object.values(decoded.mutationMap))))
    }
    assert.deepEqual(events, [
      ['creds.update', { me: { id: 'me', name: 'Olga Owner' } }],
      [
        'contacts.upsert',
        [{ id: ANNA.pn, name: ANNA.name, username: undefined, lid: ANNA.lid, phoneNumber: ANNA.pn }],
      ],
      ['lid-mapping.update', { lid: ANNA.lid, pn: ANNA.pn }],
      [
        'contacts.upsert',
        [{ id: BEN.lid, name: BEN.name, username: undefined, lid: BEN.lid, phoneNumber: undefined }],
      ],
    ])
  })

  test('a later patch changes and removes records, and the hash follows', async () => {
    const key = makeAppStateKey()
    const name = 'critical_unblock_low'
    const first = encodeCollection(name, [contactMutation(ANNA), lidContactMutation(BEN)], { key })
    const renamed = { ...ANNA, name: 'Anna Neu' }
    const removal = { index: ['lid_contact', BEN.lid], version: 1 }
    const second = encodeCollection(name, [contactMutation(renamed), removal], { key, before: first.state })
    const { state, warnings } = await decode(name, [first.patch, second.patch].map(decodedPatch), key)
    assert.deepEqual(warnings, [])
    assert.equal(state.version, 2)
    assert.deepEqual(Buffer.from(state.hash), second.state.hash)
    assert.equal(Object.keys(state.indexValueMap).length, 1)

    const backAgain = encodeCollection(name, [contactMutation(renamed)], { key })
    assert.notDeepEqual(backAgain.state.hash, second.state.hash)
    assert.throws(() => encodeCollection(name, [removal], { key, before: second.state }), /nothing to remove/)
  })

  test('a patch with a wrong MAC, under another name or out of its turn is refused by Baileys', async () => {
    const key = makeAppStateKey()
    const first = encodeCollection('regular', [contactMutation(ANNA)], { key })
    const second = encodeCollection('regular', [lidContactMutation(BEN)], { key, before: first.state })
    const getKey = keyFinder([key])
    const check = (name: WAPatchName, patch: proto.ISyncdPatch) =>
      decodeSyncdPatch(patch, name, newLTHashState(), getKey, () => undefined, true)
    await check('regular', decodedPatch(first.patch))
    await assert.rejects(check('regular_high', decodedPatch(first.patch)), /Invalid patch mac/)
    const damaged = decodedPatch(first.patch)
    damaged.patchMac = Buffer.alloc(32)
    await assert.rejects(check('regular', damaged), /Invalid patch mac/)
    const { warnings } = await decode('regular', [decodedPatch(second.patch)], key)
    assert.match(warnings.join(), /LTHash verification failed/)
    await assert.rejects(
      decode('regular', [decodedPatch(first.patch)], makeAppStateKey()),
      /failed to find key/,
    )
  })
})

describe('snapshots', () => {
  test('Baileys verifies a snapshot of several patches and takes up from there', async () => {
    const key = makeAppStateKey()
    const name = 'critical_unblock_low'
    const first = encodeCollection(name, [contactMutation(ANNA)], { key })
    const second = encodeCollection(name, [lidContactMutation(BEN)], { key, before: first.state })
    const third = encodeCollection(name, [contactMutation({ ...ANNA, name: 'Anna Neu' })], {
      key,
      before: second.state,
    })
    const { logger, warnings } = watchedLogger()
    const snapshot = proto.SyncdSnapshot.decode(second.snapshot)
    const { state, mutationMap } = await decodeSyncdSnapshot(
      name,
      snapshot,
      keyFinder([key]),
      undefined,
      true,
      logger,
    )
    assert.deepEqual([state.version, Object.keys(mutationMap).length], [2, 2])
    const next = await decode(name, [decodedPatch(third.patch)], key, state)
    assert.deepEqual([...warnings, ...next.warnings], [])
    assert.equal(next.state.version, 3)

    const wrong = proto.SyncdSnapshot.decode(second.snapshot)
    wrong.records.pop()
    await decodeSyncdSnapshot(name, wrong, keyFinder([key]), undefined, true, logger)
    assert.match(warnings.join(), /LTHash verification failed on snapshot/)
  })

  test('a snapshot on the media server is found through its node', async () => {
    await using media = await startMediaServer()
    const key = makeAppStateKey()
    const { snapshot } = encodeCollection('regular', [contactMutation(ANNA)], { key })
    const node = collectionNode('regular', {
      version: 1,
      snapshot: await media.put(snapshot, 'md-app-state'),
    })
    const child = Array.isArray(node.content) ? node.content[0] : undefined
    assert.ok(child?.tag === 'snapshot' && child.content instanceof Uint8Array)
    const reference = proto.ExternalBlobReference.decode(child.content)
    const chunks: Buffer[] = []
    const stream = await downloadContentFromMessage(reference, 'md-app-state', { host: media.host })
    for await (const chunk of stream) chunks.push(chunk)
    assert.deepEqual(Buffer.concat(chunks), snapshot)
  })
})

test('the key share survives the wire and holds the keys as Baileys stores them', () => {
  const key = makeAppStateKey()
  const bytes = proto.Message.encode(keyShareMessage([key])).finish()
  const found = proto.Message.decode(bytes).protocolMessage
  assert.equal(found?.type, proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE)
  const [shared] = found?.appStateSyncKeyShare?.keys ?? []
  assert.deepEqual(Buffer.from(shared?.keyId?.keyId ?? []), key.keyId)
  assert.deepEqual(Buffer.from(shared?.keyData?.keyData ?? []), key.keyData)
})

async function decode(
  name: WAPatchName,
  patches: proto.ISyncdPatch[],
  key: AppStateKey,
  state?: LTHashState,
) {
  const { logger, warnings } = watchedLogger()
  const initial = state ?? newLTHashState()
  const decoded = await decodePatches(name, patches, initial, keyFinder([key]), {}, undefined, logger, true)
  return { ...decoded, warnings }
}

/** The events that Baileys makes of these changes, one after the other. */
async function eventsOf(mutations: ChatMutation[]): Promise<[string, unknown][]> {
  const { logger } = watchedLogger()
  const ev = makeEventBuffer(logger)
  const events: [string, unknown][] = []
  ev.process((map: Partial<BaileysEventMap>) => {
    events.push(...Object.entries(map))
  })
  for (const mutation of mutations) {
    processSyncAction(mutation, ev, { id: 'me' }, { accountSettings: { unarchiveChats: false } }, logger)
  }
  ev.destroy()
  return events
}

function keyFinder(keys: AppStateKey[]) {
  return async (id: string) => keys.find(({ keyId }) => keyId.toString('base64') === id)
}

function decodedPatch(patch: Buffer): proto.SyncdPatch {
  return proto.SyncdPatch.decode(patch)
}

/** Baileys only warns when the hash over a collection is wrong. */
function watchedLogger() {
  const warnings: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) })
  return { logger, warnings }
}
