import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content } from '../../../src/bridge/event.ts'
import type { SentPart } from '../../../src/bridge/network.ts'
import { jpeg, ogg } from '../../simulators/telegram/helpers.ts'
import { Bench, delivery, failureOf, file, text } from '../bench.ts'

const waiting: Content = { kind: 'placeholder', label: 'Waiting for this message' }

/** A group in which a placeholder stands, and something that was said after it. */
const stage = async (bench: Bench) => {
  const group = bench.addGroup()
  const chat = `telegram:${group.id}` as const
  const job = delivery({ chat, content: waiting, senderLine: 'Anna', event: { pending: true } })
  await bench.network.send(job)
  await bench.network.send(delivery({ chat, content: text('later') }))
  const placeholder: readonly SentPart[] = job.sent
  return { group, chat, placeholder }
}

test('a text takes the place of its placeholder, under the same id', async () => {
  await using bench = await Bench.open()
  const { group, chat, placeholder } = await stage(bench)
  const job = delivery({ chat, content: text('Here I am'), senderLine: 'Anna', placeholder })
  await bench.network.send(job)
  assert.deepEqual(
    group.transcript().map(seen => seen.text),
    ['Anna\nHere I am', 'later'],
  )
  assert.deepEqual(
    job.sent.map(({ id }) => id),
    placeholder.map(({ id }) => id),
  )
  bench.tg.assertNoSurprises()
})

test('a long text begins in the place of its placeholder and goes on below', async () => {
  await using bench = await Bench.open()
  const { group, chat, placeholder } = await stage(bench)
  const words = Array.from({ length: 1000 }, (_, n) => `word${n}`).join(' ')
  await bench.network.send(delivery({ chat, content: text(words), placeholder }))
  const [first, later, rest] = group.transcript().map(seen => seen.text)
  assert.equal(`${first} ${rest}`, words)
  assert.equal(later, 'later')
})

test('a picture or a file takes the place of its placeholder, with its caption', async () => {
  await using bench = await Bench.open()
  for (const [content, kind, bytes] of [
    [file('image', {}, 'Look'), 'photo', jpeg(10, 10)],
    [file('document', { fileName: 'a.pdf' }, 'Look'), 'document', Buffer.alloc(100, 1)],
  ] as const) {
    const { group, chat, placeholder } = await stage(bench)
    const job = delivery({ chat, content, senderLine: 'Anna', placeholder, bytes })
    await bench.network.send(job)
    assert.deepEqual(
      group.transcript().map(seen => [seen.kind, seen.text]),
      [
        [kind, 'Anna\nLook'],
        ['text', 'later'],
      ],
    )
    assert.equal(job.sent[0]?.id, placeholder[0]?.id)
    assert.match(job.sent[0]?.raw ?? '', /"as":"caption"/)
  }
  bench.tg.assertNoSurprises()
})

test('what cannot take its place is sent, and the placeholder goes', async () => {
  await using bench = await Bench.open()
  for (const [content, extra] of [
    [file('voice', { seconds: 2 }), {}],
    [{ kind: 'location', latitude: 1, longitude: 2 }, {}],
    [text('an answer'), { replyTo: { id: '3', fromMe: false, byBridge: false } }],
  ] as const) {
    const { group, chat, placeholder } = await stage(bench)
    await bench.network.send(delivery({ chat, content, placeholder, bytes: ogg(), ...extra }))
    const seen = group.transcript()
    assert.equal(seen.length, 2)
    assert.equal(seen[0]?.text, 'later')
    assert.ok(!seen.some(({ id }) => String(id) === placeholder[0]?.id))
  }
})

test('a placeholder that the owner deleted is no loss', async () => {
  await using bench = await Bench.open()
  const { group, chat, placeholder } = await stage(bench)
  bench.owner.deletes(group, Number(placeholder[0]?.id))
  await bench.network.send(delivery({ chat, content: text('Here I am'), placeholder }))
  assert.deepEqual(
    group.transcript().map(seen => seen.text),
    ['later', 'Here I am'],
  )
})

test('a placeholder older than Telegram deletes says where to look', async () => {
  await using bench = await Bench.open()
  const { group, chat, placeholder } = await stage(bench)
  bench.tg.advanceClock(49 * 3600 * 1000)
  await bench.network.send(delivery({ chat, content: file('voice'), placeholder, bytes: ogg() }))
  assert.deepEqual(
    group.transcript().map(seen => [seen.kind, seen.text]),
    [
      ['text', 'Arrived: see below'],
      ['text', 'later'],
      ['voice', ''],
    ],
  )
})

test('taking a place is repeated when nobody knows whether it was done', async () => {
  await using bench = await Bench.open()
  const { group, chat, placeholder } = await stage(bench)
  const init = { chat, content: file('image', {}, 'Look'), placeholder, bytes: jpeg(10, 10) }
  const job = { ...delivery(init), mark: bench.network.mark?.(chat) ?? '' }
  bench.tg.faults.next('editMessageMedia', 'reply-lost')
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  await bench.restart()
  // As after a kill: the attempt is in doubt.
  assert.equal(await bench.network.settle?.(job), false)
  await bench.network.send(job)
  assert.deepEqual(
    group.transcript().map(seen => seen.kind),
    ['photo', 'text'],
  )
})

test('what was sent because its placeholder was gone is found when its answer was lost', async () => {
  await using bench = await Bench.open()
  const { group, chat, placeholder } = await stage(bench)
  const job = {
    ...delivery({ chat, content: text('Here I am'), placeholder }),
    mark: bench.network.mark?.(chat) ?? '',
  }
  bench.owner.deletes(group, Number(placeholder[0]?.id))
  bench.tg.faults.next('sendMessage', 'reply-lost')
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  await bench.restart()
  assert.equal(await bench.network.settle?.(job), true)
  await bench.network.send(job)
  assert.deepEqual(
    group.transcript().map(seen => seen.text),
    ['later', 'Here I am'],
  )
})
