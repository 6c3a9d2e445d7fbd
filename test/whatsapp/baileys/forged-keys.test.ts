import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bundleNodes, forgeBundle } from '../../simulators/whatsapp/device-keys.ts'
import type { Contact, Spoilt } from '../../simulators/whatsapp/index.ts'
import { bigEndian, el, unixSeconds } from '../../simulators/whatsapp/node.ts'
import { until } from '../support.ts'
import { failureOf } from './changes.ts'
import { Linked } from './linked.ts'

/** So many are told to have joined, and Baileys has handled that, too. */
const haveJoined = ({ bridge, wa }: Linked, count = 1): boolean => {
  const told = bridge.messages.filter(
    ({ content }) => content.kind === 'placeholder' && content.label === 'Has joined the group',
  )
  return wa.pending.length === 0 && told.length === count
}

const texts = ({ inbox }: Contact) => inbox.map(({ shown }) => shown?.text)

test('A message for somebody whose keys do not verify is refused in words, and goes when they do', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  wa.forgeBundle(alice)
  const failure = await failureOf(linked.deliver('secret', { chat: `whatsapp:${alice.lid}` }))
  assert.equal(failure.verdict.kind, 'reject')
  assert.equal(failure.message, 'WhatsApp gave keys for this contact that do not verify')
  assert.equal(failure.chatUnreachable, false)
  assert.equal(wa.requests.filter(({ tag }) => tag === 'message').length, 0)
  wa.forgeBundle(alice, false)
  await linked.deliver('open', { chat: `whatsapp:${alice.lid}` })
  await until('the second', () => alice.inbox.length === 1)
  assert.deepEqual(texts(alice), ['open'])
})

test('Where the keys of the own phone do not verify, nothing is sent behind its back', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  // As after a restored backup: no session with it is known here.
  const sessions = [...linked.bridge.sessions.list('session')]
  linked.bridge.sessions.set(sessions.map(({ id }) => ({ type: 'session', id, value: null })))
  wa.forgeBundle('me')
  const failure = await failureOf(linked.deliver('hello', { chat: `whatsapp:${alice.lid}` }))
  assert.equal(failure.message, 'WhatsApp gave keys for your own phone that do not verify')
  assert.deepEqual(texts(alice), [])
})

for (const addressing of ['lid', 'pn'] as const) {
  test(`One member whose keys do not verify does not close a group addressed by ${addressing}, and is named`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const [alice, mallory] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Mallory' })]
    await until('the name', () => linked.bridge.known.some(({ name }) => name === 'Mallory'))
    const group = wa.addGroup({ subject: 'Class', participants: [alice, mallory], addressing })
    wa.forgeBundle(mallory)
    for (const text of ['one', 'two', 'three']) await linked.deliver(text, { chat: `whatsapp:${group.jid}` })
    await until('all three', () => alice.inbox.length === 3)
    assert.deepEqual(texts(alice), ['one', 'two', 'three'])
    assert.deepEqual(linked.told, ['Mallory may not get this: WhatsApp gave keys that do not verify'])
  })

  test(`Nor does it one who comes when all others have the key of a group addressed by ${addressing}`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const [alice, mallory] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Mallory' })]
    await until('the name', () => linked.bridge.known.some(({ name }) => name === 'Mallory'))
    const group = wa.addGroup({ subject: 'Class', participants: [alice], addressing })
    await linked.deliver('before', { chat: `whatsapp:${group.jid}` })
    wa.forgeBundle(mallory)
    group.add([mallory])
    await until('the notice', () => haveJoined(linked))
    for (const text of ['one', 'two']) await linked.deliver(text, { chat: `whatsapp:${group.jid}` })
    await until('all', () => alice.inbox.length === 3)
    assert.deepEqual(texts(alice), ['before', 'one', 'two'])
    assert.deepEqual(linked.told, ['Mallory may not get this: WhatsApp gave keys that do not verify'])
  })
}

for (const addressing of ['lid', 'pn'] as const) {
  test(`A member of whom WhatsApp has no keys does not close a group addressed by ${addressing}, when it is new or later`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const [alice, gone] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Gone' })]
    const late = wa.addContact({ name: 'Late' })
    for (const each of [gone, late]) wa.refuseKeys(each)
    const group = wa.addGroup({ subject: 'Class', participants: [alice, gone], addressing })
    await linked.deliver('one', { chat: `whatsapp:${group.jid}` })
    group.add([late])
    await until('the notice', () => haveJoined(linked))
    await linked.deliver('two', { chat: `whatsapp:${group.jid}` })
    await until('both', () => alice.inbox.length === 2)
    assert.deepEqual(texts(alice), ['one', 'two'])
    assert.deepEqual(linked.told, [])
  })
}

const spoilt: readonly Spoilt[] = [
  { part: 'identity', how: 'missing' },
  { part: 'skey', how: 'missing' },
  { part: 'skey/id', how: 'missing' },
  { part: 'skey/value', how: 'short' },
  { part: 'skey/signature', how: 'missing' },
  { part: 'key/id', how: 'missing' },
  { part: 'key/value', how: 'short' },
]

for (const { part, how } of spoilt) {
  test(`Members in whose keys "${part}" is ${how} do not close a group, whenever they come, are named, and sent nothing by themselves`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const [alice, mallory, late] = ['Alice', 'Mallory', 'Late'].map(name => wa.addContact({ name }))
    assert.ok(alice && mallory && late)
    await until('the names', () => linked.bridge.known.some(({ name }) => name === 'Late'))
    for (const each of [mallory, late]) wa.spoilBundle(each, { part, how })
    const group = wa.addGroup({ subject: 'Class', participants: [alice, mallory] })
    const other = wa.addGroup({ subject: 'Choir', participants: [alice] })
    await linked.deliver('one', { chat: `whatsapp:${group.jid}` })
    await linked.deliver('two', { chat: `whatsapp:${other.jid}` })
    other.add([late])
    await until('the notice', () => haveJoined(linked))
    await linked.deliver('three', { chat: `whatsapp:${other.jid}` })
    await until('all', () => alice.inbox.length === 3)
    assert.deepEqual(texts(alice), ['one', 'two', 'three'])
    assert.deepEqual(linked.told, [
      'Mallory may not get this: WhatsApp gave keys that do not verify',
      'Late may not get this: WhatsApp gave keys that do not verify',
    ])

    const eve = wa.addContact({ name: 'Eve' })
    wa.spoilBundle(eve, { part, how })
    const failure = await failureOf(linked.deliver('secret', { chat: `whatsapp:${eve.lid}` }))
    assert.equal(failure.verdict.kind, 'reject')
    assert.equal(failure.message, 'WhatsApp gave keys for this contact that do not verify')
  })
}

test('Whoever asks for a message of a group again gets it, whatever the keys of others are', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const [alice, mallory, gone] = ['Alice', 'Mallory', 'Gone'].map(name => wa.addContact({ name }))
  assert.ok(alice && mallory && gone)
  wa.spoilBundle(mallory, { part: 'identity', how: 'missing' })
  wa.refuseKeys(gone)
  const group = wa.addGroup({ subject: 'Class', participants: [alice] })
  await linked.deliver('one', { chat: `whatsapp:${group.jid}` })
  await until('the first', () => alice.inbox.length === 1)
  for (const each of [mallory, gone]) group.add([each])
  await until('the notices', () => haveJoined(linked, 2))
  alice.failToRead()
  await linked.deliver('two', { chat: `whatsapp:${group.jid}` })
  await until('the second', () => alice.inbox.length === 2)
  assert.deepEqual(texts(alice), ['one', 'two'])
})

test('Keys in what asks for a message again make no session where they do not verify: the answer goes in the one that is known', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  await alice.send('hello')
  await until('her message', () => linked.bridge.said.includes('hello'))
  await linked.deliver('for Alice', { chat: `whatsapp:${alice.lid}` })
  const [first] = await until('it', () => alice.inbox.length === 1 && wa.pending.length === 0 && alice.inbox)
  const { handset } = alice
  const t = String(unixSeconds())
  const content = [
    el('retry', { count: '2', id: first?.id, t, v: '1' }),
    el('registration', {}, bigEndian(handset.device.registrationId, 4)),
    el('keys', {}, bundleNodes(forgeBundle(handset.device.bundle()))),
  ]
  wa.enqueue(el('receipt', { from: alice.lid, id: first?.id, t, type: 'retry' }, content))
  await until('a copy that she can read', () => alice.inbox[0]?.copies === 2 && wa.pending.length === 0)
  assert.deepEqual(wa.problems, [])
  await linked.deliver('for Alice, too', { chat: `whatsapp:${alice.lid}` })
  await until('the next message', () => alice.inbox.length === 2)
  assert.deepEqual(wa.problems, [])
  wa.assertNoSurprises()
})

test('Without the number of its registration somebody’s phone gets what is for it', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  wa.spoilBundle(alice, { part: 'registration', how: 'missing' })
  await linked.deliver('hello', { chat: `whatsapp:${alice.lid}` })
  await until('it', () => alice.inbox.length === 1)
  assert.deepEqual(texts(alice), ['hello'])
})

test('Somebody of whom WhatsApp has no keys cannot be written to', async () => {
  await using linked = await Linked.started()
  const gone = linked.wa.addContact({ name: 'Gone' })
  linked.wa.refuseKeys(gone)
  const failure = await failureOf(linked.deliver('hello', { chat: `whatsapp:${gone.lid}` }))
  assert.equal(failure.message, 'WhatsApp says this chat cannot be written to (406)')
  assert.equal(failure.chatUnreachable, true)
})
