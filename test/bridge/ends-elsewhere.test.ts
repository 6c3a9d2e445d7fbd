import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endWhatIsOver } from '../../src/bridge/expire.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, quiet, waitUntil } from './bridge.ts'
import { chat, says } from './conversation.ts'
import { carried, openGroup } from './family.ts'
import { openMiddle } from './middle.ts'

const mum = 'whatsapp:1@lid'
const hour = 3_600_000

for (const what of ['removed', 'moved to another group']) {
  test(`what disappears goes from where it stands, though its mapping was ${what}`, async () => {
    await using tg = await startTelegramSimulator()
    const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
    const more = { botRights: { can_delete_messages: true }, members: [owner] }
    const group = tg.addSupergroup({ title: 'Mum', ...more })
    const other = tg.addSupergroup({ title: 'Other', ...more })
    using store = tempStore()
    await using middle = openMiddle(store, tg)
    const { whatsapp, inbox, outbox } = middle
    await middle.start()
    store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
    const end = Date.now() + hour
    whatsapp.scripts.push(async (delivery, show) => delivery.onSent({ id: show(), expiresAt: end }))
    owner.sends(group, 'my pin is 1234')
    await waitUntil(() => whatsapp.shown.length === 1)
    inbox.receive([{ event: event(mum, 'hers', { id: 'M1', expiresAt: end }) }])
    await waitUntil(() => group.transcript().length === 2 && outbox.counts().pending === 0)
    store.mappings.remove(mum)
    if (what !== 'removed') store.mappings.add({ whatsapp: mum, telegram: `telegram:${other.id}` })
    const tools = {
      store,
      outbox,
      newMessageId: () => whatsapp.newMessageId(),
      disappearing: true,
      log: quiet,
    }
    endWhatIsOver(tools, { time: end + 1, now: Date.now() })
    inbox.changed({ state: 'connected' })
    await waitUntil(() => group.transcript().length === 0)
    assert.deepEqual(other.transcript(), [])
    assert.equal(outbox.counts().failed, 0)
  })
}

for (const what of ['removed', 'moved to another group']) {
  test(`what disappears while it waits does not stay where it goes, though its mapping was ${what}`, async () => {
    await using family = await openGroup()
    const { tg, store, seen } = family
    const other = tg.addSupergroup({ title: 'Other', botRights: {} })
    await using middle = family.open()
    const { inbox, outbox } = middle
    const end = Date.now() + hour
    inbox.receive([{ event: says('M1', 'my pin is 1234', { expiresAt: end }) }])
    store.mappings.remove(chat)
    if (what !== 'removed') store.mappings.add({ whatsapp: chat, telegram: `telegram:${other.id}` })
    const tools = { store, outbox, newMessageId: () => 'END', disappearing: true, log: quiet }
    assert.ok(endWhatIsOver(tools, { time: end + 1, now: Date.now() }))
    await middle.start()
    await carried(middle)
    assert.deepEqual(seen(), [])
    assert.deepEqual(other.transcript(), [])
    assert.equal(outbox.counts().failed, 0)
  })
}
