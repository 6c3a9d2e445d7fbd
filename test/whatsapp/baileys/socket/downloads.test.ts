import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import { deflateSync, inflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import { Downloads } from '../../../../src/whatsapp/baileys/socket/downloads.ts'
import { encodeHistory, historyMessage } from '../../../simulators/whatsapp/history-sync.ts'
import type { DownloadFault } from '../../../simulators/whatsapp/media-faults.ts'
import { trustTestCa } from '../../../simulators/whatsapp/media-server.ts'
import { until } from '../../support.ts'
import { Linked } from '../linked.ts'

before(trustTestCa)

const pushNames = [{ jid: '900000000000042@lid', name: 'Somebody of the past' }]
const piece = { type: 'PUSH_NAME', pushNames } as const

const SYNC_TYPE = proto.HistorySync.HistorySyncType.PUSH_NAME

const isNamed = ({ bridge }: Linked): boolean =>
  bridge.known.some(({ pushName }) => pushName === 'Somebody of the past')

/** The phone tells of a part of the past that lies on the media host; the first downloads of it go wrong. */
const tell = async ({ wa }: Linked, fault?: DownloadFault, times?: number): Promise<void> => {
  const file = await wa.media.put(encodeHistory(piece), 'md-msg-hist')
  if (fault) wa.media.fault(file, fault, times)
  await wa.phone.tellCompanion(historyMessage(piece, file))
}

test('A part of the past that lies on the media host is taken in', async () => {
  await using linked = await Linked.started()
  await tell(linked)
  await until('the name', () => isNamed(linked))
})

const faults: Readonly<Record<string, DownloadFault>> = {
  'is cut off': { kind: 'cut', after: 20 },
  'is not there': { kind: 'status', status: 410 },
  'is damaged': { kind: 'flipped-bit', at: 20 },
  'leads elsewhere': { kind: 'redirect', to: 'https://127.0.0.1:1/' },
}

for (const [what, fault] of Object.entries(faults)) {
  test(`One that ${what} ends nothing, and what is behind it arrives`, async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    await tell(linked, fault)
    await alice.send('behind it')
    await until('the message', () => linked.bridge.said.includes('behind it'))
    assert.equal(linked.connection.status.state, 'connected')
    assert.equal(isNamed(linked), false)
  })
}

test('One that is cut off once is fetched again', async () => {
  await using linked = await Linked.started()
  await tell(linked, { kind: 'cut', after: 20 }, 1)
  await until('the name', () => isNamed(linked))
})

const tooLarge: Readonly<Record<string, proto.IPushname[]>> = {
  'is of three megabytes': [{ id: '1@lid', pushname: randomBytes(3_000_000).toString('hex') }],
  'becomes twenty when it is inflated': [{ id: '1@lid', pushname: 'x'.repeat(20_000_000) }],
}

for (const [what, names] of Object.entries(tooLarge)) {
  test(`A part of the past in the message itself that ${what} is left out`, async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const message = historyMessage(piece)
    const notification = message.protocolMessage?.historySyncNotification ?? assert.fail()
    const { syncType, pushnames } = proto.HistorySync.decode(inflateSync(encodeHistory(piece)))
    const past = proto.HistorySync.encode({ syncType, pushnames: [...pushnames, ...names] }).finish()
    notification.initialHistBootstrapInlinePayload = deflateSync(past)
    await linked.wa.phone.tellCompanion(message)
    await alice.send('behind it')
    await until('the message', () => linked.bridge.said.includes('behind it'))
    assert.equal(isNamed(linked), false)
  })
}

test('What of the past is too large is left out though something else is told of before it is there', async () => {
  await using linked = await Linked.started()
  const { media, mediaHost } = linked.wa
  const { shouldSyncHistoryMessage, options } = new Downloads(mediaHost).options
  const files = await Promise.all(
    [70_000_000, 1].map(async length => {
      const pushnames = [{ id: '1@lid', pushname: 'x'.repeat(length) }]
      const past = proto.HistorySync.encode({ syncType: SYNC_TYPE, pushnames }).finish()
      return await media.put(deflateSync(past), 'md-msg-hist')
    }),
  )
  for (const file of files) shouldSyncHistoryMessage({ ...file, syncType: SYNC_TYPE })
  // Baileys itself asks at each login what of the past is wanted at all.
  shouldSyncHistoryMessage({ syncType: SYNC_TYPE })
  const [large, small] = files.map(({ directPath }) =>
    fetch(`https://mmg.whatsapp.net${directPath}`, options),
  )
  await assert.rejects(async () => large, /too large/)
  assert.equal((await small)?.status, 200)
})
