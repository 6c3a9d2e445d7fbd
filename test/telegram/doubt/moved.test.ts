import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import { eventually } from '../../simulators/eventually.ts'
import type { SimChat } from '../../simulators/telegram/index.ts'
import { Bench, delivery, failureOf, type TestDelivery, text } from '../bench.ts'

const words = Array.from({ length: 1000 }, (_, n) => `word${n}`).join(' ')

/** A message of two parts whose second one is in doubt, in a group that has become a supergroup since. */
const loseAnswer = async (
  bench: Bench,
  fault: 'reply-lost' | 'reset-before',
): Promise<{ group: SimChat; moved: SimChat; job: TestDelivery }> => {
  const group = bench.tg.addGroup({ title: 'Family', members: [bench.owner] })
  const chat: ChatRef = `telegram:${group.id}`
  await bench.connect()
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = { ...delivery({ chat, content: text(words) }), mark: bench.network.mark?.(chat) ?? '' }
  bench.tg.faults.next('sendMessage', fault, { when: ({ text: part }) => String(part).endsWith('word999') })
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  assert.equal(job.sent.length, 1)
  const moved = bench.tg.migrate(group)
  bench.owner.sends(moved, 'gossip')
  await eventually(() => bench.inbox.texts.includes('gossip'), 'the move')
  return { group, moved, job }
}

const partsIn = (chat: SimChat): string[] =>
  chat.transcript().flatMap(({ from, text: said }) => (from.isBot && said?.includes('word') ? [said] : []))

for (const isKept of [true, false]) {
  const when = isKept ? 'in the same run' : 'after a restart'
  test(`what is in doubt is looked for where the group was before it became a supergroup, ${when}`, async () => {
    await using bench = await Bench.open()
    const { group, moved, job } = await loseAnswer(bench, 'reply-lost')
    if (!isKept) await bench.restart()
    assert.equal(await bench.network.settle?.(job), true)
    await bench.network.send(job)
    assert.equal(partsIn(group).join(' '), words)
    assert.deepEqual(partsIn(moved), [])
    // Nothing in the supergroup can be taken for it.
    assert.ok(Number(job.sent[1]?.id) < 0)
    bench.tg.assertNoSurprises()
  })

  test(`what did not arrive before the group became a supergroup is sent there, once, ${when}`, async () => {
    await using bench = await Bench.open()
    const { group, moved, job } = await loseAnswer(bench, 'reset-before')
    if (!isKept) await bench.restart()
    assert.equal(await bench.network.settle?.(job), false)
    // That attempt's answer is lost, too.
    bench.tg.faults.next('sendMessage', 'reply-lost')
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    assert.equal(await bench.network.settle?.({ ...job, mark: bench.network.mark?.(job.chat) ?? '' }), true)
    await bench.network.send(job)
    assert.equal([...partsIn(group), ...partsIn(moved)].join(' '), words)
    assert.equal(partsIn(moved).length, 1)
    bench.tg.assertNoSurprises()
  })
}

test('where Telegram says of each message of the former group that its id is invalid, nothing is sent again', async () => {
  await using bench = await Bench.open()
  const { group, moved, job } = await loseAnswer(bench, 'reply-lost')
  sayInvalid(bench, group)
  assert.ok(bench.network.settle)
  assert.equal((await failureOf(bench.network.settle(job))).verdict.kind, 'reject')
  assert.deepEqual([job.sent.length, partsIn(moved)], [1, []])
})

test('what a backup brought back, and stands in the former group in other words by now, may be there', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addGroup({ title: 'Family', members: [bench.owner] })
  const chat: ChatRef = `telegram:${group.id}`
  await bench.connect()
  await bench.network.send(delivery({ chat, content: text('before') }))
  const mark = bench.network.mark?.(chat) ?? ''
  await bench.network.send(delivery({ chat, content: text('edited since') }))
  const [first] = group.transcript()
  await bench.restart({ tops: [{ id: 'shared', value: String(first?.id) }] })
  await bench.connect()
  bench.owner.sends(bench.tg.migrate(group), 'gossip')
  await eventually(() => bench.inbox.texts.includes('gossip'), 'the move')
  const job = { ...delivery({ chat, content: text('said'), mark }), inDoubt: true, restored: true } as const
  assert.equal(await bench.network.settle?.(job), 'perhaps')
})

for (const looked of [
  'from before the first attempt',
  'from behind the first search, where nothing is known there',
] as const)
  test(`a further part that went to the supergroup is found where that has had the ids of the former group since (${looked})`, async () => {
    await using bench = await Bench.open()
    const group = bench.tg.addGroup({ title: 'Family', members: [bench.owner] })
    const chat: ChatRef = `telegram:${group.id}`
    let job = { ...delivery({ chat, content: text(words) }), mark: bench.network.mark?.(chat) ?? '' }
    const isLast = {
      when: ({ text: part }: Readonly<Record<string, unknown>>) => String(part).endsWith('word999'),
    }
    bench.tg.faults.next('sendMessage', 'reset-before', isLast)
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    const moved = bench.tg.migrate(group)
    assert.equal(await bench.network.settle?.(job), false)
    if (looked !== 'from before the first attempt') job = { ...job, mark: bench.network.mark?.(chat) ?? '' }
    bench.tg.faults.next('sendMessage', 'reply-lost', {
      when: params => isLast.when(params) && params['chat_id'] === moved.id,
    })
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    for (let id = 0; id <= Number(job.sent[0]?.id); id = bench.owner.sends(moved, 'gossip').message_id);
    await bench.connect()
    await bench.tg.until('that to be taken in', () => bench.tg.pendingUpdates === 0)
    await bench.restart()
    assert.equal(await bench.network.settle?.(job), true)
    await bench.network.send(job)
    assert.equal([...partsIn(group), ...partsIn(moved)].join(' '), words)
  })

test('before it is heard that a group became a supergroup, that an id there is invalid proves nothing either', async () => {
  await using bench = await Bench.open()
  const group = bench.tg.addGroup({ title: 'Family', members: [bench.owner] })
  const chat: ChatRef = `telegram:${group.id}`
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
  bench.tg.faults.next('sendMessage', 'reply-lost')
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  bench.tg.migrate(group)
  sayInvalid(bench, group)
  assert.ok(bench.network.settle)
  assert.equal((await failureOf(bench.network.settle(job))).verdict.kind, 'reject')
})

/** Telegram says so of each id that a message of the group has. */
const sayInvalid = ({ tg }: Bench, group: SimChat): void =>
  tg.faults.next(
    'editMessageReplyMarkup',
    { error: 400, description: 'Bad Request: MESSAGE_ID_INVALID' },
    {
      times: 99,
      when: params => params['chat_id'] === group.id && Number(params['message_id']) <= lastOf(group),
    },
  )

const lastOf = (chat: SimChat): number => chat.messages.at(-1)?.message_id ?? 0
