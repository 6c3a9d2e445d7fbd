import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import { Bench, delivery, failureOf, text } from '../bench.ts'
import { filesOf, type Sending, sendings } from './sendings.ts'

const attempt = async (
  bench: Bench,
  chat: ChatRef,
  sending: Sending,
  fault: 'reply-lost' | 'reset-before',
) => {
  const { method, content } = sending
  const mark = bench.network.mark?.(chat) ?? ''
  const job = { ...delivery({ chat, content, bytes: filesOf(sending) }), mark }
  bench.tg.faults.next(method, fault)
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  return job
}

for (const sending of sendings) {
  test(`what is in doubt and stands outside its topic is taken back when it is found (${sending.method})`, async () => {
    await using bench = await Bench.open()
    const group = bench.tg.addSupergroup({ title: 'No topics', members: [bench.owner] })
    await bench.network.send(delivery({ chat: `telegram:${group.id}`, content: text('before') }))
    const job = await attempt(bench, `telegram:${group.id}/42`, sending, 'reply-lost')
    assert.equal(group.transcript().length, 1 + sending.messages)
    assert.equal(await bench.network.settle?.(job), false)
    assert.deepEqual(
      group.transcript().map(seen => seen.text),
      ['before'],
    )
    const error = await failureOf(bench.network.send(job))
    assert.deepEqual([error.verdict.kind, error.chatUnreachable], ['reject', true])
    assert.equal(group.transcript().length, 1)
    assert.deepEqual(job.sent, [])
    bench.tg.assertNoSurprises()
  })
}

for (const grace of [0, 50]) {
  test(`an album in doubt outside its topic is taken back whole, and not the one of another topic behind it (grace ${grace})`, async () => {
    await using bench = await Bench.open({ graceMs: () => grace })
    const group = bench.tg.addSupergroup({ title: 'No topics', members: [bench.owner] })
    const album = sendings.find(({ method }) => method === 'sendMediaGroup')
    assert.ok(album)
    const before = () =>
      bench.network.send(delivery({ chat: `telegram:${group.id}`, content: text('before') }))
    await before()
    const first = await attempt(bench, `telegram:${group.id}/42`, album, 'reply-lost')
    await before()
    const second = await attempt(bench, `telegram:${group.id}/43`, album, 'reply-lost')
    const isOpen = new Set([first, second])
    const albumsBeside = () => [...isOpen].map(({ mark }) => ({ since: mark }))
    for (const job of [first, second]) {
      isOpen.delete(job)
      assert.equal(await bench.network.settle?.({ ...job, albumsBeside }), false)
    }
    assert.deepEqual(
      group.transcript().map(seen => seen.text),
      ['before', 'before'],
    )
    bench.tg.assertNoSurprises()
  })
}

test('where there are topics, the same words outside them stay', async () => {
  await using bench = await Bench.open()
  const [words] = sendings
  assert.ok(words)
  const botRights = { can_manage_topics: true }
  const group = bench.tg.addSupergroup({ title: 'Topics', forum: true, botRights, members: [bench.owner] })
  const topic = group.addTopic({ name: 'Mum' })
  await bench.network.send(delivery({ chat: `telegram:${group.id}`, content: text('before') }))
  const chat = `telegram:${group.id}/${topic.message_thread_id}` as const
  const job = await attempt(bench, chat, words, 'reset-before')
  await bench.network.send(delivery({ chat: `telegram:${group.id}`, content: words.content }))
  assert.equal(await bench.network.settle?.(job), false)
  await bench.network.send(job)
  assert.deepEqual(
    group.transcript().map(seen => [seen.text, seen.threadId]),
    [
      ['before', undefined],
      ['in doubt', undefined],
      ['in doubt', topic.message_thread_id],
    ],
  )
})
