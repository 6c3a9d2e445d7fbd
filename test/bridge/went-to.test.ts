import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ChangeEvent } from '../../src/bridge/event.ts'
import { reject } from '../../src/bridge/verdict.ts'
import { event, waitUntil } from './bridge.ts'
import { openOwnGroup } from './own-group.ts'

const [alice, bob] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const

/** An owner in a group that is mapped to Alice. */
const open = async (t: TestContext, whatsapp: 'whatsapp:49151@s.whatsapp.net' | typeof alice = alice) => {
  const bridge = await openOwnGroup(whatsapp)
  t.after(() => bridge[Symbol.asyncDispose]())
  const { owner, group, store, telegram, middle } = bridge
  const { outbox } = middle
  const says = () => group.transcript().map(({ text }) => text)
  return {
    ...bridge,
    says,
    reads: () => middle.whatsapp.shown.map(({ chat, text }) => [chat, text]),
    async write(text: string): Promise<number> {
      const before = middle.whatsapp.shown.length
      const { message_id: id } = owner.sends(group, text)
      await waitUntil(() => middle.whatsapp.shown.length > before && outbox.counts().pending === 0)
      return id
    },
    remap() {
      store.mappings.remove(whatsapp)
      store.mappings.add({ whatsapp: bob, telegram })
    },
    async told(words: string): Promise<void> {
      await waitUntil(() => says().some(text => text?.startsWith(words)))
    },
  }
}

test('what goes to another chat by now is edited, reacted to and deleted where it was sent', async t => {
  const { group, owner, middle, remap, write, reads, says } = await open(t)
  const id = await write('secret')
  remap()
  owner.edits(group, id, 'mild')
  await waitUntil(() => reads()[0]?.[1] === 'mild')
  owner.reacts(group, id, ['👍'])
  await waitUntil(() => middle.whatsapp.changes.some(change => change.event.kind === 'reaction'))
  owner.sends(group, { text: '/delete', reply_to: id })
  await waitUntil(() => !says().includes('mild'))
  assert.deepEqual(reads(), [])
  assert.deepEqual([...new Set(middle.whatsapp.changes.map(({ chat }) => chat))], [alice])
})

test('what was sent is deleted also where its mapping was removed', async t => {
  const { group, owner, store, write, reads, says } = await open(t)
  const id = await write('secret')
  store.mappings.remove(alice)
  owner.sends(group, { text: '/delete', reply_to: id })
  await waitUntil(() => !says().includes('secret'))
  assert.deepEqual(reads(), [])
})

test('what waits for somebody is deleted there, whoever the chat is mapped to when it goes', async t => {
  const { group, owner, middle, remap, reads, says } = await open(t)
  const { whatsapp, inbox, outbox } = middle
  let letGo: (() => void) | undefined
  whatsapp.scripts.push(async (delivery, show) => {
    await new Promise<void>(resolve => {
      letGo = resolve
    })
    delivery.onSent({ id: show() })
  })
  const { message_id: id } = owner.sends(group, 'secret')
  await waitUntil(() => letGo !== undefined)
  remap()
  owner.sends(group, { text: '/delete', reply_to: id })
  await waitUntil(() => outbox.counts().pending === 2)
  letGo?.()
  inbox.changed({ state: 'connected' })
  await waitUntil(() => !says().includes('secret'))
  assert.deepEqual(reads(), [])
})

test('what was never sent is not said to be deleted', async t => {
  const { group, owner, middle, told, says } = await open(t)
  middle.whatsapp.scripts.push(async () => {
    throw reject('No')
  })
  const { message_id: id } = owner.sends(group, 'secret')
  await told('Not delivered to')
  owner.sends(group, { text: '/delete', reply_to: id })
  await told('Not changed for')
  assert.ok(says().includes('secret'))
  assert.equal(middle.whatsapp.changes.length, 0)
})

test('a deletion under way finds what it deletes when its chat gets another address', async t => {
  const phone = 'whatsapp:49151@s.whatsapp.net'
  const { group, owner, store, middle, write, reads, says } = await open(t, phone)
  const { whatsapp } = middle
  const id = await write('secret')
  const change = whatsapp.change.bind(whatsapp)
  let parts: string[] = []
  whatsapp.change = async attempt => {
    store.chats.learn({ chat: alice, aliases: [phone] })
    parts = attempt.changed.parts.map(part => part.id)
    return change(attempt)
  }
  owner.sends(group, { text: '/delete', reply_to: id })
  await waitUntil(() => !says().includes('secret'))
  assert.deepEqual(parts, [whatsapp.attempts[0]?.messageId])
  assert.deepEqual(reads(), [])
})

const reaction: ChangeEvent = {
  version: 1,
  kind: 'reaction',
  chat: alice,
  id: 'R1',
  sender: { person: bob, name: 'Bob', me: false },
  sentAt: 1_700_000_000_000,
  emoji: '🫠',
  target: { id: 'M1' },
}

test('a note of the bridge is no message: deleting it deletes nothing above it', async t => {
  const { group, owner, middle, told, says } = await open(t)
  middle.inbox.receive([{ event: event(alice, 'A photo', { id: 'M1' }) }])
  await told('A photo')
  middle.inbox.receive([{ event: reaction }])
  await told('🫠')
  const note = group.transcript().find(({ text }) => text?.startsWith('🫠'))
  owner.sends(group, { text: '/delete', reply_to: note?.id ?? 0 })
  await told('Not deleted: this is a note of mine')
  assert.equal(middle.whatsapp.changes.length, 0)
  assert.ok(says().some(text => text === 'A photo'))
})

test('a line of the bridge on what became of a message is no message either', async t => {
  const { group, owner, middle, told, says } = await open(t)
  middle.inbox.receive([{ event: event(alice, 'A photo', { id: 'M1' }) }])
  await told('A photo')
  const { emoji: _, ...head } = reaction
  middle.inbox.receive([{ event: { ...head, kind: 'pin', id: 'P1', pinned: true } }])
  await told('📌')
  const line = group.transcript().find(({ text }) => text?.startsWith('📌'))
  owner.sends(group, { text: '/delete', reply_to: line?.id ?? 0 })
  await told('Not deleted: this is a note of mine')
  assert.equal(middle.whatsapp.changes.length, 0)
  assert.ok(says().some(text => text === 'A photo'))
})

test('whoever asks for what came from WhatsApp to be deleted is told where it is mapped there no more, once', async t => {
  const { group, owner, store, middle, told, says } = await open(t)
  middle.inbox.receive([{ event: event(alice, 'A photo', { id: 'M1' }) }])
  await told('A photo')
  store.mappings.remove(alice)
  const shown = group.transcript().find(({ text }) => text === 'A photo')
  const own = owner.sends(group, 'among ourselves').message_id
  for (const target of [own, shown?.id ?? 0]) owner.sends(group, { text: '/delete', reply_to: target })
  await told('Not deleted')
  await waitUntil(() => middle.outbox.counts().pending === 0)
  assert.deepEqual(
    group.transcript().flatMap(({ text, replyTo }) => (text.startsWith('Not ') ? [[text, replyTo]] : [])),
    [['Not deleted: this chat is mapped to no WhatsApp chat any more', shown?.id]],
  )
  assert.ok(says().includes('A photo'))
  assert.equal(middle.whatsapp.changes.length, 0)
})

test('what the bridge has said itself goes from Telegram, and nothing in WhatsApp', async t => {
  const { group, owner, middle, told, says } = await open(t)
  middle.whatsapp.scripts.push(async () => {
    throw reject('No')
  })
  owner.sends(group, 'secret')
  await told('Not delivered to')
  const notice = group.transcript().find(({ text }) => text?.startsWith('Not delivered to'))
  owner.sends(group, { text: '/delete', reply_to: notice?.id ?? 0 })
  await waitUntil(() => !says().some(text => text?.startsWith('Not delivered to')))
  assert.ok(says().includes('secret'))
  assert.equal(middle.whatsapp.changes.length, 0)
})
