import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { createDeflate } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import { eventually } from '../simulators/eventually.ts'
import { historyMessage } from '../simulators/whatsapp/history-sync.ts'
import { World } from '../simulators/world.ts'
import { watchMemory } from '../support/memory.ts'

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
  test(`A part of the past of half a gigabyte that lies ${way}, deflated to half a megabyte, takes no memory`, async () => {
    await using world = await World.open()
    const { wa } = world
    const { alice, group } = await world.mapAlice()
    const bridge = await world.run()
    const deflated = await bomb(512)
    assert.ok(deflated.length < 2 * megabyte)
    const piece = { type: 'PUSH_NAME' } as const
    const message = historyMessage(piece, asFile ? await wa.media.put(deflated, 'md-msg-hist') : undefined)
    const notification = message.protocolMessage?.historySyncNotification ?? assert.fail()
    if (!asFile) notification.initialHistBootstrapInlinePayload = deflated
    using memory = watchMemory(bridge.pid)
    await wa.phone.tellCompanion(message)
    await alice.send('behind it')
    await eventually(() => group.transcript().some(({ text }) => text === 'behind it'), 'the message')
    assert.ok(memory.more < 200, `${memory.more.toFixed(0)} MB more than before`)
    wa.assertNoSurprises()
  })
}
