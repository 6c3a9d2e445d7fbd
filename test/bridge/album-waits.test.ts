import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offline } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { waitUntil } from './bridge.ts'
import { openOwnGroup } from './own-group.ts'

test('a picture of an album that waits is changed where it waits, and one that is taken back never goes', async () => {
  await using bridge = await openOwnGroup('whatsapp:1@lid')
  const { owner, group, store, telegram } = bridge
  const { whatsapp, inbox, outbox } = bridge.middle
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
  await waitUntil(() => store.links.find({ chat: telegram, id: String(ids.at(-1)) }) !== undefined)
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

test('what is sent at one time is one album where time leaps, however long the next poll is on its way', async () => {
  await using bridge = await openOwnGroup('whatsapp:1@lid')
  const { tg, owner, group } = bridge
  const { whatsapp, outbox } = bridge.middle
  tg.faults.next('getUpdates', { lateMs: 30 }, { times: Number.POSITIVE_INFINITY })
  // The second one asks for the same again: it brings one picture alone.
  await waitUntil(() => tg.callsOf('getUpdates').length === 2)
  for (const caption of ['one', 'two', 'three'])
    owner.sends(group, {
      photo: { bytes: jpeg(640, 480), name: 'a.jpg' },
      caption,
      media_group_id: '77',
    })
  await waitUntil(() => tg.pendingUpdates === 0 && outbox.counts().pending === 0)
  assert.deepEqual(
    whatsapp.attempts.map(({ event: { content } }) => content.kind === 'album' && content.items.length),
    [3],
  )
})

test('of an album that was announced nothing is taken out any more: what is taken back goes, and is deleted', async () => {
  await using bridge = await openOwnGroup('whatsapp:1@lid')
  const { owner, group, store, telegram } = bridge
  const { whatsapp, inbox, outbox } = bridge.middle
  whatsapp.scripts.push(
    async delivery => {
      delivery.onSent({ id: delivery.messageId, raw: 'head', announces: true })
      whatsapp.status = { state: 'connecting' }
      throw offline('away')
    },
    async (delivery, show) => {
      for (const item of [0, 1]) delivery.onSent({ id: show(item + 1), item })
    },
  )
  const [one, two] = ['one', 'two'].map(caption => {
    const photo = { bytes: jpeg(640, 480), name: `${caption}.jpg` }
    return String(owner.sends(group, { photo, caption, media_group_id: '77' }).message_id)
  })
  await waitUntil(() => whatsapp.attempts.length === 1)
  owner.sends(group, { text: '/delete', reply_to: Number(two) })
  const behind = owner.sends(group, 'behind it')
  await waitUntil(() => store.links.find({ chat: telegram, id: String(behind.message_id) }) !== undefined)
  whatsapp.status = { state: 'connected' }
  inbox.changed({ state: 'connected' })
  await waitUntil(() => outbox.counts().pending === 0)
  const again = whatsapp.attempts[1]
  assert.equal(again?.event.content.kind === 'album' && again.event.content.items.length, 2)
  const [head, , second, ...others] = again?.sent ?? []
  assert.deepEqual([head?.id, head?.announces, others], [again?.messageId, true, []])
  assert.deepEqual(
    whatsapp.changes.map(({ event, changed }) => [event.kind, changed.parts.map(({ id }) => id)]),
    [['deletion', [second?.id]]],
  )
  const announcement = { chat: 'whatsapp:1@lid', id: head?.id ?? '' } as const
  assert.equal(store.links.counterpart(announcement, telegram)?.id, one)
})
