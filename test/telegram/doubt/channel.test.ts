import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { SimChat } from '../../simulators/telegram/index.ts'
import { Bench, delivery, failureOf, type TestDelivery, text } from '../bench.ts'

const open = async (): Promise<{ bench: Bench; channel: SimChat; chat: ChatRef }> => {
  const bench = await Bench.open()
  await bench.connect()
  const channel = bench.tg.addChannel({ title: 'News', members: [bench.owner] })
  const chat: ChatRef = `telegram:${channel.id}`
  await bench.network.send(delivery({ chat, content: text('before') }))
  return { bench, channel, chat }
}

const jobFor = (bench: Bench, chat: ChatRef): TestDelivery => ({
  ...delivery({ chat, content: text('Good morning') }),
  mark: bench.network.mark?.(chat) ?? '',
})

const attempt = async (bench: Bench, job: TestDelivery, fault: 'reply-lost' | 'reset-before') => {
  bench.tg.faults.next('sendMessage', fault)
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
}

/** Which messages the bridge asked about. */
const asked = (bench: Bench): unknown[] =>
  bench.tg.callsOf('editMessageReplyMarkup').map(({ params }) => params['message_id'])

for (const restarts of [false, true]) {
  const when = restarts ? 'also when the bridge was started again since' : 'in the same run'
  test(`what another admin posts in a channel is neither taken for ours nor touched, ${when}`, async () => {
    const { bench, channel, chat } = await open()
    await using _ = bench
    const job = jobFor(bench, chat)
    const theirs = bench.owner.sends(channel, 'Good morning')
    await attempt(bench, job, 'reset-before')
    if (restarts) {
      await bench.tg.until('the post to be taken in', () => bench.tg.pendingUpdates === 0)
      await bench.restart()
      await bench.connect()
    }
    assert.equal(await bench.network.settle?.(job), false)
    assert.ok(!asked(bench).includes(theirs.message_id))
    await bench.network.send(job)
    assert.deepEqual(
      channel.transcript().map(seen => seen.text),
      ['before', 'Good morning', 'Good morning'],
    )
    bench.tg.assertNoSurprises()
  })
}

test('what was sent into a channel is found among the posts of others', async () => {
  const { bench, channel, chat } = await open()
  await using _ = bench
  const job = jobFor(bench, chat)
  const theirs = [1, 2, 3].map(number => bench.owner.sends(channel, `post ${number}`).message_id)
  await attempt(bench, job, 'reply-lost')
  theirs.push(bench.owner.sends(channel, 'Good morning').message_id)
  assert.equal(await bench.network.settle?.(job), true)
  const ours = channel
    .transcript()
    .find(({ id, text: said }) => said === 'Good morning' && !theirs.includes(id))
  assert.deepEqual(
    job.sent.map(({ id }) => Number(id)),
    [ours?.id],
  )
  assert.ok(!asked(bench).some(id => theirs.includes(Number(id))))
  bench.tg.assertNoSurprises()
})
