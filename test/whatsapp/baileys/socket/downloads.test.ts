import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { before, test } from 'node:test'
import { createDeflate } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import { encodeHistory, historyMessage } from '../../../simulators/whatsapp/history-sync.ts'
import type { DownloadFault } from '../../../simulators/whatsapp/media-faults.ts'
import { trustTestCa } from '../../../simulators/whatsapp/media-server.ts'
import { until } from '../../support.ts'
import { Linked } from '../linked.ts'

before(trustTestCa)

const pushNames = [{ jid: '900000000000042@lid', name: 'Somebody of the past' }]
const piece = { type: 'PUSH_NAME', pushNames } as const

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

const megabyte = 1024 * 1024

/** Names without end, deflated; never there as a whole. */
const bomb = async (megabytes: number): Promise<Buffer> => {
  const name = { id: '900000000000042@lid', pushname: 'x'.repeat(megabyte) }
  const many = Buffer.from(
    proto.HistorySync.encode({
      syncType: proto.HistorySync.HistorySyncType.PUSH_NAME,
      pushnames: [name],
    }).finish(),
  )
  const deflate = createDeflate()
  const deflated = buffer(deflate)
  for (let at = 0; at < megabytes; at += 1)
    await new Promise<void>((resolve, reject) =>
      deflate.write(many, error => (error ? reject(error) : resolve())),
    )
  deflate.end()
  return await deflated
}

for (const [way, asFile] of [
  ['in the message', false],
  ['on the media host', true],
] as const) {
  test(`One of half a gigabyte that lies ${way}, deflated to half a megabyte, is left out and takes no memory`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice' })
    const deflated = await bomb(512)
    assert.ok(deflated.length < 2 * megabyte)
    const message = historyMessage(piece, asFile ? await wa.media.put(deflated, 'md-msg-hist') : undefined)
    const notification = message.protocolMessage?.historySyncNotification ?? assert.fail()
    if (!asFile) notification.initialHistBootstrapInlinePayload = deflated
    const before = process.resourceUsage().maxRSS
    await wa.phone.tellCompanion(message)
    await alice.send('behind it')
    await until('the message', () => linked.bridge.said.includes('behind it'))
    const more = (process.resourceUsage().maxRSS - before) / 1024
    assert.ok(more < 200, `${more.toFixed(0)} MB more than before`)
    assert.equal(linked.connection.status.state, 'connected')
  })
}
