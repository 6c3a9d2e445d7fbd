import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offline } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const mum = 'whatsapp:1@lid'

test('a picture of an album that waits is changed where it waits, and one that is taken back never goes', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({
    title: 'Mum',
    botRights: { can_delete_messages: true },
    members: [owner],
  })
  using store = tempStore()
  await using middle = openMiddle(store, tg)
  const { whatsapp, inbox, outbox } = middle
  await middle.start()
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
  whatsapp.scripts.push(async () => {
    whatsapp.status = { state: 'connecting' }
    throw offline('away')
  })
  owner.sends(group, 'first')
  await waitUntil(() => whatsapp.attempts.length === 1)
  const ids = ['one', 'two', 'three'].map(caption => {
    const photo = { bytes: jpeg(640, 480), name: `${caption}.jpg` }
    return owner.sends(group, { photo, caption, media_group_id: '77' }).message_id
  })
  const [first = 0, second = 0] = ids
  await waitUntil(
    () => store.links.find({ chat: `telegram:${group.id}`, id: String(ids.at(-1)) }) !== undefined,
  )
  owner.edits(group, first, { caption: 'the first' })
  owner.sends(group, { text: '/delete', reply_to: second })
  await waitUntil(() => group.transcript().every(({ id }) => id !== second))
  whatsapp.status = { state: 'connected' }
  inbox.changed({ state: 'connected' })
  await waitUntil(() => whatsapp.shown.length === 2 && outbox.counts().pending === 0)
  const contents = whatsapp.attempts.map(({ event }) => event.content)
  assert.deepEqual(
    contents.flatMap(content =>
      content.kind === 'album' ? content.items.map(item => item.caption.text) : [],
    ),
    ['the first', 'three'],
  )
  assert.equal(whatsapp.changes.length, 0)
})
