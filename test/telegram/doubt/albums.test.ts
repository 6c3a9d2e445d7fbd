import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import { Bench, delivery, failureOf, type TestDelivery } from '../bench.ts'

const picture = (id: string) =>
  ({ id, kind: 'media', as: 'image', media: { source: id }, caption: plainText('') }) as const

/** Two albums without words whose answers were lost, each of two pictures; only the name above the first tells whose it is. */
const loseTwo = async (bench: Bench) => {
  const group = bench.addGroup()
  const chat: ChatRef = `telegram:${group.id}`
  await bench.network.send(delivery({ chat, content: { kind: 'text', body: plainText('before') } }))
  const before = group.transcript().length
  const mark = bench.network.mark?.(chat) ?? ''
  const isKnown = (id: string): boolean => jobs.some(({ sent }) => sent.some(part => part.id === id))
  const jobs: readonly TestDelivery[] = ['Anna', 'Ben'].map(
    (senderLine): TestDelivery => ({
      ...delivery({
        chat,
        content: { kind: 'album', items: [picture('1'), picture('2')] },
        bytes: jpeg(8, 8),
      }),
      senderLine,
      mark,
      isKnown,
    }),
  )
  for (const job of jobs) {
    bench.tg.faults.next('sendMediaGroup', 'reply-lost')
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  }
  const [first, second] = jobs
  assert.ok(first && second)
  const ids = group.transcript().map(({ id }) => String(id))
  return { group, first, second, ids: ids.slice(before) }
}
const idsOf = ({ sent }: TestDelivery): string[] => sent.map(({ id }) => id)

test('of two albums in doubt in one chat each gets its own pictures, whichever is looked for first', async () => {
  for (const isLaterFirst of [false, true]) {
    await using bench = await Bench.open()
    const { first, second, ids } = await loseTwo(bench)
    for (const job of isLaterFirst ? [second, first] : [first, second])
      assert.equal(await bench.network.settle?.(job), true)
    assert.deepEqual([...idsOf(first), ...idsOf(second)], ids)
  }
})

test('the search for an album that was interrupted behind its first picture goes on in that album', async () => {
  await using bench = await Bench.open()
  const { second, ids } = await loseTwo(bench)
  assert.equal(await bench.network.settle?.(second), true)
  const sent = second.sent.slice(0, 1)
  await bench.restart()
  const again: TestDelivery = {
    ...second,
    sent,
    onSent: part => void sent.push(part),
    isKnown: id => sent.some(part => part.id === id),
  }
  assert.equal(await bench.network.settle?.(again), true)
  assert.deepEqual(idsOf(again), ids.slice(2))
})
