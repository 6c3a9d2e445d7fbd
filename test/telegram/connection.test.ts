import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/bridge/store-error.ts'
import { eventually } from '../simulators/eventually.ts'
import { endsWithin } from '../support/within.ts'
import { Bench } from './bench.ts'

const offsetOf = (bench: Bench) => Number(bench.store.session('telegram').get('updates', 'offset') ?? 0)

test('what an owner writes arrives with its formatting, once, and only then is confirmed', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({
    title: 'WhatsApp',
    forum: true,
    members: [bench.owner],
    botRights: {},
  })
  const topic = group.addTopic({ name: 'Family' })
  bench.owner.sends(topic, { text: 'Hi all', entities: [{ type: 'bold', offset: 0, length: 2 }] })
  await bench.connect()
  await eventually(() => bench.inbox.arrivals.length === 1, 'the message')
  const [arrived] = bench.inbox.messages
  assert.equal(arrived?.chat, `telegram:${group.id}/${topic.message_thread_id}`)
  assert.deepEqual(arrived?.content, {
    kind: 'text',
    body: { text: 'Hi all', spans: [{ start: 0, length: 2, style: 'bold' }] },
  })
  assert.equal(arrived?.replyTo, undefined)
  assert.equal(arrived?.sender.person, 'telegram:7001')
  await bench.restart()
  await bench.connect()
  bench.owner.sends(topic, 'second')
  await eventually(() => bench.inbox.arrivals.length > 0, 'the second message')
  assert.deepEqual(bench.inbox.texts, ['second'])
})

test('a batch that the disk does not take is asked for again', async () => {
  await using bench = await Bench.open()
  bench.inbox.full = true
  bench.owner.sends(bench.home, 'keep me')
  await bench.network.start()
  await eventually(() => bench.network.status.problem?.includes('could not be stored'), 'the problem')
  assert.equal(offsetOf(bench), 0)
  bench.inbox.full = false
  await eventually(() => bench.inbox.texts.length > 0, 'the message')
  assert.deepEqual(bench.inbox.texts, ['keep me'])
  assert.equal(bench.network.status.state, 'connected')
})

test('where the name of a chat cannot be kept, commands are answered, and the connection is as good as before', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  bench.inbox.learn = () => {
    throw new StoreError('The disk is full')
  }
  const before = bench.inbox.statuses.length
  bench.owner.sends(bench.home, '/id')
  const isAnswered = () => bench.home.transcript().some(({ text }) => text.startsWith('This is 7001'))
  await eventually(isAnswered, 'the answer')
  assert.deepEqual(bench.inbox.statuses.slice(before), [])
})

test('what goes wrong behind the commit of a batch takes nothing in twice and holds nothing up', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  bench.inbox.learn = () => {
    throw new Error('broken')
  }
  bench.owner.sends(bench.home, 'one')
  bench.owner.sends(bench.home, 'two')
  await eventually(() => bench.inbox.texts.includes('two'), 'the messages')
  bench.owner.sends(bench.home, 'three')
  await eventually(() => bench.inbox.texts.includes('three'), 'the next one')
  assert.deepEqual(bench.inbox.texts, ['one', 'two', 'three'])
})

test('a batch taken but not confirmed when the process dies comes only once', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  bench.owner.sends(bench.home, 'one')
  await eventually(() => bench.inbox.texts.length === 1, 'the message')
  await bench.restart()
  await bench.connect()
  assert.deepEqual(bench.inbox.texts, [])
})

for (const [where, id] of [
  ['lower', 500_000_001],
  ['higher', 900_000_001],
] as const) {
  test(`update ids that begin anew, ${where}, lose nothing and bring nothing twice`, async () => {
    await using bench = await Bench.open()
    await bench.connect()
    bench.owner.sends(bench.home, 'before')
    await eventually(() => bench.inbox.texts.length === 1, 'the message before')
    await eventually(() => bench.tg.pendingUpdates === 0, 'it to be confirmed')
    await bench.restart()
    bench.tg.renumberUpdates(id)
    bench.owner.sends(bench.home, '/start')
    for (const text of ['one', 'two', 'three']) bench.owner.sends(bench.home, text)
    await bench.connect()
    await eventually(() => bench.tg.pendingUpdates === 0, 'all to be confirmed')
    assert.deepEqual(bench.inbox.texts, ['one', 'two', 'three'])
    // It dies between storing and confirming.
    bench.tg.faults.next('getUpdates', 'reset-before', { when: ({ offset }) => Number(offset) === id + 5 })
    bench.owner.sends(bench.home, 'stored')
    await eventually(() => bench.tg.faults.waiting === 0, 'the poll that would confirm')
    assert.equal(bench.tg.pendingUpdates, 1)
    assert.deepEqual(bench.inbox.texts.slice(3), ['stored'])
    await bench.restart()
    bench.owner.sends(bench.home, 'behind')
    await bench.connect()
    await eventually(() => bench.inbox.texts.length > 0, 'the message behind')
    await eventually(() => bench.tg.pendingUpdates === 0, 'it to be confirmed')
    assert.deepEqual(bench.inbox.texts, ['behind'])
    const answers = bench.home.transcript().filter(({ from }) => from.isBot)
    assert.equal(answers.length, 1)
  })
}

test('after a restart it is connected at once, though Telegram holds the first poll for 3 s', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  await bench.restart()
  const { inbox, tg } = bench
  const before = tg.callsOf('getUpdates').length
  const answered = () =>
    tg
      .callsOf('getUpdates')
      .slice(before)
      .filter(({ response }) => response !== undefined)
  const answeredThen: unknown[] = []
  const changed = inbox.changed.bind(inbox)
  inbox.changed = status => {
    answeredThen.push(...answered())
    changed(status)
  }
  // Also where this machine took longer than 3 s to come back.
  tg.faults.next('getUpdates', { lateMs: 1000 })
  await bench.connect()
  assert.deepEqual(answeredThen, [])
  bench.owner.sends(bench.home, 'heard')
  await eventually(() => bench.inbox.texts.length > 0, 'the message')
  assert.deepEqual(
    bench.inbox.statuses.map(({ state }) => state),
    ['connected'],
  )
})

test('strangers, bots and service messages do not get through', async () => {
  await using bench = await Bench.open()
  const stranger = bench.tg.addUser({ id: 555, first_name: 'Sam' })
  const group = bench.tg.addSupergroup({ title: 'Mixed', members: [bench.owner, stranger], botRights: {} })
  const alone = bench.tg.addPrivateChat(stranger)
  await bench.connect()
  const own = bench.owner.sends(group, 'mine')
  stranger.sends(group, 'let me in')
  stranger.sends(alone, 'please')
  stranger.sends(alone, '/start')
  stranger.reacts(group, own.message_id, '👍')
  stranger.pins(group, own.message_id)
  const theirs = stranger.sends(group, { text: '/delete', reply_to: own.message_id })
  stranger.edits(group, theirs.message_id, 'edited')
  bench.owner.sends(group, { fields: { new_chat_title: 'New' } })
  bench.owner.sends(group, {
    text: 'news',
    fields: { is_automatic_forward: true, sender_chat: { id: -1009, type: 'channel', title: 'News' } },
  })
  bench.owner.sends(group, 'really me')
  await eventually(() => bench.inbox.texts.length > 1, 'the messages')
  await eventually(() => alone.transcript().length === 3, 'the answer to the stranger')
  assert.deepEqual(bench.inbox.texts, ['mine', 'really me'])
  assert.equal(bench.inbox.arrivals.length, 2)
  assert.equal(group.transcript().filter(seen => seen.from.isBot).length, 0)
  // What they say in a group, but not what they do or command there, is worth a hint to the owner.
  assert.deepEqual(bench.inbox.strangers, [{ chat: `telegram:${group.id}`, name: 'Sam', userId: '555' }])
  const answers = alone.transcript().filter(seen => seen.from.isBot)
  assert.equal(answers.length, 1)
  assert.match(answers[0]?.text ?? '', /555/)
})

test('of all that strangers say in one go the owner hears once for each chat', async () => {
  await using bench = await Bench.open()
  const [sam, rosa] = ['Sam', 'Rosa'].map((name, index) =>
    bench.tg.addUser({ id: 555 + index, first_name: name }),
  )
  assert.ok(sam && rosa)
  const members = [bench.owner, sam, rosa]
  const [one, two] = ['One', 'Two'].map(title => bench.tg.addSupergroup({ title, members, botRights: {} }))
  assert.ok(one && two)
  for (const words of ['/help', 'hello', 'all of you', 'out there']) sam.sends(one, words)
  rosa.sends(one, 'hello Sam')
  rosa.sends(two, 'hello?')
  await bench.connect()
  await eventually(() => bench.inbox.strangers.length > 1, 'the strangers')
  assert.deepEqual(bench.inbox.strangers, [
    { chat: `telegram:${one.id}`, name: 'Sam', userId: '555' },
    { chat: `telegram:${two.id}`, name: 'Rosa', userId: '556' },
  ])
})

test('who writes in the name of the group is not taken for an owner, and is told so', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'Mixed', members: [bench.owner], botRights: {} })
  await bench.connect()
  bench.owner.sends(group, { text: 'as the group', nameless: true })
  await eventually(() => bench.inbox.arrivals.length === 1, 'the message')
  const [content] = bench.inbox.messages.map(message => message.content)
  assert.ok(content?.kind === 'placeholder' && /own name/.test(content.why ?? ''))
  const { message_id: id } = bench.owner.sends(group, 'mine')
  bench.owner.reacts(group, id, '👍', { nameless: true })
  bench.owner.sends(group, 'mine, too')
  await eventually(() => bench.inbox.texts.includes('mine, too'), 'what comes behind the reaction')
  assert.equal(bench.inbox.arrivals.length, 3)
  assert.deepEqual(bench.inbox.strangers, [])
})

const asNews = { sender_chat: { id: -1009, type: 'channel', title: 'News' } }

test('who writes in the name of a channel may be anybody, and hears as little as others who are no owners', async () => {
  await using bench = await Bench.open()
  const sam = bench.tg.addUser({ id: 555, first_name: 'Sam' })
  const group = bench.tg.addSupergroup({ title: 'Mixed', members: [bench.owner, sam], botRights: {} })
  sam.sends(group, 'as Sam')
  for (const who of [sam, bench.owner])
    for (const text of ['one', 'two']) who.sends(group, { text: `${text} as a channel`, fields: asNews })
  await bench.connect()
  bench.owner.sends(group, 'mine')
  await eventually(() => bench.inbox.texts.includes('mine'), 'the owner’s message')
  assert.deepEqual(bench.inbox.texts, ['mine'])
  const chat = `telegram:${group.id}`
  assert.deepEqual(bench.inbox.strangers, [
    { chat, name: 'Sam', userId: '555' },
    { chat, name: 'News' },
  ])
})

test('where the config trusts the administrators, what they write in the name of the group is an owner’s', async () => {
  await using bench = await Bench.open({ trustNameless: true })
  const group = bench.tg.addSupergroup({ title: 'Mixed', members: [bench.owner], botRights: {} })
  await bench.connect()
  bench.owner.sends(group, { text: 'as my channel', fields: asNews })
  const { message_id: id } = bench.owner.sends(group, { text: 'as the group', nameless: true })
  await eventually(() => bench.inbox.arrivals.length > 0, 'the message')
  assert.deepEqual(bench.inbox.texts, ['as the group'])
  bench.owner.reacts(group, id, '👍', { nameless: true })
  await eventually(() => bench.inbox.arrivals.length > 1, 'the reaction')
  const reaction = bench.inbox.arrivals[1]?.event
  assert.deepEqual(reaction?.kind === 'reaction' && [reaction.emoji, reaction.sender], [
    '👍',
    { person: `telegram:${group.id}`, me: true },
  ])
})

test('/id says what to type for the place it is sent in', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({
    title: 'WhatsApp',
    forum: true,
    members: [bench.owner],
    botRights: {},
  })
  const topic = group.addTopic({ name: 'Family' })
  await bench.connect()
  bench.owner.sends(topic, '/id')
  await eventually(() => topic.transcript().length === 2, 'the answer')
  assert.match(
    topic.transcript()[1]?.text ?? '',
    new RegExp(`wa2tg map add .* ${group.id}/${topic.message_thread_id}$`),
  )
  bench.owner.sends(bench.home, '/start')
  await eventually(() => bench.home.transcript().length === 2, 'the help')
  assert.match(bench.home.transcript()[1]?.text ?? '', /wa2tg map add .* 7001/)
  assert.deepEqual(bench.inbox.arrivals, [])
  assert.deepEqual(bench.inbox.chats.at(-1)?.name, 'Olivia')
})

test('an answer carries whom and what it answers, and the words picked out', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  const first = bench.owner.sends(bench.home, 'a long story')
  bench.owner.sends(bench.home, {
    text: 'that one',
    reply_to: first.message_id,
    fields: { quote: { text: 'long', position: 2, is_manual: true } },
  })
  await eventually(() => bench.inbox.arrivals.length === 2, 'both messages')
  assert.deepEqual(bench.inbox.messages[1]?.replyTo, {
    id: String(first.message_id),
    at: first.date * 1000,
    person: 'telegram:7001',
    excerpt: 'a long story',
    quote: 'long',
    quoteAt: 2,
  })
})

test('what points at a message of the bridge carries what that said, and the line in bold above the words', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  const text = 'Anna #1 · 12:00\nhi\n\nBen · 12:01\nhi'
  const bold = (offset: number, length: number) => ({ type: 'bold' as const, offset, length })
  // The line is in two pieces, and a word in bold is none.
  const entities = [bold(0, 5), bold(5, 10), bold(16, 1), bold(20, 11), bold(32, 1)]
  const shown = { message_id: 77, date: 1, chat: { id: 7001, type: 'private' }, text, entities }
  const pointAt = (words: string, quote?: { text: string; position: number }) =>
    bench.owner.sends(bench.home, {
      text: words,
      fields: {
        reply_to_message: { ...shown, from: bench.tg.bot },
        ...(quote && { quote: { ...quote, is_manual: true } }),
      },
    })
  pointAt('all of it')
  pointAt('hers', { text: 'hi', position: 16 })
  pointAt('his', { text: '\n\nBen', position: 18 })
  pointAt('/delete', { text: 'hi', position: 32 })
  await eventually(() => bench.inbox.arrivals.length === 4, 'all of them')
  const lines = bench.inbox.arrivals.map(({ event }) => {
    const pointer = event.kind === 'message' ? event.replyTo : event.target
    assert.equal(pointer?.seen?.text, text)
    return [event.kind, pointer?.quote, pointer?.seen?.line]
  })
  assert.deepEqual(lines, [
    ['message', undefined, 'Ben · 12:01'],
    ['message', 'hi', 'Anna #1 · 12:00'],
    ['message', '\n\nBen', 'Ben · 12:01'],
    ['deletion', 'hi', 'Ben · 12:01'],
  ])
})

test('files, places and contacts arrive as what they are, and what cannot cross as a placeholder', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  const bytes = Buffer.alloc(1000, 1)
  bench.owner.sends(bench.home, {
    document: { bytes, name: 'a.pdf', mime: 'application/pdf' },
    caption: 'the plan',
  })
  bench.owner.sends(bench.home, { location: { latitude: 1, longitude: 2 } })
  bench.owner.sends(bench.home, { contact: { phone_number: '+15550000002', first_name: 'Ben' } })
  bench.owner.sends(bench.home, { fields: { story: { id: 1, chat: { id: -1009, type: 'channel' } } } })
  await eventually(() => bench.inbox.arrivals.length === 4, 'all of them')
  assert.deepEqual(bench.inbox.texts, ['media', 'location', 'contacts', 'placeholder'])
  const content = bench.inbox.messages[0]?.content
  assert.ok(content?.kind === 'media' && content.caption.text === 'the plan')
  const chunks = await (await bench.network.openMedia(content.media, new AbortController().signal)).toArray()
  assert.ok(Buffer.concat(chunks).equals(bytes))
})

test('an outage is told, outlived, and loses nothing', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  for (const fault of [
    'reset-before',
    { status: 502, html: '<h1>Bad Gateway</h1>' },
    { error: 429, retryAfter: 1 },
    {
      error: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    },
  ] as const) {
    const changes = bench.inbox.statuses.length
    bench.tg.faults.next('getUpdates', fault)
    bench.owner.sends(bench.home, 'wake up')
    await eventually(() => bench.inbox.statuses.slice(changes).at(-1)?.state === 'connected', 'the way back')
    assert.ok(bench.inbox.statuses.slice(changes).some(({ problem }) => problem !== undefined))
  }
  await eventually(() => bench.inbox.texts.length === 4, 'all messages')
  assert.equal(bench.network.status.problem, undefined)
})

for (const status of [400, 401, 403, 404, 409]) {
  test(`a page ${status} of whoever stands in front of Telegram is no refusal of the token`, async () => {
    await using bench = await Bench.open()
    const page = { status, html: `<h1>${status}</h1>` }
    // At the start, and in the middle.
    bench.tg.faults.next('getMe', page)
    await bench.connect()
    bench.tg.faults.next('getUpdates', page)
    bench.owner.sends(bench.home, 'heard')
    const told = () => bench.inbox.statuses.filter(({ problem }) => problem !== undefined)
    await eventually(() => told().length === 2, 'the trouble')
    await eventually(() => bench.network.status.state === 'connected', 'the way back')
    await eventually(() => bench.inbox.texts.length > 0, 'the message')
    assert.deepEqual(bench.inbox.texts, ['heard'])
    const troubles = told()
    assert.deepEqual(
      troubles.map(({ state, needs }) => [state, needs]),
      [
        ['connecting', undefined],
        ['connecting', undefined],
      ],
    )
    for (const { problem } of troubles) {
      assert.match(problem ?? '', new RegExp(`no Bot API server .*answered ${status} without JSON.*api_root`))
    }
  })
}

test('a refused token is told with its remedy', async () => {
  await using bench = await Bench.open({ token: '123456:wrong' })
  await bench.network.start()
  await eventually(() => bench.network.status.state === 'logged_out', 'the refusal')
  assert.match(bench.network.status.problem ?? '', /@BotFather/)
})

test('stopping ends the open poll at once', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  await eventually(
    () => bench.tg.callsOf('getUpdates').some(({ params }) => Number(params['timeout']) > 0),
    'the poll',
  )
  assert.ok(await endsWithin(10_000, Promise.resolve(bench.network[Symbol.asyncDispose]())))
  assert.equal(bench.network.status.state, 'stopped')
})
