import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Content } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import type { Fault } from '../simulators/telegram/faults.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [mum, dad] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const

/** They have no words; what is said of who has sent them stands in a message of its own. */
const sticker = (size: number): Content => ({
  kind: 'media',
  as: 'sticker',
  media: { source: String(size), size },
  caption: plainText(''),
})

const notThere: Fault = 'reset-before'
const there: Fault = 'reply-lost'

for (const [what, faults] of [
  ['the first is not there', [notThere, there]],
  ['the second is not there', [there, notThere]],
  ['both are there', [there, there]],
  ['neither is there', [notThere, notThere]],
] as const)
  test(`of two stickers of two chats in doubt in one place each stands there once, where ${what}`, async () => {
    await using tg = await startTelegramSimulator()
    const group = tg.addSupergroup({ title: 'Home', botRights: {} })
    using store = tempStore()
    store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
    store.mappings.add({ whatsapp: dad, telegram: `telegram:${group.id}`, toTelegramOnly: true })
    await using middle = openMiddle(store, tg)
    middle.whatsapp.files = ({ source }) => Readable.from([Buffer.alloc(Number(source), 1)])
    await middle.start()
    middle.inbox.receive([{ event: event(mum, 'hello') }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
    for (const fault of faults) tg.faults.next('sendSticker', fault)
    middle.inbox.receive([{ event: event(mum, sticker(2000)) }, { event: event(dad, sticker(3000)) }])
    await waitUntil(() => middle.outbox.counts().pending === 0)
    const sizes = group.transcript().flatMap(({ file }) => file?.size ?? [])
    assert.deepEqual([sizes.sort(), middle.outbox.counts().failed, tg.faults.waiting], [[2000, 3000], 0, 0])
    tg.assertNoSurprises()
  })
