import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent, MessageEvent } from '../../src/bridge/event.ts'
import { isMessage } from '../../src/bridge/event.ts'
import type { Logger } from '../../src/support/log.ts'
import { encodeVote } from '../../src/telegram/vote-button.ts'
import { eventually } from '../simulators/eventually.ts'
import { Bench, ownerId, silent } from './bench.ts'

const open = async (options: Parameters<typeof Bench.open>[0] = {}) => {
  const bench = await Bench.open(options)
  const group = bench.tg.addSupergroup({
    title: 'WhatsApp',
    forum: true,
    members: [bench.owner],
    botRights: { can_delete_messages: true },
  })
  const topic = group.addTopic({ name: 'Family' })
  await bench.connect()
  const events = () => bench.inbox.arrivals.map(({ event }) => event)
  return {
    bench,
    group,
    topic,
    chat: `telegram:${group.id}/${topic.message_thread_id}` as const,
    changes: () => events().filter((event): event is ChangeEvent => !isMessage(event)),
    /** The first `count` events, when they have come. */
    async events(count: number): Promise<(ChangeEvent | MessageEvent)[]> {
      await eventually(() => events().length >= count, `${count} events`)
      return events()
    },
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  }
}

test('an edited text is an edit of its message, in the topic where that stands, once', async () => {
  await using it = await open()
  const { bench, topic, chat } = it
  const { message_id: id } = bench.owner.sends(topic, 'helo')
  bench.owner.edits(topic, id, { text: 'hello all', entities: [{ type: 'bold', offset: 0, length: 5 }] })
  bench.owner.edits(topic, id, 'hello')
  const [first, ...edits] = await it.events(3)
  assert.ok(first?.kind === 'message')
  for (const edit of edits) assert.deepEqual([edit.kind, edit.chat], ['edit', chat])
  assert.deepEqual(
    edits.map(edit => edit.kind === 'edit' && [edit.target.id, edit.content]),
    [
      [
        String(id),
        { kind: 'text', body: { text: 'hello all', spans: [{ start: 0, length: 5, style: 'bold' }] } },
      ],
      [String(id), { kind: 'text', body: { text: 'hello', spans: [] } }],
    ],
  )
  assert.equal(new Set(edits.map(({ id: own }) => own)).size, 2)
})

test('what a command is edited into is a message, and its next edit an edit; the command alone is answered once', async () => {
  await using it = await open()
  const { bench, group, topic, chat } = it
  const answers = () => group.transcript().filter(({ from }) => from.isBot).length
  for (const [round, isTaken] of [true, false].entries()) {
    const { message_id: id } = bench.owner.sends(topic, '/id')
    if (isTaken) await eventually(() => answers() === round + 1, 'the answer')
    bench.owner.edits(topic, id, { text: '/id', entities: [{ type: 'bold', offset: 0, length: 3 }] })
    bench.tg.advanceClock(60_000)
    const { edit_date: at } = bench.owner.edits(topic, id, 'Dinner at eight')
    bench.owner.edits(topic, id, 'Dinner at nine')
    const events = (await it.events(2 * (round + 1))).slice(-2)
    assert.deepEqual(
      events.map(event => [event.kind, event.chat, isMessage(event) ? event.id : event.target.id]),
      [
        ['message', chat, String(id)],
        ['edit', chat, String(id)],
      ],
    )
    const [said] = events
    assert.ok(said && isMessage(said) && said.content.kind === 'text')
    assert.equal(said.content.body.text, 'Dinner at eight')
    assert.equal(said.sentAt, (at ?? 0) * 1000, 'when it was said')
  }
  await eventually(() => answers() === 2, 'both answers')
  bench.owner.sends(topic, '/help')
  await eventually(() => answers() >= 3, 'the last answer')
  assert.equal(answers(), 3)
})

test('"/delete" with words behind it deletes when they are taken away', async () => {
  await using it = await open()
  const { bench, topic } = it
  const { message_id: id } = bench.owner.sends(topic, 'wrong')
  const { message_id: command } = bench.owner.sends(topic, { text: '/delete this', reply_to: id })
  bench.owner.edits(topic, command, '/delete')
  const [, deletion] = await it.events(2)
  assert.ok(deletion?.kind === 'deletion')
  assert.equal(deletion.target.id, String(id))
})

test('an "edit" in which nothing changed is none, whether the message came just now or long ago', async () => {
  await using it = await open()
  const { bench, topic } = it
  const { message_id: id } = bench.owner.sends(topic, 'same')
  bench.owner.edits(topic, id, 'same')
  bench.owner.sends(topic, 'next')
  await it.events(2)
  bench.owner.edits(topic, id, 'same')
  bench.owner.edits(topic, id, 'other')
  bench.owner.edits(topic, id, 'same')
  await it.events(4)
  assert.deepEqual(
    it
      .changes()
      .map(change => change.kind === 'edit' && change.content.kind === 'text' && change.content.body.text),
    ['other', 'same'],
  )
})

test('an update that comes again has the id that it had before', async () => {
  await using it = await open()
  const { bench, topic } = it
  const { message_id: id } = bench.owner.sends(topic, 'one')
  await it.events(1)
  bench.owner.edits(topic, id, 'two')
  bench.owner.reacts(topic, id, '👍')
  bench.owner.pins(topic, id)
  await it.events(4)
  bench.tg.repeatUpdates(3)
  const [, edit, reaction, pin, ...again] = await it.events(6)
  const ids = again.map(({ id: own }) => own)
  // The edit is known to be no change any more.
  assert.deepEqual(ids, [reaction?.id, pin?.id])
  assert.ok(edit)
})

test('a caption is edited as words; a file that was replaced is a further message', async () => {
  await using it = await open()
  const { bench, topic } = it
  const document = { bytes: Buffer.from('one'), name: 'a.txt' }
  const { message_id: id } = bench.owner.sends(topic, { document, caption: 'the plan' })
  await it.events(1)
  bench.owner.edits(topic, id, { fields: { caption: 'the old plan' } })
  bench.owner.edits(topic, id, {
    document: { bytes: Buffer.from('two'), name: 'b.txt' },
    caption: 'the new plan',
  })
  bench.owner.edits(topic, id, { fields: { caption: 'the newest plan' } })
  const [, caption, replaced, newest] = await it.events(4)
  assert.deepEqual(caption?.kind === 'edit' && caption.content, {
    kind: 'text',
    body: { text: 'the old plan', spans: [] },
  })
  assert.ok(replaced?.kind === 'message' && replaced.content.kind === 'media')
  assert.deepEqual([replaced.replyTo, replaced.content.media.fileName], [{ id: String(id) }, 'b.txt'])
  assert.equal(newest?.kind, 'edit')
})

test('a position that moves is edited until it ends', async () => {
  await using it = await open()
  const { bench, topic } = it
  const { message_id: id } = bench.owner.sends(topic, {
    location: { latitude: 1, longitude: 2, live_period: 900 },
  })
  bench.tg.advanceClock(60_000)
  bench.owner.edits(topic, id, { location: { latitude: 1.5, longitude: 2, live_period: 900 } })
  bench.owner.edits(topic, id, { location: { latitude: 1.5, longitude: 2, live_period: 900 } })
  bench.owner.edits(topic, id, { location: { latitude: 1.5, longitude: 2 } })
  const [first, ...edits] = await it.events(3)
  const live = (event: typeof first) =>
    event &&
    'content' in event &&
    event.content.kind === 'location' && [event.content.latitude, event.content.live]
  assert.deepEqual(live(first), [1, 900])
  assert.deepEqual(edits.map(live), [
    [1.5, 840],
    [1.5, 0],
  ])
})

test('of several reactions the newest counts, and none takes it back', async () => {
  await using it = await open()
  const { bench, topic } = it
  const { message_id: id } = bench.owner.sends(topic, 'look')
  bench.owner.reacts(topic, id, '👍')
  bench.owner.reacts(topic, id, ['👍', '🔥'])
  bench.owner.reacts(topic, id, ['👍'])
  bench.owner.reacts(topic, id, [])
  await it.events(5)
  assert.deepEqual(
    it.changes().map(change => [change.kind, change.target.id, 'emoji' in change && change.emoji]),
    ['👍', '🔥', '👍', ''].map(emoji => ['reaction', String(id), emoji]),
  )
})

test('a custom reaction is the emoji that stands for it, a paid one a star, an unknown one nothing', async () => {
  await using it = await open()
  const { bench, topic } = it
  bench.tg.addCustomEmoji('77', '🐸')
  const { message_id: id } = bench.owner.sends(topic, 'look')
  bench.owner.reacts(topic, id, [{ custom: '77' }])
  bench.owner.reacts(topic, id, [{ custom: '78' }])
  bench.owner.reacts(topic, id, ['paid'])
  await it.events(3)
  assert.deepEqual(
    it.changes().map(change => 'emoji' in change && change.emoji),
    ['🐸', '⭐'],
  )
})

test('what a custom reaction stands for is asked again when Telegram fails, twice, and not when it says no', async () => {
  await using it = await open()
  const { bench, topic } = it
  bench.tg.addCustomEmoji('77', '🐸')
  const { message_id: id } = bench.owner.sends(topic, 'look')
  const fail = (error: number, times: number) =>
    bench.tg.faults.next('getCustomEmojiStickers', { error, description: 'no' }, { times })
  fail(500, 2)
  bench.owner.reacts(topic, id, [{ custom: '77' }])
  await it.events(2)
  bench.owner.reacts(topic, id, ['paid'])
  await it.events(3)
  fail(400, 1)
  bench.owner.reacts(topic, id, [{ custom: '77' }])
  await eventually(() => bench.tg.faults.waiting === 0, 'the no')
  bench.owner.sends(topic, 'then')
  await it.events(4)
  assert.deepEqual(
    it.changes().map(change => 'emoji' in change && change.emoji),
    ['🐸', '⭐'],
  )
})

test('the reaction that the config names deletes; it may be written with the mark of a picture', async () => {
  await using it = await open({ deletionReaction: '☃️' })
  const { bench, topic } = it
  const { message_id: id } = bench.owner.sends(topic, 'wrong chat')
  bench.owner.reacts(topic, id, ['👍'])
  bench.owner.reacts(topic, id, ['👍', '☃'])
  bench.owner.reacts(topic, id, [])
  const [, , deletion] = await it.events(4)
  assert.deepEqual(deletion?.kind === 'deletion' && [deletion.target, deletion.by], [
    { id: String(id) },
    'author',
  ])
})

test('/delete in answer to a message deletes that, and goes itself', async () => {
  await using it = await open()
  const { bench, topic } = it
  const { message_id: id } = bench.owner.sends(topic, 'wrong chat')
  const command = bench.owner.sends(topic, { text: '/delete', reply_to: id })
  const [, deletion] = await it.events(2)
  assert.deepEqual(deletion?.kind === 'deletion' && [deletion.target, deletion.by], [
    { id: String(id), byBridge: false },
    'author',
  ])
  await eventually(
    () => topic.transcript().every(seen => seen.id !== command.message_id),
    'the command to be gone',
  )
  bench.owner.sends(topic, '/delete')
  await eventually(() => topic.transcript().some(seen => /answer/i.test(seen.text)), 'the help')
  assert.equal(it.changes().length, 1)
})

test('where the bot may not take "/delete" away it stays, and nobody is alarmed', async () => {
  const warned: string[] = []
  const logger: Logger = { ...silent, warn: (_, message = '') => warned.push(message) }
  await using bench = await Bench.open({ logger })
  const group = bench.addGroup()
  await bench.connect()
  const { message_id: id } = bench.owner.sends(group, 'wrong chat')
  const { message_id: command } = bench.owner.sends(group, { text: '/delete', reply_to: id })
  await eventually(() => bench.inbox.arrivals.length === 2, 'the deletion')
  const refused = await eventually(() => bench.tg.callsOf('deleteMessage')[0]?.response, 'the refusal')
  assert.equal((refused as { error_code?: number }).error_code, 400)
  bench.owner.sends(group, '/id')
  await eventually(() => group.transcript().some(({ text }) => text.startsWith('This is')), 'the id')
  assert.ok(group.transcript().some(seen => seen.id === command))
  assert.deepEqual(warned, [])
})

test('/delete with words behind it deletes nothing and goes nowhere, and an answer says so', async () => {
  await using it = await open()
  const { bench, topic } = it
  const { message_id: id } = bench.owner.sends(topic, 'see you on the 5th')
  bench.owner.sends(topic, { text: '/delete the dates', reply_to: id })
  const told = () => topic.transcript().filter(({ text }) => text.startsWith('Nothing was deleted'))
  await eventually(() => told().length > 0, 'the answer')
  bench.owner.sends(topic, { text: '/DELETE\n', reply_to: id })
  await it.events(2)
  assert.deepEqual(bench.inbox.texts, ['see you on the 5th'])
  assert.equal(it.changes().length, 1)
  assert.equal(told().length, 1)
})

test('what begins like a command and goes on, and a command that is passed on, is a message, and gets no answer', async () => {
  await using it = await open()
  const { bench, topic } = it
  const fields = { forward_origin: { type: 'hidden_user', sender_user_name: 'Mum', date: 1 } }
  const { message_id: id } = bench.owner.sends(topic, '/start the dishwasher, please')
  bench.owner.sends(topic, '/help me\nwith the dishes')
  bench.owner.sends(topic, '/id card is lost')
  bench.owner.sends(topic, '/start dinner')
  bench.owner.sends(topic, { text: '/help', fields })
  bench.owner.sends(topic, { text: '/delete', reply_to: id, fields })
  await it.events(6)
  assert.deepEqual(bench.inbox.texts, [
    '/start the dishwasher, please',
    '/help me\nwith the dishes',
    '/id card is lost',
    '/start dinner',
    '/help',
    '/delete',
  ])
  assert.deepEqual(it.changes(), [])
  const answers = () => topic.transcript().filter(({ from }) => from.isBot)
  // By name it is meant, as a link to the bot writes it here; in private, one word is what such a link writes.
  bench.owner.sends(topic, '/help@bridge_bot me')
  await eventually(() => answers().length > 0, 'the help')
  bench.owner.sends(topic, '/start@bridge_bot from_a-link')
  await eventually(() => answers().length > 1, 'the help once more')
  bench.owner.sends(bench.home, '/start from_a-link')
  await eventually(() => bench.home.transcript().some(({ from }) => from.isBot), 'the help in private')
  assert.equal(answers().length, 2)
  assert.equal(bench.inbox.arrivals.length, 6)
})

test('a command for another bot is no message and no command of ours', async () => {
  await using it = await open()
  const { bench, topic } = it
  const { message_id: id } = bench.owner.sends(topic, 'hello')
  for (const text of ['/delete@Other_bot', '/ban@mod_bot Sam', '/id@other_bot'])
    bench.owner.sends(topic, { text, reply_to: id })
  bench.owner.sends(topic, '/shrug')
  bench.owner.sends(topic, '/mail@example.org')
  bench.owner.sends(topic, '/home@night we talk')
  bench.owner.sends(topic, { text: '/delete@Bridge_bot', reply_to: id })
  await it.events(4)
  assert.deepEqual(bench.inbox.texts, ['hello', '/shrug', '/mail@example.org', '/home@night we talk'])
  assert.equal(it.changes().length, 1)
  await eventually(
    () => topic.transcript().every(({ text }) => text !== '/delete@Bridge_bot'),
    'what is for us to be gone',
  )
  assert.equal(topic.transcript().filter(seen => seen.from.isBot).length, 0)
})

test('without the right to delete, the command of an owner stays and the deletion goes on', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'Alice', members: [bench.owner], botRights: {} })
  await bench.connect()
  const { message_id: id } = bench.owner.sends(group, 'wrong chat')
  bench.owner.sends(group, { text: '/delete', reply_to: id })
  await eventually(() => bench.tg.callsOf('deleteMessage').length > 0, 'the try')
  bench.owner.sends(group, 'next')
  await eventually(() => bench.inbox.arrivals.length === 3, 'what comes behind')
  assert.equal(group.transcript().length, 3)
})

test('a pinned message is a pin; the bot’s own pins are not', async () => {
  await using it = await open()
  const { bench, group, topic, chat } = it
  const { message_id: id } = bench.owner.sends(topic, 'look')
  const { message_id: other } = bench.owner.sends(topic, 'and this')
  bench.owner.pins(topic, id)
  group.state.botRights = { can_pin_messages: true }
  const response = await fetch(
    `${bench.tg.apiRoot}/bot${bench.tg.token}/pinChatMessage?chat_id=${group.id}&message_id=${other}`,
  )
  assert.equal(response.status, 200)
  bench.owner.sends(topic, 'next')
  const [, , pin, next] = await it.events(4)
  assert.deepEqual(pin?.kind === 'pin' && [pin.chat, pin.target, pin.pinned], [
    chat,
    { id: String(id), byBridge: false },
    true,
  ])
  assert.equal(next?.kind, 'message')
})

test('a pressed button votes and is answered at once; a stranger’s is refused, an old one harmless', async () => {
  await using it = await open()
  const { bench, topic, chat } = it
  const stranger = bench.tg.addUser({ id: 555, first_name: 'Sam' })
  const { message_id: id } = bench.owner.sends(topic, 'a poll, let us say')
  const pressed = bench.owner.calls(topic, id, encodeVote(3))
  const refused = stranger.calls(topic, id, encodeVote(3))
  const old = bench.owner.calls(topic, id, 'x'.repeat(64))
  await eventually(
    () => [pressed, refused, old].every(each => bench.tg.callback(each).answered),
    'all the answers',
  )
  const [, vote, ...others] = await it.events(2)
  assert.deepEqual(others, [])
  assert.ok(vote?.kind === 'vote')
  assert.deepEqual(
    [vote.chat, vote.target, vote.choice, vote.toggle],
    [chat, { id: String(id), byBridge: true }, [3], true],
  )
  assert.equal(vote.sender.person, `telegram:${ownerId}`)
  assert.match(bench.tg.callback(refused).text ?? '', /owner/)
  assert.equal(bench.tg.callback(pressed).text, '')
})

test('messages that make no sense are told to their owner, and the next one comes', async () => {
  await using it = await open()
  const { bench, topic } = it
  for (const fields of [{ photo: [] }, { poll: 5 }, { venue: {} }, { hologram: {} }])
    bench.owner.sends(topic, { fields })
  bench.owner.sends(topic, 'next')
  await it.events(5)
  assert.deepEqual(bench.inbox.texts, [...Array(4).fill('placeholder'), 'next'])
})
