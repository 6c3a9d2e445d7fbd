import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Content } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { retry } from '../../src/bridge/verdict.ts'
import { eventually } from '../simulators/eventually.ts'
import { Bench, delivery, failureOf, file, text } from './bench.ts'

const jpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z',
  'base64',
)

test('a text goes out with its sender in bold above it', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
  const job = delivery({ chat: `telegram:${group.id}`, content: text('See you'), senderLine: 'Anna' })
  await bench.network.send(job)
  const [seen] = group.transcript()
  assert.equal(seen?.text, 'Anna\nSee you')
  assert.deepEqual(seen?.entities, [{ type: 'bold', offset: 0, length: 4 }])
  assert.deepEqual(
    job.sent.map(({ id }) => id),
    [String(seen?.id)],
  )
  bench.tg.assertNoSurprises()
})

test('a message to a topic stands in the topic, and one to General outside all topics', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'WhatsApp', forum: true, members: [bench.owner] })
  const topic = group.addTopic({ name: 'Family' })
  await bench.network.send(
    delivery({ chat: `telegram:${group.id}/${topic.message_thread_id}`, content: text('in the topic') }),
  )
  await bench.network.send(delivery({ chat: `telegram:${group.id}`, content: text('outside') }))
  assert.deepEqual(
    topic.transcript().map(seen => seen.text),
    ['in the topic'],
  )
  assert.equal(group.transcript().find(seen => seen.text === 'outside')?.threadId, undefined)
})

test('a message that would land outside its topic is taken back, and the chat counts as unreachable', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'No topics', members: [bench.owner] })
  const job = delivery({ chat: `telegram:${group.id}/42`, content: text('where am I') })
  const error = await failureOf(bench.network.send(job))
  assert.equal(error.verdict.kind, 'reject')
  assert.equal(error.chatUnreachable, true)
  assert.deepEqual(group.transcript(), [])
  assert.deepEqual(job.sent, [])
})

test('where a group has no topics any more, a message rings once, and the others are not tried until there are some', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addSupergroup({ title: 'WhatsApp', forum: true, members: [bench.owner] })
  const topic = group.addTopic({ name: 'Mum' })
  const send = (words: string) =>
    bench.network.send(
      delivery({ chat: `telegram:${group.id}/${topic.message_thread_id}`, content: text(words) }),
    )
  group.state.forum = false
  for (const words of ['one', 'two', 'three']) {
    const error = await failureOf(send(words))
    assert.deepEqual([error.verdict.kind, error.chatUnreachable], ['reject', true])
  }
  assert.equal(bench.tg.callsOf('sendMessage').length, 1)
  bench.tg.faults.next('getChat', { error: 500 })
  assert.equal((await failureOf(send('four'))).verdict.kind, 'retry')
  group.state.forum = true
  for (const words of ['five', 'six']) await send(words)
  assert.deepEqual(
    group.transcript().map(seen => [seen.text, seen.threadId]),
    ['five', 'six'].map(words => [words, topic.message_thread_id]),
  )
  assert.equal(bench.tg.callsOf('getChat').length, 4)
  bench.tg.assertNoSurprises()
})

for (const fault of [
  { error: 500 },
  { error: 429, retryAfter: 1 },
  { status: 502, html: 'Bad Gateway' },
  'reset-before',
  'reply-lost',
] as const) {
  test(`what lands outside its topic, and is not let go at once (${JSON.stringify(fault)}), does not stay there`, async () => {
    await using bench = await Bench.open()
    const group = bench.tg.addSupergroup({ title: 'No topics', members: [bench.owner] })
    const chat = `telegram:${group.id}/42` as const
    await bench.network.send(delivery({ chat: `telegram:${group.id}`, content: text('before') }))
    const job = { ...delivery({ chat, content: text('where am I') }), mark: bench.network.mark?.(chat) ?? '' }
    bench.tg.faults.next('deleteMessage', fault)
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    assert.equal(await bench.network.settle?.(job), false)
    assert.deepEqual(
      group.transcript().map(seen => seen.text),
      ['before'],
    )
    assert.deepEqual(job.sent, [])
  })
}

const threePictures = (): Content => ({
  kind: 'album',
  items: ['a', 'b', 'c'].map(id => ({
    ...{ id, kind: 'media', as: 'image', media: { source: 'photo.jpg' }, caption: plainText(id) },
  })),
})

for (const [method, fault] of [
  ['deleteMessages', { error: 500 }],
  ['deleteMessages', { error: 429, retryAfter: 1 }],
  ['deleteMessages', 'reset-before'],
  ['deleteMessages', 'reply-lost'],
  ['sendMediaGroup', 'reply-lost'],
] as const) {
  test(`an album that lands outside its topic does not stay there (${method}: ${JSON.stringify(fault)})`, async () => {
    await using bench = await Bench.open()
    const { tg, owner, network } = bench
    const group = tg.addSupergroup({ title: 'WhatsApp', forum: true, members: [owner] })
    const chat = `telegram:${group.id}/${group.addTopic({ name: 'Mum' }).message_thread_id}` as const
    await network.send(delivery({ chat: `telegram:${group.id}`, content: text('before') }))
    group.state.forum = false
    const album = delivery({ chat, content: threePictures(), bytes: jpeg })
    const job = { ...album, mark: network.mark?.(chat) ?? '' }
    tg.faults.next(method, fault)
    assert.equal((await failureOf(network.send(job))).verdict.kind, 'unsure')
    assert.equal(await network.settle?.(job), false)
    const stands = () => group.transcript().map(seen => seen.text)
    assert.deepEqual([stands(), job.sent], [['before'], []])
    assert.equal((await failureOf(network.send(job))).verdict.kind, 'reject')
    assert.deepEqual([stands(), job.sent], [['before'], []])
    assert.equal(tg.callsOf('sendMediaGroup').length, 1)
    tg.assertNoSurprises()
  })
}

test('an answer points at the message it answers, and goes out without it when that is gone', async () => {
  await using bench = await Bench.open()
  const asked = bench.owner.sends(bench.home, 'Where?')
  const content = text('Here')
  const chat = `telegram:${bench.owner.id}` as const
  await bench.network.send(
    delivery({ chat, content, replyTo: { id: String(asked.message_id), fromMe: false, byBridge: false } }),
  )
  await bench.network.send(
    delivery({ chat, content, replyTo: { id: '999', fromMe: false, byBridge: false } }),
  )
  assert.deepEqual(
    bench.home.transcript().map(seen => seen.replyTo),
    [undefined, asked.message_id, undefined],
  )
})

test('what an answer is to stands above it when that never crossed', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  await bench.network.send(
    delivery({ chat, content: text('Yes'), event: { replyTo: { id: 'X', excerpt: 'Are you\ncoming?' } } }),
  )
  const [seen] = bench.home.transcript()
  assert.equal(seen?.text, 'Are you coming?\nYes')
  assert.deepEqual(seen?.entities, [{ type: 'blockquote', offset: 0, length: 15 }])
})

test('a long text becomes several messages, and an attempt cut off in between goes on behind the last one', async () => {
  await using bench = await Bench.open()
  const words = Array.from({ length: 2000 }, (_, n) => `word${n}`).join(' ')
  const job = delivery({ chat: `telegram:${bench.owner.id}`, content: text(words), senderLine: 'Anna' })
  bench.tg.faults.next('sendMessage', 'reset-before', {
    when: ({ text }) => String(text).includes('word700 '),
  })
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  assert.equal(job.sent.length, 1)
  await bench.network.send(job)
  const texts = bench.home.transcript().map(seen => seen.text)
  assert.equal(texts.join(' '), `Anna\n${words}`)
  assert.equal(job.sent.length, texts.length)
})

test('a photo goes out with its caption, and what is over the limit of a caption follows as an answer', async () => {
  await using bench = await Bench.open()
  const caption = Array.from({ length: 300 }, (_, n) => `word${n}`).join(' ')
  const job = delivery({
    chat: `telegram:${bench.owner.id}`,
    content: file('image', {}, caption),
    bytes: jpeg,
  })
  await bench.network.send(job)
  const [photo, rest] = bench.home.transcript()
  assert.equal(photo?.kind, 'photo')
  assert.equal(rest?.replyTo, photo?.id)
  assert.equal(`${photo?.text} ${rest?.text}`, caption)
})

test('a document keeps its bytes and its awkward name', async () => {
  await using bench = await Bench.open()
  const bytes = Buffer.alloc(300_000, 7)
  const media = { fileName: '../Rechnung; "März" 100%.pdf', mimeType: 'application/pdf', size: bytes.length }
  await bench.network.send(
    delivery({ chat: `telegram:${bench.owner.id}`, content: file('document', media), bytes }),
  )
  const [seen] = bench.home.transcript()
  assert.equal(seen?.kind, 'document')
  assert.ok(seen?.file?.content && bytes.equals(seen.file.content))
  assert.match(seen?.file?.name ?? '', /^Rechnung_ _März_ 100%\.pdf$/)
  bench.tg.assertNoSurprises()
})

test('every kind of file goes out under its own method', async () => {
  await using bench = await Bench.open()
  const kinds = ['video', 'animation', 'video-note', 'voice', 'audio', 'document', 'sticker'] as const
  for (const as of kinds) {
    await bench.network.send(
      delivery({
        chat: `telegram:${bench.owner.id}`,
        content: file(as, { seconds: 3 }),
        bytes: Buffer.alloc(2000, 1),
      }),
    )
  }
  assert.deepEqual(
    bench.tg.calls.map(call => call.method),
    ['sendVideo', 'sendAnimation', 'sendVideoNote', 'sendVoice', 'sendAudio', 'sendDocument', 'sendSticker'],
  )
  bench.tg.assertNoSurprises()
})

test('a sticker has its sender in a line of its own above it', async () => {
  await using bench = await Bench.open()
  const job = delivery({
    chat: `telegram:${bench.owner.id}`,
    content: file('sticker'),
    senderLine: 'Anna',
    bytes: Buffer.alloc(100, 1),
  })
  await bench.network.send(job)
  assert.deepEqual(
    bench.home.transcript().map(seen => seen.text),
    ['Anna', ''],
  )
  assert.equal(job.sent.length, 2)
})

test('places and people go out as such', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  await bench.network.send(delivery({ chat, content: { kind: 'location', latitude: 48.1, longitude: 11.5 } }))
  await bench.network.send(
    delivery({
      chat,
      content: { kind: 'location', latitude: 48.1, longitude: 11.5, name: 'Zoo', address: 'Road 1' },
    }),
  )
  const contacts = [
    { name: 'Ben', phones: ['+15550000002'], vcard: '' },
    { name: 'Nobody', phones: [], vcard: '' },
  ]
  await bench.network.send(delivery({ chat, content: { kind: 'contacts', contacts } }))
  const seen = bench.home.transcript()
  assert.deepEqual(
    seen.map(({ kind }) => kind),
    ['location', 'venue', 'contact', 'text'],
  )
  assert.equal(seen[1]?.venue?.title, 'Zoo')
  assert.equal(seen[3]?.text, '👤 Nobody')
})

test('placeholders are italic, and silent messages make no sound', async () => {
  await using bench = await Bench.open()
  await bench.network.send(
    delivery({
      chat: `telegram:${bench.owner.id}`,
      content: { kind: 'placeholder', label: 'Poll: Where?' },
      event: { silent: true },
    }),
  )
  const [seen] = bench.home.transcript()
  assert.deepEqual(seen?.entities, [{ type: 'italic', offset: 0, length: 12 }])
  assert.equal(String(bench.tg.callsOf('sendMessage')[0]?.params['disable_notification']), 'true')
})

test('a file over the limit of Telegram is named, and never opened', async () => {
  await using bench = await Bench.open()
  let opened = 0
  const open = () => {
    opened++
    return Readable.from([])
  }
  const media = { fileName: 'film.mkv', size: 100 * 1024 * 1024 }
  await bench.network.send(
    delivery({ chat: `telegram:${bench.owner.id}`, content: file('document', media, 'Look'), bytes: open }),
  )
  assert.equal(
    bench.home.transcript()[0]?.text,
    'film.mkv (100 MB) is too big for Telegram, which takes 50 MB from a bot. Open it in WhatsApp.\nLook',
  )
  assert.equal(opened, 0)
})

test('a picture too big for a photo goes out as a document at once', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  for (const media of [{ width: 9000, height: 100 }, { size: 11_000_000 }, { mimeType: 'image/heic' }]) {
    await bench.network.send(delivery({ chat, content: file('image', media) }))
  }
  assert.deepEqual(
    bench.tg.calls.map(({ method, files }) => [method, files[0]?.name]),
    [
      ['sendDocument', 'image.jpg'],
      ['sendDocument', 'image.jpg'],
      ['sendDocument', 'image.heic'],
    ],
  )
})

test('a file that fails on its way asks for what its source asks for, and nothing arrives', async () => {
  await using bench = await Bench.open()
  const broken = () =>
    Readable.from(
      (async function* () {
        yield Buffer.alloc(100_000, 1)
        throw retry('The download was cut off')
      })(),
    )
  const job = delivery({ chat: `telegram:${bench.owner.id}`, content: file('document'), bytes: broken })
  const error = await failureOf(bench.network.send(job))
  assert.equal(error.verdict.kind, 'retry')
  assert.equal(error.message, 'The download was cut off')
  assert.deepEqual(bench.home.transcript(), [])
})

test('a connection cut before the last byte of a file is certain: the file did not arrive', async () => {
  await using bench = await Bench.open()
  bench.tg.faults.next('sendDocument', 'reset-during-body')
  const endless = () =>
    Readable.from(
      (async function* () {
        for (let n = 0; n < 400; n++) yield Buffer.alloc(100_000, 1)
      })(),
    )
  const job = delivery({ chat: `telegram:${bench.owner.id}`, content: file('document'), bytes: endless })
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'retry')
})

test('a group that became a supergroup is followed', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addGroup({ title: 'Old', members: [bench.owner] })
  const moved = bench.tg.migrate(group)
  await bench.network.send(delivery({ chat: `telegram:${group.id}`, content: text('one') }))
  await bench.network.send(delivery({ chat: `telegram:${group.id}`, content: text('two') }))
  assert.deepEqual(
    moved.transcript().map(seen => seen.text),
    ['one', 'two'],
  )
  assert.deepEqual(
    bench.inbox.chats.map(({ chat, aliases }) => ({ chat, aliases })),
    [{ chat: `telegram:${moved.id}`, aliases: [`telegram:${group.id}`] }],
  )
  assert.equal(bench.tg.callsOf('sendMessage').length, 3)
})

test('a page of whoever stands in front refuses neither the token nor the chat nor the message', async () => {
  await using bench = await Bench.open()
  const group = bench.addGroup()
  const chat = `telegram:${group.id}` as const
  await bench.connect()
  for (const status of [400, 401, 403, 404, 409, 451]) {
    const fault = { status, html: `<h1>${status}</h1>` }
    for (const [method, content] of [
      ['sendMessage', text(`Hello ${status}`)],
      ['sendDocument', file('document', {})],
    ] as const) {
      const job = () => delivery({ chat, content, bytes: Buffer.alloc(100, 1) })
      bench.tg.faults.next(method, fault)
      const { verdict, chatUnreachable } = await failureOf(bench.network.send(job()))
      assert.deepEqual([verdict.kind, chatUnreachable], ['retry', false], `${method} ${status}`)
      await bench.network.send(job())
    }
  }
  assert.equal(bench.network.status.state, 'connected')
  assert.equal(group.transcript().length, 12)
})

test('while another program takes the updates, a failure is one of the message and not of the line', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  const conflict = 'Conflict: terminated by other getUpdates request'
  bench.tg.faults.next('getUpdates', { error: 409, description: conflict }, { times: 1_000_000 })
  bench.owner.sends(bench.home, 'wake')
  await eventually(() => bench.network.status.takes === true, 'the conflict')
  const send = () =>
    failureOf(bench.network.send(delivery({ chat: `telegram:${bench.owner.id}`, content: text('x') })))
  bench.tg.faults.next('sendMessage', { status: 403, html: '<h1>403</h1>' })
  const { verdict, page } = await send()
  assert.deepEqual([verdict.kind, page], ['retry', true])
  bench.tg.revokeToken()
  await send()
  assert.deepEqual([bench.network.status.state, bench.network.status.takes], ['logged_out', undefined])
})

test('each failure gets the verdict that is true of it', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const verdictAfter = async (fault: Parameters<typeof bench.tg.faults.next>[1]) => {
    bench.tg.faults.next('sendMessage', fault)
    return (await failureOf(bench.network.send(delivery({ chat, content: text('x') })))).verdict
  }
  assert.deepEqual(await verdictAfter({ error: 429, retryAfter: 7 }), { kind: 'wait', seconds: 7 })
  // A front server's own: it may name the time, and says nothing of the message.
  const page = { status: 429, html: '<h1>Too Many Requests</h1>' }
  assert.deepEqual(await verdictAfter({ ...page, retryAfter: 7 }), { kind: 'wait', seconds: 7 })
  assert.deepEqual(await verdictAfter(page), { kind: 'wait', seconds: 30 })
  // Of days: asked once a day, not every half a minute.
  for (const long of [{ error: 429 }, page])
    assert.deepEqual(await verdictAfter({ ...long, retryAfter: 400_000 }), { kind: 'wait', seconds: 86_400 })
  assert.deepEqual(await verdictAfter('reply-lost'), { kind: 'unsure' })
  assert.deepEqual(await verdictAfter({ status: 502, html: '<h1>Bad Gateway</h1>' }), { kind: 'unsure' })
  assert.deepEqual(await verdictAfter({ error: 500, description: 'Internal Server Error: restart' }), {
    kind: 'unsure',
  })
  assert.deepEqual(await verdictAfter({ status: 413, html: '<h1>Too large</h1>' }), { kind: 'reject' })
  // Some front servers say so when the server behind them is slow.
  assert.deepEqual(await verdictAfter({ status: 408, html: '<h1>Request Timeout</h1>' }), { kind: 'unsure' })
  bench.tg.block(bench.owner)
  const blocked = await failureOf(bench.network.send(delivery({ chat, content: text('x') })))
  assert.deepEqual([blocked.verdict.kind, blocked.chatUnreachable], ['reject', true])
  bench.tg.revokeToken()
  const revoked = await failureOf(bench.network.send(delivery({ chat, content: text('x') })))
  assert.equal(revoked.verdict.kind, 'offline')
  assert.equal(bench.network.status.state, 'logged_out')
})

for (const [description, words, isClosed] of [
  ['Bad Request: have no write access to the chat', /may not write in the Telegram chat: allow it/, true],
  ['Bad Request: CHAT_SEND_PLAIN_FORBIDDEN', /may not write in the Telegram chat: allow it/, true],
  ['Bad Request: CHANNEL_PRIVATE', /is not in the Telegram chat: add it there/, true],
  ['Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN', /this kind of message in the Telegram chat: allow it/, false],
] as const)
  test(`"${description}" is told as what the owner can do`, async () => {
    await using bench = await Bench.open()
    const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
    bench.tg.faults.next('sendMessage', { error: 400, description })
    const job = delivery({ chat: `telegram:${group.id}`, content: text('hello') })
    const error = await failureOf(bench.network.send(job))
    assert.equal(error.verdict.kind, 'reject')
    assert.match(error.message, words)
    assert.equal(error.chatUnreachable ?? false, isClosed)
  })

test('an unreachable server is certain, and no error ever holds the token', async () => {
  await using bench = await Bench.open()
  await using other = await Bench.open({ apiRoot: 'http://127.0.0.1:9' })
  const chat = `telegram:${bench.owner.id}` as const
  const refused = await failureOf(other.network.send(delivery({ chat, content: text('x') })))
  assert.equal(refused.verdict.kind, 'offline')
  bench.tg.faults.next('sendMessage', 'reply-lost')
  const lost = await failureOf(bench.network.send(delivery({ chat, content: text('secret words') })))
  for (const error of [refused, lost]) {
    const all = [error, error.cause]
      .map(each => `${each} ${(each as Error).stack} ${JSON.stringify(each)}`)
      .join()
    assert.ok(!all.includes(bench.tg.token))
    assert.ok(!all.includes('secret words'))
  }
})

test('stopping the process ends a call under way', async () => {
  await using bench = await Bench.open()
  const stop = new AbortController()
  bench.tg.faults.next('sendMessage', 'hang')
  const sending = failureOf(
    bench.network.send(
      delivery({ chat: `telegram:${bench.owner.id}`, content: text('x'), signal: stop.signal }),
    ),
  )
  setTimeout(() => stop.abort(), 50)
  assert.equal((await sending).verdict.kind, 'unsure')
})

test('what answers a message that is gone comes without it, by whichever word Telegram says so', async () => {
  for (const words of ['message to be replied not found', 'REPLY_MESSAGE_ID_INVALID']) {
    await using bench = await Bench.open()
    const group = bench.addGroup()
    const chat = `telegram:${group.id}` as const
    const target = bench.owner.sends(group, 'asked')
    const replyTo = { id: String(target.message_id), fromMe: false, byBridge: false }
    const refused = { error: 400, description: `Bad Request: ${words}` } as const
    bench.tg.faults.next('sendMessage', refused, { when: params => params['reply_parameters'] !== undefined })
    const job = delivery({ chat, content: text('answered'), replyTo, event: { replyTo: { id: 'ASKED' } } })
    await bench.network.send(job)
    assert.equal(job.sent.length, 1, words)
    assert.equal(group.transcript().at(-1)?.text, 'answered')
    bench.tg.assertNoSurprises()
  }
})
