import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { before, test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import type { Content } from '../../../src/bridge/event.ts'
import { Timers, timerIn } from '../../../src/whatsapp/baileys/timers.ts'
import { files } from '../../simulators/samples.ts'
import type { Contact } from '../../simulators/whatsapp/index.ts'
import { trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { tempStore } from '../../store/temp-store.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

before(trustTestCa)

const week = 604_800
const day = 86_400
/** Milliseconds. */
const hour = 3_600_000

const setting = (ephemeralExpiration: number): proto.IMessage => ({
  protocolMessage: { type: proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING, ephemeralExpiration },
})

const kinds: readonly Content[] = [
  { kind: 'text', body: { text: 'gone soon', spans: [] } },
  { kind: 'location', latitude: 52.5, longitude: 13.4 },
  { kind: 'contacts', contacts: [{ name: 'Jane', phones: ['15551230000'], vcard: '' }] },
  { kind: 'poll', question: 'Tea?', options: ['Yes', 'No'], choices: 1 },
]

/** Sends each kind, and returns for how long a phone keeps them. */
const lasting = async (linked: Linked, chat: string, reader: Contact): Promise<(number | undefined)[]> => {
  const before = reader.inbox.length
  for (const content of kinds) await linked.deliver(content, { chat: `whatsapp:${chat}` })
  await until('all of them', () => reader.inbox.length === before + kinds.length)
  return reader.inbox.slice(before).map(({ shown }) => shown?.lasts)
}

test('What is sent to a chat with a timer lasts as long as that says, also after a restart, until it is off', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  const tell = async (seconds: number): Promise<void> => {
    const heard = linked.bridge.messages.length
    await alice.send(setting(seconds))
    await until('the setting', () => linked.bridge.messages.length > heard)
  }
  assert.deepEqual(await lasting(linked, alice.lid, alice), [undefined, undefined, undefined, undefined])
  await tell(week)
  assert.deepEqual(await lasting(linked, alice.lid, alice), [week, week, week, week])
  await linked.restart()
  assert.deepEqual(await lasting(linked, alice.lid, alice), [week, week, week, week])
  await tell(0)
  assert.deepEqual(await lasting(linked, alice.lid, alice), [undefined, undefined, undefined, undefined])
  linked.wa.assertNoSurprises()
})

test('When what is sent vanishes is reported with it, of each part', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  const chat = `whatsapp:${alice.lid}` as const
  await linked.deliver('for ever', { chat })
  await alice.send(setting(week))
  await until('the setting', () => linked.bridge.messages.length > 0)
  const voice: Content = {
    kind: 'media',
    as: 'voice',
    media: { source: 'x', mimeType: 'audio/ogg', seconds: 1 },
    caption: { text: 'said and written', spans: [] },
  }
  const time = () => linked.connection.time ?? Number.NaN
  const from = time()
  await linked.deliver(voice, { chat, openMedia: async () => Readable.from([files.voice()]) })
  const [lasting, ...parts] = linked.sent
  assert.equal(lasting?.expiresAt, undefined)
  assert.equal(parts.length, 2)
  for (const { expiresAt = 0 } of parts) {
    assert.ok(expiresAt >= from + week * 1000 && expiresAt <= time() + week * 1000)
  }
})

test('A message that disappears tells of the timer, also one that the owner wrote on the phone', async () => {
  await using linked = await Linked.started()
  const [alice, bob] = ['Alice', 'Bob'].map(name => linked.wa.addContact({ name }))
  assert.ok(alice && bob)
  const message = { extendedTextMessage: { text: 'hello', contextInfo: { expiration: day } } }
  await alice.send(message)
  await linked.wa.phone.send(bob, message)
  await until('both', () => linked.bridge.messages.length === 2)
  for (const person of [alice, bob]) {
    assert.deepEqual(await lasting(linked, person.lid, person), [day, day, day, day])
  }
})

test('The timer of a group is what WhatsApp tells of it, not what a member claims', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  const group = linked.wa.addGroup({ subject: 'Family', participants: [alice] })
  await alice.send({ extendedTextMessage: { text: 'x', contextInfo: { expiration: day } } }, { to: group })
  await alice.send(setting(day), { to: group })
  await until('both', () => linked.bridge.said.includes('Disappearing messages: 24 hours'))
  assert.deepEqual(await lasting(linked, group.jid, alice), [undefined, undefined, undefined, undefined])
  group.disappear(week)
  await until('the notice', () => linked.bridge.said.includes('Disappearing messages: 7 days'))
  assert.deepEqual(await lasting(linked, group.jid, alice), [week, week, week, week])
})

test('A timer that is changed while the clock is an hour behind counts, of a person and of a group, and what it was before does not', async t => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  const group = linked.wa.addGroup({ subject: 'Family', participants: [alice] })
  const set = async (seconds: number): Promise<void> => {
    const told = () => linked.bridge.said.filter(words => words.startsWith('Disappearing messages')).length
    const before = told()
    await alice.send(setting(seconds))
    group.disappear(seconds)
    await until('both settings', () => told() === before + 2)
  }
  assert.deepEqual(await lasting(linked, group.jid, alice), [undefined, undefined, undefined, undefined])
  await set(week)
  assert.deepEqual(await lasting(linked, alice.lid, alice), [week, week, week, week])
  assert.deepEqual(await lasting(linked, group.jid, alice), [week, week, week, week])
  const right = Date.now
  t.mock.method(Date, 'now', () => right() - hour)
  linked.wa.advanceClock(hour)
  await set(day)
  assert.deepEqual(await lasting(linked, alice.lid, alice), [day, day, day, day])
  assert.deepEqual(await lasting(linked, group.jid, alice), [day, day, day, day])
})

test('The timer of a group that is new lasts, also where it is changed before the news of the group are told', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  await linked.stop()
  const group = linked.wa.addGroup({ subject: 'Family', participants: [alice] })
  group.disappear(week)
  linked.reopen()
  await linked.start()
  await until('the notice', () => linked.bridge.said.includes('Disappearing messages: 7 days'))
  assert.deepEqual(await lasting(linked, group.jid, alice), [week, week, week, week])
})

test('The timer with which a group is made is as old as the group: what it is set to behind that counts, however late both are told', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  await linked.stop()
  const group = linked.wa.addGroup({ subject: 'Family', participants: [alice], lasts: day })
  group.welcome(alice)
  group.disappear(week)
  linked.wa.advanceClock(hour)
  linked.reopen()
  await linked.start()
  await until('the notice', () => linked.bridge.said.includes('Disappearing messages: 7 days'))
  assert.deepEqual(await lasting(linked, group.jid, alice), [week, week, week, week])
})

test('What was written down by a clock that was ahead holds up no later setting', () => {
  using store = tempStore()
  const sessions = store.session('x')
  new Timers(sessions, () => 9_000_000).learn('a@lid', { seconds: week, setAt: 8000 })
  const timers = new Timers(sessions, () => 7_000_000)
  timers.learn('a@lid', { seconds: day, setAt: 6000 })
  assert.equal(timers.of('a@lid')?.seconds, day)
})

test('The newest setting counts, whatever order they come in, and none can be from the future', () => {
  using store = tempStore()
  const timers = new Timers(store.session('x'))
  timers.learn('a@lid', { seconds: week, setAt: 200 })
  timers.learn('a@lid', { seconds: day, setAt: 100 })
  assert.deepEqual(timers.of('a@lid'), { seconds: week, setAt: 200 })
  timers.learn('a@lid', { seconds: day, setAt: 2 ** 40 })
  timers.learn('a@lid', { seconds: 0, setAt: Math.ceil(Date.now() / 1000) + 1 })
  assert.equal(timers.of('a@lid')?.seconds, 0)
  timers.learn('b@lid', { seconds: 0, setAt: 1 })
  assert.equal(timers.of('b@lid'), undefined)
})

test('A message in wrappers tells its timer, and one without any tells none', () => {
  const inner = { imageMessage: { contextInfo: { expiration: day, ephemeralSettingTimestamp: 7 } } }
  const wrapped = { ephemeralMessage: { message: inner } }
  assert.deepEqual(timerIn({ key: {}, message: wrapped, messageTimestamp: 9 }), { seconds: day, setAt: 7 })
  assert.equal(timerIn({ key: {}, message: { conversation: 'x' }, messageTimestamp: 9 }), undefined)
  assert.equal(timerIn({ key: {} }), undefined)
})
