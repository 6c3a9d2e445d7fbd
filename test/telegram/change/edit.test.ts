import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content } from '../../../src/bridge/event.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { retry } from '../../../src/bridge/verdict.ts'
import { jpeg as picture } from '../../simulators/telegram/helpers.ts'
import { Bench, change, file, ownMessage, Standing, sendFor, text } from '../bench.ts'

const jpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z',
  'base64',
)
const words = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, n) => `word${from + n}`).join(' ')
const edit = (body: string) => ({ kind: 'edit', content: text(body) }) as const

const family = (bench: Bench) => {
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner] })
  return { group, chat: `telegram:${group.id}` as const }
}

test('an edited text changes in place, under its sender and the words that it answers', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, {
    chat,
    content: text('See you at 5'),
    senderLine: 'Anna',
    event: { replyTo: { id: 'X', excerpt: 'When?' }, forwarded: true },
  })
  await bench.network.change(change(chat, edit('See you at 6'), shown, { senderLine: 'Anna' }))
  const [seen, ...others] = group.transcript()
  assert.deepEqual(others, [])
  assert.equal(seen?.text, 'Anna\n↪️ Forwarded\nWhen?\nSee you at 6')
  assert.equal(seen?.edited, true)
  assert.deepEqual(
    seen?.entities.map(({ type }) => type),
    ['bold', 'italic', 'blockquote'],
  )
  bench.tg.assertNoSurprises()
})

test('an edited caption changes in place, and may become empty', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: file('image', {}, 'Look'), bytes: jpeg })
  await bench.network.change(change(chat, edit('Look here'), shown))
  assert.equal(group.transcript()[0]?.text, 'Look here')
  await bench.network.change(change(chat, edit(''), shown))
  assert.equal(group.transcript()[0]?.text, '')
  assert.equal(group.transcript()[0]?.kind, 'photo')
})

test('an edit that changes nothing is one that was made before', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('Hello'), senderLine: 'Anna' })
  for (let times = 0; times < 3; times++) {
    await bench.network.change(change(chat, edit('Hello you'), shown, { senderLine: 'Anna' }))
  }
  assert.equal(group.transcript()[0]?.text, 'Anna\nHello you')
  assert.equal(shown.parts.length, 1)
})

test('a text that grows goes on below, and one that shrinks leaves nothing behind', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('short'), senderLine: 'Anna' })
  await bench.network.change(change(chat, edit(words(0, 1800)), shown))
  const grown = group.transcript()
  assert.equal(grown.map(seen => seen.text).join(' '), `Anna\n${words(0, 1800)}`)
  assert.deepEqual(
    shown.parts.map(({ id }) => Number(id)),
    grown.map(({ id }) => id),
  )
  assert.ok(grown.length > 2)
  assert.deepEqual(
    grown.slice(1).map(({ replyTo }) => replyTo),
    grown.slice(1).map(() => grown[0]?.id),
  )
  await bench.network.change(change(chat, edit(words(0, 900)), shown))
  assert.equal(
    group
      .transcript()
      .map(seen => seen.text)
      .join(' '),
    `Anna\n${words(0, 900)}`,
  )
  await bench.network.change(change(chat, edit('short again'), shown))
  assert.deepEqual(
    group.transcript().map(seen => seen.text),
    ['Anna\nshort again'],
  )
  assert.equal(shown.parts.length, 1)
})

test('a caption that grows over the limit goes on in an answer', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: file('image', {}, 'Look'), bytes: jpeg })
  await bench.network.change(change(chat, edit(words(0, 300)), shown))
  const [photo, rest] = group.transcript()
  assert.equal(`${photo?.text} ${rest?.text}`, words(0, 300))
  assert.equal(rest?.replyTo, photo?.id)
  await bench.network.change(change(chat, edit('Look'), shown))
  assert.deepEqual(
    group.transcript().map(seen => seen.text),
    ['Look'],
  )
})

test('a text that becomes very long goes on as a file, and the file follows further edits', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('short') })
  await bench.network.change(change(chat, edit(words(0, 10_000)), shown))
  const [start, rest] = group.transcript()
  assert.ok(start?.text.startsWith('word0 '))
  assert.equal(rest?.file?.name, 'message.txt')
  assert.equal(Buffer.from(rest?.file?.content ?? []).toString(), words(0, 10_000))
  await bench.network.change(change(chat, edit(words(0, 10_001)), shown))
  const [, again] = group.transcript()
  assert.equal(Buffer.from(again?.file?.content ?? []).toString(), words(0, 10_001))
  await bench.network.change(change(chat, edit('short'), shown))
  assert.deepEqual(
    group.transcript().map(seen => seen.text),
    ['short'],
  )
})

test('a further message that becomes a file goes on as one, and shows what it is to say with fewer words', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text(words(0, 700)) })
  assert.equal(group.transcript().length, 2)
  await bench.network.change(change(chat, edit(words(0, 10_000)), shown))
  await bench.network.change(change(chat, edit(words(1000, 1700)), shown))
  const [start, rest, ...others] = group.transcript()
  assert.deepEqual(others, [])
  const end = Buffer.from(rest?.file?.content ?? []).toString()
  assert.deepEqual(`${start?.text} ${end}`.split(/\s+/), words(1000, 1700).split(/\s+/))
})

test('a file of text that is edited becomes another file', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text(words(0, 10_000)), senderLine: 'Anna' })
  await bench.network.change(change(chat, edit('never mind'), shown, { senderLine: 'Anna' }))
  const [seen, ...others] = group.transcript()
  assert.deepEqual(others, [])
  assert.equal(seen?.text, 'Anna\nnever mind')
  assert.equal(Buffer.from(seen?.file?.content ?? []).toString(), 'Anna\nnever mind')
})

test("the owner's own words get a remark below, which is edited from then on", async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const typed = bench.owner.sends(group, 'See you at 5')
  const shown = new Standing([ownMessage(typed.message_id)])
  await bench.network.change(change(chat, edit('See you at 6'), shown, { senderLine: 'You' }))
  await bench.network.change(change(chat, edit('See you at 7'), shown, { senderLine: 'You' }))
  const [own, remark, ...others] = group.transcript()
  assert.deepEqual(others, [])
  assert.equal(own?.text, 'See you at 5')
  assert.equal(remark?.text, '✏️ See you at 7')
  assert.equal(remark?.replyTo, typed.message_id)
  assert.equal(String(bench.tg.callsOf('sendMessage')[0]?.params['disable_notification']), 'true')
})

test('an edit of what the owner deleted in Telegram is no error, and brings nothing back', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  bench.owner.deletes(group, Number(shown.parts[0]?.id))
  await bench.network.change(change(chat, edit('Hello you'), shown))
  assert.deepEqual(group.transcript(), [])
  await bench.network.change(change(chat, edit('Nothing'), new Standing([])))
  assert.deepEqual(group.transcript(), [])
})

test('a message of which nothing is remembered is edited by trying', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: file('image', {}, 'Look'), bytes: jpeg })
  const old = new Standing(shown.parts.map(({ raw: _, ...part }) => part))
  await bench.network.change(change(chat, edit('Look here'), old, { senderLine: 'Anna' }))
  assert.equal(group.transcript()[0]?.text, 'Anna\nLook here')
})

test('marks that Telegram does not take are left out of an edit', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  bench.tg.faults.next('editMessageText', { error: 400, description: 'Bad Request: ENTITIES_TOO_LONG' })
  const content: Content = {
    kind: 'text',
    body: { text: 'Bold', spans: [{ start: 0, length: 4, style: 'bold' }] },
  }
  await bench.network.change(change(chat, { kind: 'edit', content }, shown))
  assert.deepEqual([group.transcript()[0]?.text, group.transcript()[0]?.entities], ['Bold', []])
})

test('a live position moves, and comes to its end', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const place = { kind: 'location', latitude: 48.1, longitude: 11.5, live: 900 } as const
  const shown = await sendFor(bench, { chat, content: place, senderLine: 'Anna' })
  assert.deepEqual(
    group.transcript().map(({ kind }) => kind),
    ['text', 'location'],
  )
  const moved = { ...place, latitude: 48.2, heading: 90, accuracy: 5000 }
  await bench.network.change(change(chat, { kind: 'edit', content: moved }, shown))
  assert.deepEqual(group.messages.at(-1)?.location, {
    latitude: 48.2,
    longitude: 11.5,
    heading: 90,
    horizontal_accuracy: 1500,
    live_period: 900,
  })
  const ended = { ...place, latitude: 48.3, live: 0 }
  for (let times = 0; times < 2; times++) {
    await bench.network.change(change(chat, { kind: 'edit', content: ended }, shown))
  }
  assert.equal(group.messages.at(-1)?.location?.latitude, 48.3)
  assert.equal(group.messages.at(-1)?.location?.live_period, undefined)
  bench.tg.assertNoSurprises()
})

test('an edit that Telegram gives no answer to is in doubt, and repeating it does no harm', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  for (const fault of ['reply-lost', 'reset-before'] as const) {
    bench.tg.faults.next('editMessageText', fault)
    const again = change(chat, edit(`Hello after ${fault}`), shown)
    await assert.rejects(bench.network.change(again), { verdict: { kind: 'unsure' } })
    await bench.network.change(again)
    assert.equal(group.transcript()[0]?.text, `Hello after ${fault}`)
  }
  assert.equal(group.transcript().length, 1)
})

test('an edit waits where Telegram says so, and is refused where the chat is closed', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: text('Hello') })
  bench.tg.faults.next('editMessageText', { error: 429, retryAfter: 7 })
  await assert.rejects(bench.network.change(change(chat, edit('x'), shown)), {
    verdict: { kind: 'wait', seconds: 7 },
  })
  bench.tg.kick(group)
  await assert.rejects(bench.network.change(change(chat, edit('x'), shown)), { chatUnreachable: true })
})

test('other contents are edited to what they say now', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: { kind: 'notice', text: 'Call' } })
  const contents: readonly Content[] = [
    { kind: 'notice', text: 'Call, answered' },
    { kind: 'placeholder', label: 'Something' },
    { kind: 'card', body: plainText('Offer'), buttons: [{ label: 'Shop', url: 'https://shop.example/' }] },
  ]
  const texts: unknown[] = []
  for (const content of contents) {
    await bench.network.change(change(chat, { kind: 'edit', content }, shown))
    texts.push([group.transcript()[0]?.text, group.transcript()[0]?.buttons])
  }
  assert.deepEqual(texts, [
    ['Call, answered', []],
    ['Something', []],
    ['Offer', [['Shop']]],
  ])
})

test('a better version of a picture takes its place, under the same caption', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, {
    chat,
    content: file('image', {}, 'Look'),
    senderLine: 'Anna',
    bytes: picture(100, 100),
  })
  const better = { kind: 'edit', content: file('image', { width: 2000, height: 2000 }) } as const
  for (let times = 0; times < 2; times++) {
    await bench.network.change(change(chat, better, shown, { bytes: picture(2000, 2000) }))
  }
  const [seen, ...others] = group.transcript()
  assert.deepEqual(others, [])
  assert.equal(seen?.text, 'Anna\nLook')
  assert.deepEqual(seen?.entities, [{ type: 'bold', offset: 0, length: 4 }])
  assert.deepEqual(Buffer.from(seen?.file?.content ?? []), Buffer.from(picture(2000, 2000)))
  assert.deepEqual(seen?.buttons, [])
  const renamed = { kind: 'edit', content: file('image', {}, 'Look here') } as const
  await bench.network.change(change(chat, renamed, shown, { bytes: picture(300, 300) }))
  assert.equal(group.transcript()[0]?.text, 'Anna\nLook here')
  bench.tg.assertNoSurprises()
})

test('a better version that Telegram does not take, or that is too big, leaves the picture as it was', async () => {
  await using bench = await Bench.open()
  const { group, chat } = family(bench)
  const shown = await sendFor(bench, { chat, content: file('image', {}, 'Look'), bytes: picture(100, 100) })
  for (const [media, bytes] of [
    [{}, Buffer.from('noise')],
    [{ size: 100 * 1024 * 1024 }, picture(100, 100)],
  ] as const) {
    const better = { kind: 'edit', content: file('image', media) } as const
    await bench.network.change(change(chat, better, shown, { bytes }))
    assert.deepEqual(group.transcript()[0]?.buttons, [])
  }
  const better = change(chat, { kind: 'edit', content: file('image') }, shown)
  const broken = { ...better, openMedia: () => Promise.reject(retry('The download was cut off')) }
  await assert.rejects(bench.network.change(broken), { verdict: { kind: 'retry' } })
  await bench.network.change(change(chat, { kind: 'edit', content: file('image') }, new Standing([])))
  const [seen] = group.transcript()
  assert.equal(seen?.text, 'Look')
  assert.deepEqual(Buffer.from(seen?.file?.content ?? []), Buffer.from(picture(100, 100)))
  assert.deepEqual(seen?.buttons, [])
})
