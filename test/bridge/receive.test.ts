import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Content, readEvent } from '../../src/bridge/event.ts'
import { makeFindMessage } from '../../src/bridge/receive.ts'
import { event, mum, mumInTelegram, openBridge, waitUntil } from './bridge.ts'

const phone = 'whatsapp:491700000001@s.whatsapp.net'

test('the same message makes one job, however often and under whichever address it comes', async () => {
  await using bridge = openBridge()
  const first = event(mum, 'hello')
  bridge.inbox.whatsapp.receive([{ event: first, aliases: [phone], senderAliases: [phone] }])
  bridge.receive(first, { ...first, chat: phone, sender: { ...first.sender, person: phone } })
  assert.deepEqual(bridge.outbox.counts(), { pending: 1, failed: 0 })
})

test('the same id from the phone under the other of our addresses is one message', async () => {
  await using bridge = openBridge()
  const own = event(mum, 'hi', { sender: { person: 'whatsapp:9@lid', me: true } })
  bridge.receive(own, { ...own, sender: { person: 'whatsapp:49999@s.whatsapp.net', me: true } })
  assert.equal(bridge.outbox.counts().pending, 1)
})

test('the echo of what the bridge sent is not sent back, before or after it is linked', async () => {
  await using bridge = openBridge()
  const answer = event(mumInTelegram, 'answer', { sender: { person: 'telegram:11', me: true } })
  bridge.receive(answer)
  const messageId = bridge.store.database.get<{ message_id: string }>(
    'SELECT message_id FROM jobs',
  )?.message_id
  assert.ok(messageId)
  const echo = event(mum, 'answer', { id: messageId, sender: { person: 'whatsapp:9@lid', me: true } })
  bridge.receive(echo)
  assert.equal(bridge.outbox.counts().pending, 1)
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  bridge.receive(echo)
  assert.equal(bridge.outbox.counts().pending, 0)
  assert.deepEqual(bridge.telegram.shown, [])
  assert.deepEqual(
    bridge.whatsapp.shown.map(each => each.text),
    ['answer'],
  )
})

test('a message of somebody else that carries the id of one of ours is a message', async () => {
  await using bridge = openBridge()
  bridge.receive(event(mumInTelegram, 'answer'))
  const { message_id } =
    bridge.store.database.get<{ message_id: string }>('SELECT message_id FROM jobs') ?? {}
  assert.ok(message_id)
  bridge.receive(event(mum, 'trick', { id: message_id }))
  assert.equal(bridge.outbox.counts().pending, 2)
})

test('a bug in telling of what became one mapping keeps no message from being taken, nor a name from being learned', async () => {
  await using bridge = openBridge()
  const inbox = bridge.inboxOf('whatsapp', () => {
    throw new TypeError('a bug')
  })
  inbox.receive([{ event: event(mum, 'hello') }])
  inbox.learn({ chat: mum, name: 'Mum' })
  assert.equal(bridge.outbox.counts().pending, 1)
  assert.equal(bridge.store.chats.displayName(mum), 'Mum')
})

test('a chat that is not mapped is only learned', async () => {
  await using bridge = openBridge()
  bridge.receive(
    event('whatsapp:55@lid', 'hi', { sender: { person: 'whatsapp:55@lid', name: 'Ann', me: false } }),
  )
  assert.equal(bridge.outbox.counts().pending, 0)
  const { displayName, lastActivity } = bridge.store.chats.get('whatsapp:55@lid') ?? {}
  assert.deepEqual({ displayName, lastActivity }, { displayName: 'Ann', lastActivity: 1_700_000_000_000 })
})

test('what is written alongside is committed with the jobs, or nothing is', async () => {
  await using bridge = openBridge()
  const session = bridge.store.session('telegram')
  const offset = (value: string) => () => session.set([{ type: 'offset', id: 'x', value }])
  bridge.inbox.telegram.receive([{ event: event(mumInTelegram, 'one') }], offset('1'))
  assert.throws(() =>
    bridge.inbox.telegram.receive([{ event: event(mumInTelegram, 'two') }], () => {
      offset('2')()
      throw new Error('disk')
    }),
  )
  assert.equal(session.get('offset', 'x'), '1')
  assert.equal(bridge.outbox.counts().pending, 1)
  bridge.inbox.telegram.receive([], offset('3'))
  assert.equal(session.get('offset', 'x'), '3')
})

test('an answer in a chat that is only shown is refused under the answer', async () => {
  await using bridge = openBridge()
  const topic = 'telegram:-100/9'
  bridge.store.mappings.add({ whatsapp: 'whatsapp:8@lid', telegram: topic, toTelegramOnly: true })
  bridge.worker.start()
  bridge.receive(event(topic, 'hello?', { id: '500' }))
  await waitUntil(() => bridge.telegram.shown.length === 1)
  const [notice] = bridge.telegram.shown
  assert.equal(notice?.replyTo, '500')
  assert.match(notice?.text ?? '', /^Not sent: .*--to-telegram-only$/)
  assert.deepEqual(bridge.whatsapp.shown, [])
})

test('what stands for a poll is not sent in the name of the owner', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  bridge.receive(event(mumInTelegram, { kind: 'placeholder', label: 'Poll: When?' }, { id: '501' }))
  await waitUntil(() => bridge.telegram.shown.length === 1)
  assert.equal(bridge.telegram.shown[0]?.text, 'Not sent: "Poll: When?" cannot go to WhatsApp')
  assert.equal(bridge.telegram.shown[0]?.replyTo, '501')
  assert.equal(bridge.whatsapp.shown.length, 0)
})

test('an answer to a message of an only-shown chat never goes to the chat that is answered otherwise', async () => {
  await using bridge = openBridge()
  const dad = 'whatsapp:8@lid'
  bridge.store.mappings.add({ whatsapp: dad, telegram: mumInTelegram, toTelegramOnly: true })
  bridge.worker.start()
  bridge.receive(event(dad, 'secret from dad'))
  await waitUntil(() => bridge.telegram.shown.length === 1)
  bridge.receive(event(mumInTelegram, 'for dad', { replyTo: { id: bridge.telegram.shown[0]?.id ?? '' } }))
  await waitUntil(() => bridge.telegram.shown.length === 2)
  assert.match(bridge.telegram.shown[1]?.text ?? '', /^Not sent/)
  assert.deepEqual(bridge.whatsapp.shown, [])
})

test("a network finds its own copy of a message again under any of the chat's addresses", async () => {
  await using bridge = openBridge()
  const known = event(mum, 'hi')
  bridge.inbox.whatsapp.receive([{ event: known, aliases: [phone], raw: 'proto' }])
  const findMessage = makeFindMessage(bridge.store)
  assert.equal(findMessage({ chat: phone, id: known.id })?.raw, 'proto')
  assert.equal(findMessage({ chat: mum, id: 'other' }), undefined)
})

test('whatever time is claimed for a message can be stored, and none is later than now', async () => {
  await using bridge = openBridge()
  const { store, clock } = bridge
  const absurd = [2 ** 63, -(2 ** 63), 1e300, -1e300, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]
  for (const time of absurd) {
    const poll: Content = {
      kind: 'poll',
      question: 'Where?',
      options: ['Here', 'There'],
      choices: 1,
      // JSON knows no other numbers, and parsing makes none.
      ...(Number.isFinite(time) && { endsAt: time }),
    }
    const replyTo = { id: 'before', at: time }
    const message = event(mum, poll, { sentAt: time, expiresAt: time, replyTo })
    const { id, content: _, ...head } = message
    const target = { id }
    bridge.receive(
      message,
      { ...head, id: `${id}.r`, kind: 'reaction', target, emoji: '👍' },
      { ...head, id: `${id}.v`, kind: 'vote', target, choice: [0] },
      {
        ...head,
        id: `${id}.p`,
        kind: 'pin',
        target,
        pinned: true,
        ...(Number.isFinite(time) && { seconds: time }),
      },
    )
    bridge.inbox.whatsapp.learn({ chat: mum, lastActivity: time })
  }
  const times = store.database.all<{ at: number }>(
    `SELECT at FROM reactions UNION ALL SELECT at FROM votes
     UNION ALL SELECT last_activity FROM chats WHERE last_activity IS NOT NULL`,
  )
  assert.equal(times.length, 2 * absurd.length + 1)
  assert.ok(times.every(({ at }) => Number.isSafeInteger(at) && at >= 0 && at <= clock.now()))
  const ends = store.database.all<{ at: number }>(
    'SELECT expires_at AS at FROM messages WHERE expires_at IS NOT NULL UNION ALL SELECT at FROM deadlines',
  )
  assert.ok(ends.length > absurd.length)
  assert.ok(ends.every(({ at }) => Number.isSafeInteger(at) && at <= clock.now() + 90 * 86_400_000))
  const jobs = store.database.all<{ event: string }>('SELECT event FROM jobs')
  assert.ok(jobs.length >= absurd.length)
  assert.ok(jobs.every(job => readEvent(job.event) !== undefined))
})
