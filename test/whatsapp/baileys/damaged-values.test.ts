import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { el, unixSeconds } from '../../simulators/whatsapp/node.ts'
import { RecordingBridge, until } from '../support.ts'
import { Linked } from './linked.ts'

/** Changes what the disk holds while nothing runs: one value of each row of these types loses its end. */
const spoil = (linked: Linked, ...types: readonly string[]): string[] => {
  using bridge = new RecordingBridge(linked.dir.path)
  const rows = types.flatMap(type => [...bridge.sessions.list(type)].map(row => ({ type, ...row })))
  bridge.sessions.set(rows.map(({ value, ...row }) => ({ ...row, value: value.slice(0, -2) })))
  return rows.map(({ type }) => type)
}

test('Signal keys that are damaged on disk are made anew, and what came for them comes again', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  await alice.send('before')
  await until('the first', () => linked.bridge.said.includes('before'))
  await linked.stop()
  assert.ok(spoil(linked, 'session', 'sender-key', 'lid-mapping', 'device-list').includes('session'))
  await linked.restart({ stopped: true })
  await alice.send('after')
  await until('the second', () => linked.bridge.said.includes('after'))
  await linked.deliver('an answer', { chat: `whatsapp:${alice.lid}` })
  await until('the answer', () => alice.inbox.length === 1)
  assert.deepEqual(linked.bridge.said, ['before', 'after'])
})

test('A message that waits is announced although what is known of it is damaged, and gives way when it comes', async () => {
  await using linked = await Linked.started({ waitingMs: 60_000 })
  const alice = linked.wa.addContact({ name: 'Alice' })
  const attrs = { from: alice.lid, sender_pn: alice.pn, id: 'LATE', t: String(unixSeconds()), type: 'text' }
  linked.wa.inject(el('message', attrs, [el('enc', { v: '2', type: 'msg' }, randomBytes(100))]))
  await until('the wait', () => [...linked.bridge.sessions.list('waiting')].length === 1)
  await linked.stop()
  assert.deepEqual(spoil(linked, 'waiting'), ['waiting'])
  await linked.restart({ stopped: true })
  await until('words in its place', () => linked.bridge.messages[0]?.pending)
  assert.deepEqual(
    linked.bridge.messages.map(({ chat, id }) => [chat, id]),
    [[`whatsapp:${alice.lid}`, 'LATE']],
  )
  await alice.send('here it is', { id: 'LATE' })
  await until('the message', () => linked.bridge.said.includes('here it is'))
  assert.deepEqual(linked.bridge.said, ['here it is'])
})

test('The owner is told of what had come in and is damaged on disk, once, and everything else goes on', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  linked.bridge.failure = new Error('not now')
  await alice.send('not handed over')
  await until('the journal', () => [...linked.bridge.sessions.list('journal')].length > 0)
  await linked.stop()
  assert.deepEqual(spoil(linked, 'journal'), ['journal'])
  await linked.restart({ stopped: true })
  const told = () => linked.bridge.standings.filter(({ about }) => about === 'damaged')
  assert.match(told()[0]?.trouble?.text ?? '', /disk has spoilt messages/)
  assert.equal(told().length, 1)
  await alice.send('after')
  await until('what comes next', () => linked.bridge.said.includes('after'))
  await linked.restart()
  assert.equal(told().length, 0)
})
