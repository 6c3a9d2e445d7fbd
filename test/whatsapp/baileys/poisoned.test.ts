import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { type BinaryNode, proto } from '@whiskeysockets/baileys'
import type { Contact, Group } from '../../simulators/whatsapp/index.ts'
import { el, unixSeconds } from '../../simulators/whatsapp/node.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

const WAITING = 'Waiting for this message; it may be on the phone already'

const enc = () => el('enc', { v: '2', type: 'msg' }, randomBytes(60))

/** A message that nobody can read, and that its sender does not send again. */
const unreadable = (from: Contact, to?: Group): BinaryNode => {
  const attrs = { id: randomBytes(8).toString('hex'), t: '1790000000', type: 'text', notify: from.pushName }
  return to === undefined
    ? el('message', { ...attrs, from: from.lid, sender_pn: from.pn }, [enc()])
    : el('message', { ...attrs, from: to.jid, participant: from.lid, participant_pn: from.pn }, [enc()])
}

const withFirst = ({ tag, attrs, content }: BinaryNode, first: BinaryNode): BinaryNode => ({
  tag,
  attrs,
  content: [first, ...(Array.isArray(content) ? content : [])],
})

/** Baileys gives up on it before it decrypts anything: what Meta AI says comes first. */
const refused = (from: Contact): BinaryNode =>
  withFirst(unreadable(from), el('enc', { v: '2', type: 'msmsg' }, randomBytes(60)))

const saidIn = ({ bridge }: Linked, chat: string): string[] =>
  bridge.messages.flatMap(({ chat: place, content }) =>
    place === `whatsapp:${chat}` && content.kind === 'text' ? [content.body.text] : [],
  )

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))

test('Messages that Baileys passes by undecrypted hold nobody up, and are announced', async () => {
  await using linked = await Linked.started({ waitingMs: 50 })
  const { wa, bridge } = linked
  const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
  await alice.send('before')
  await until('the first', () => bridge.said.includes('before'))
  for (let turn = 0; turn < 30; turn += 1) wa.inject(refused(alice))
  await alice.send('behind')
  await bob.send('beside')
  await until('both', () => bridge.said.includes('behind') && bridge.said.includes('beside'))
  await until('the refusals', () => wa.nacks.length === 30)
  await until('the placeholders', () => bridge.said.filter(text => text === WAITING).length === 30)
})

test('Of many messages of one chat that nobody can read ten are announced at once, and those that come meanwhile stand there as they are; other chats do not wait', async () => {
  await using linked = await Linked.started({ waitingMs: 50, timing: { placeholders: 3_600_000 } })
  const { wa, bridge } = linked
  const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
  const group = wa.addGroup({ subject: 'Family', participants: [alice, bob] })
  const announced = (chat: string) =>
    bridge.messages.filter(({ chat: place, pending }) => place === `whatsapp:${chat}` && pending).length
  const stanzas = numbers(14).map(() => unreadable(alice, group))
  for (const stanza of stanzas) wa.inject(stanza)
  await until('ten placeholders', () => announced(group.jid) >= 10)
  wa.inject(unreadable(bob))
  await until('the one beside', () => announced(bob.lid) === 1)
  assert.equal(announced(group.jid), 10)
  for (const [turn, { attrs }] of stanzas.entries())
    await alice.send(String(turn), { to: group, ...(attrs['id'] !== undefined && { id: attrs['id'] }) })
  await until('all of them', () => numbers(14).every(turn => saidIn(linked, group.jid).includes(turn)))
  assert.equal(announced(group.jid), 0)
  assert.deepEqual([...bridge.sessions.list('waiting')], [])
})

test('What is announced, and comes again as unreadable as before, lets no other placeholder wait', async () => {
  await using linked = await Linked.started({ waitingMs: 50, timing: { placeholders: 3_600_000 } })
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const group = wa.addGroup({ subject: 'Family', participants: [alice] })
  const announced = () => bridge.messages.filter(({ pending }) => pending).length
  const stanzas = numbers(9).map(() => unreadable(alice, group))
  for (const stanza of stanzas) wa.inject(stanza)
  await until('nine placeholders', () => announced() === 9)
  for (const { tag, attrs } of stanzas) wa.inject(el(tag, attrs, [enc()]))
  wa.inject(unreadable(alice, group))
  await until('the tenth', () => announced() === 10, 20_000)
  assert.deepEqual([...bridge.sessions.list('waiting')], [])
})

test('A message crosses although the name of the business that sends it is none', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const shop = wa.addContact({ pushName: 'Shop' })
  await shop.send('Welcome')
  await until('the first', () => bridge.said.length === 1 && wa.pending.length === 0)
  await linked.stop()
  await shop.send('Your order has left')
  const [stanza] = wa.pending
  assert.ok(stanza !== undefined)
  stanza.content = withFirst(stanza, el('verified_name', {}, Buffer.of(0xff, 0xff))).content ?? []
  await linked.restart({ stopped: true })
  await until('the message', () => linked.bridge.said.includes('Your order has left'))
  await until('its receipt', () => wa.pending.length === 0)
  assert.deepEqual(wa.nacks, [])
  wa.assertNoSurprises()
})

test('A message that comes twice before it is read is read once, and refused never', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  await linked.stop()
  await alice.send('one')
  await alice.send('two')
  const [first] = wa.pending.filter(({ tag }) => tag === 'message')
  assert.ok(first !== undefined)
  // The server has passed it on twice: what waits, and once more before that was looked at.
  wa.enqueue(first)
  await linked.restart({ stopped: true })
  await until('all receipts', () => wa.pending.length === 0)
  assert.deepEqual(linked.bridge.said, ['one', 'two'])
  assert.deepEqual(linked.bridge.again, [])
  assert.deepEqual(wa.nacks, [])
})

test('What comes again because its receipt was lost is answered each time, and never asked for', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  await linked.stop()
  for (const turn of numbers(20)) await alice.send(turn)
  const stanzas = wa.pending.filter(({ tag }) => tag === 'message')
  await linked.restart({ stopped: true })
  for (let time = 1; time <= 3; time += 1) {
    await until('the receipts', () => wa.pending.length === 0)
    await until('the messages', () => linked.bridge.said.length === 20)
    assert.equal(alice.receipts.filter(({ type }) => type === 'inactive').length, time * 20)
    assert.deepEqual(linked.bridge.again, [])
    await linked.stop()
    for (const stanza of stanzas) wa.enqueue(stanza)
    await linked.restart({ stopped: true })
  }
  assert.deepEqual(linked.bridge.said, numbers(20))
  assert.deepEqual(wa.nacks, [])
  assert.deepEqual(
    alice.receipts.filter(({ type }) => type === 'retry'),
    [],
  )
})

test('Poisoned messages among those that waited hold up nobody in their chat, nor in others', async () => {
  await using linked = await Linked.started({ waitingMs: 50 })
  const { wa } = linked
  const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  await linked.stop()
  for (const turn of numbers(10)) {
    await alice.send(turn)
    wa.enqueue(turn === '3' ? refused(alice) : unreadable(alice))
    await bob.send(turn, { to: group })
    wa.enqueue(unreadable(alice, group))
    await alice.send(turn, { to: group, id: `A${turn}` })
    await bob.send(turn)
  }
  await linked.restart({ stopped: true })
  const chats = [alice.lid, bob.lid, group.jid]
  await until('all that can be read', () => chats.flatMap(chat => saidIn(linked, chat)).length === 40)
  assert.deepEqual(saidIn(linked, alice.lid), numbers(10))
  assert.deepEqual(saidIn(linked, bob.lid), numbers(10))
  assert.deepEqual(
    saidIn(linked, group.jid),
    numbers(10).flatMap(turn => [turn, turn]),
  )
  await until('everything', () => wa.pending.length === 0)
  await until('the placeholders', () => linked.bridge.said.filter(text => text === WAITING).length === 20)
})

test('A status that cannot be read holds nothing up at the next login, and is announced', async () => {
  await using linked = await Linked.started({ waitingMs: 50 })
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  await linked.stop()
  const about = { from: 'status@broadcast', participant: alice.lid, participant_pn: alice.pn }
  wa.enqueue(el('message', { ...about, id: 'S1', t: String(unixSeconds()), type: 'text' }, [enc()]))
  await alice.send('beside')
  await linked.restart({ stopped: true })
  await until('the message', () => linked.bridge.said.includes('beside'))
  await until('the placeholder', () => linked.bridge.said.includes(WAITING))
  await until('its ack', () => wa.pending.length === 0)
  assert.ok(wa.requests.some(({ tag, attrs }) => tag === 'receipt' && attrs['type'] === 'retry'))
  await linked.stop()
  await alice.send('behind')
  await linked.restart({ stopped: true })
  await until('the next message', () => linked.bridge.said.includes('behind'))
  assert.deepEqual(wa.nacks, [])
})

test('A message that was damaged on the way crosses when it is asked for, once, behind those that waited with it', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  await linked.stop()
  for (const turn of numbers(5)) await alice.send(turn)
  for (const node of wa.pending.filter(({ tag }) => tag === 'message').slice(1, 3)) damage(node)
  await linked.restart({ stopped: true })
  await until('all', () => linked.bridge.said.length === 5)
  assert.deepEqual(linked.bridge.said.slice(0, 3), ['0', '3', '4'])
  assert.deepEqual(linked.bridge.said.slice(3).toSorted(), ['1', '2'])
  assert.deepEqual(linked.bridge.again, [])
})

test('A post of a channel that is no message holds nobody up, now or after a restart, and stands as one that is not known', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const channel = wa.addChannel()
  const post = (content: Uint8Array, id: string): BinaryNode =>
    el('message', { id, server_id: id, t: '1790000000' }, [el('plaintext', {}, Buffer.from(content))])
  await alice.send('one')
  await until('the first', () => linked.bridge.said.includes('one'))
  wa.inject(
    el('notification', { id: 'N1', t: '1790000000', from: channel.jid, type: 'newsletter' }, [
      post(Buffer.of(0xff, 0xff), '5'),
      post(proto.Message.encode({ conversation: 'news' }).finish(), '6'),
    ]),
  )
  await alice.send('two')
  await until('all', () => linked.bridge.said.length === 4)
  const unknown = 'A message of a kind not supported yet; open WhatsApp'
  assert.deepEqual(linked.bridge.said, ['one', unknown, 'news', 'two'])
  await linked.restart()
  await alice.send('three')
  await until('the third', () => linked.bridge.said.includes('three'))
  assert.equal(linked.bridge.said.length, 5)
})

const damage = ({ content }: BinaryNode): void => {
  const [part] = Array.isArray(content) ? content : []
  assert.ok(part?.content instanceof Uint8Array)
  const inside = part.content.length - 30
  part.content[inside] = (part.content[inside] ?? 0) ^ 1
}
