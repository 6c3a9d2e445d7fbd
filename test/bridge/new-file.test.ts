import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent } from '../../src/bridge/event.ts'
import { retry } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { event, waitUntil } from './bridge.ts'
import { openOwnGroup } from './own-group.ts'

const [mum, bob] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const

const photo = (width: number) => ({ photo: { bytes: jpeg(width, 480), name: 'a.jpg' } })

/** An owner whose photo has gone to Mum. */
const open = async () => {
  const bridge = await openOwnGroup(mum)
  const { owner, group, middle } = bridge
  const { whatsapp, outbox } = middle
  const { message_id: id } = owner.sends(group, { ...photo(640), caption: 'one' })
  const settled = (shown: number) =>
    waitUntil(() => whatsapp.shown.length === shown && outbox.counts().pending === 0)
  await settled(1)
  const replace = () => owner.edits(group, id, { ...photo(320), caption: 'one' })
  return { ...bridge, id, replace, settled }
}

test('a file that was replaced and the one before are one message: what is deleted are both', async () => {
  await using bridge = await open()
  const { owner, group, middle, id, replace, settled } = bridge
  replace()
  await settled(2)
  owner.sends(group, { text: '/delete', reply_to: id })
  await waitUntil(() => group.transcript().every(each => each.id !== id))
  assert.deepEqual(middle.whatsapp.shown, [])
  assert.equal(middle.whatsapp.attempts.at(-1)?.replyTo?.id, middle.whatsapp.attempts[0]?.messageId)
})

test('what others do with a file that was put in the place of another is about the message of both', async () => {
  await using bridge = await open()
  const { group, middle, id, replace, settled } = bridge
  replace()
  await settled(2)
  const second = middle.whatsapp.shown[1]?.id ?? ''
  const reaction: ChangeEvent = {
    version: 1,
    kind: 'reaction',
    chat: mum,
    id: 'R1',
    sender: { person: mum, me: false },
    sentAt: 1_700_000_000_000,
    emoji: '👍',
    target: { id: second },
  }
  middle.inbox.receive([
    { event: reaction },
    { event: event(mum, 'nice', { id: 'W1', replyTo: { id: second } }) },
  ])
  await waitUntil(() => group.transcript().some(({ replyTo }) => replyTo === id))
  await waitUntil(() => group.transcript().some(each => each.id === id && each.reactions.length === 1))
  assert.equal(middle.outbox.counts().failed, 0)
})

test('an answer to a file that was put in the place of another quotes that file', async () => {
  await using bridge = await open()
  const { owner, group, middle, id, replace, settled } = bridge
  replace()
  await settled(2)
  owner.sends(group, { text: 'this one', reply_to: id })
  await settled(3)
  const [, second, answer] = middle.whatsapp.shown
  assert.equal(answer?.replyTo, second?.id)
})

test('a file that takes the place of one that went elsewhere goes to nobody', async () => {
  await using bridge = await open()
  const { group, middle, store, telegram, replace } = bridge
  store.mappings.remove(mum)
  store.mappings.add({ whatsapp: bob, telegram })
  replace()
  await waitUntil(() => group.transcript().some(({ text }) => text?.startsWith('Not sent: I cannot tell')))
  assert.equal(middle.whatsapp.shown.length, 1)
})

test('a file is replaced, too, when a message with its number has come from another group since', async () => {
  await using bridge = await open()
  const { owner, middle, store, tg, id, replace, settled } = bridge
  const other = tg.addSupergroup({ title: 'Bob', botRights: {}, members: [owner] })
  store.mappings.add({ whatsapp: bob, telegram: `telegram:${other.id}` })
  assert.equal(owner.sends(other, 'hi').message_id, id)
  await settled(2)
  replace()
  await settled(3)
  assert.deepEqual(
    middle.whatsapp.shown.map(each => [each.chat, each.kind]),
    [
      [mum, 'media'],
      [bob, 'text'],
      [mum, 'media'],
    ],
  )
})

for (const when of ['fails', 'is under way', 'fails in an album'] as const) {
  test(`a file that was put in the place of one that ${when} does not outlive the message: /delete is about both`, async () => {
    await using bridge = await openOwnGroup(mum)
    const { owner, group, middle } = bridge
    const { whatsapp, outbox } = middle
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const send = whatsapp.send.bind(whatsapp)
    let attempts = 0
    let isFailing = when !== 'is under way'
    whatsapp.send = async delivery => {
      attempts++
      if (isFailing) throw retry('WhatsApp refused the message for now (479)')
      await mayEnd
      await send(delivery)
    }
    const album = when === 'fails in an album' ? { media_group_id: '77' } : {}
    const { message_id: id } = owner.sends(group, { ...photo(640), ...album })
    await waitUntil(() => attempts > 0)
    owner.edits(group, id, photo(320))
    await waitUntil(() => outbox.counts().pending === 2)
    owner.sends(group, { text: '/delete', reply_to: id })
    await waitUntil(() => outbox.counts().pending !== 2)
    isFailing = false
    end()
    await waitUntil(() => outbox.counts().pending === 0)
    assert.ok(group.transcript().every(each => each.id !== id))
    assert.deepEqual([whatsapp.shown, outbox.counts().failed], [[], 0])
  })
}
