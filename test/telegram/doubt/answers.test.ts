import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { Settled } from '../../../src/bridge/network.ts'
import type { Params, SimChat } from '../../simulators/telegram/index.ts'
import { Bench, delivery, failureOf, type TestDelivery, text } from '../bench.ts'

const question = 'editMessageReplyMarkup'

/** What a search may be told about one id (telegram-bot-api 10.0, `fail_query_with_error`). */
const absent = ['message to edit not found', 'MESSAGE_ID_INVALID']
const foreign = ["message can't be edited", 'MESSAGE_AUTHOR_REQUIRED']
const meaningless = [
  'message not found',
  'MESSAGE_EDIT_TIME_EXPIRED',
  'MESSAGE_EMPTY',
  'MSG_WAIT_FAILED',
  'REPLY_MARKUP_INVALID',
  'BUTTON_TYPE_INVALID',
  'there is no reply markup in the message',
  'message identifier is not specified',
  'Some words that nobody has heard yet',
]
/** And about the chat, with the code. */
const chatWide = [
  [400, 'Bad Request: chat not found'],
  [400, 'Bad Request: CHAT_WRITE_FORBIDDEN'],
  [400, 'Bad Request: CHAT_ADMIN_REQUIRED'],
  [400, 'Bad Request: need administrator rights in the channel chat'],
  [400, 'Bad Request: TOPIC_CLOSED'],
  [400, 'Bad Request: TOPIC_DELETED'],
  [403, 'Forbidden: bot was kicked from the supergroup chat'],
  [403, 'Forbidden: bot is not a member of the supergroup chat'],
  [403, 'Forbidden: bot was blocked by the user'],
  [403, 'Forbidden: user is deactivated'],
  [403, 'Forbidden: something that nobody has heard yet'],
] as const

interface Scene {
  readonly group: SimChat
  readonly job: TestDelivery
  /** Ids that the search asks for, in order; the last one is the message's, where it arrived. */
  readonly ids: readonly number[]
}

/** A message in doubt behind one of a person's. */
const doubt = async (bench: Bench, arrived: boolean): Promise<Scene> => {
  const group = bench.addGroup()
  const chat: ChatRef = `telegram:${group.id}`
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
  const gossip = bench.owner.sends(group, 'gossip')
  bench.tg.faults.next('sendMessage', arrived ? 'reply-lost' : 'reset-before')
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  const ids = [gossip.message_id, ...(arrived ? [gossip.message_id + 1] : [])]
  return { group, job, ids }
}

const settle = async (bench: Bench, job: TestDelivery): Promise<Settled> => {
  assert.ok(bench.network.settle)
  return await bench.network.settle(job)
}

const about = (group: SimChat, id: number | undefined, more: (params: Params) => boolean = () => true) => ({
  times: 1000,
  when: (params: Params) => params['chat_id'] === group.id && params['message_id'] === id && more(params),
})

const answer = (words: string) => ({ error: 400, description: `Bad Request: ${words}` }) as const

for (const words of [...absent, ...foreign, ...meaningless]) {
  test(`"${words}" about another id does not keep a search from finding the message`, async () => {
    await using bench = await Bench.open()
    const { group, job, ids } = await doubt(bench, true)
    bench.tg.faults.next(question, answer(words), about(group, ids[0]))
    assert.equal(await settle(bench, job), true)
    assert.deepEqual(
      job.sent.map(({ id }) => Number(id)),
      [ids.at(-1)],
    )
    bench.tg.assertNoSurprises()
  })
}

for (const words of [...absent, ...foreign]) {
  test(`"${words}" about the only id there is says that the message did not arrive`, async () => {
    await using bench = await Bench.open()
    const { group, job, ids } = await doubt(bench, false)
    bench.tg.faults.next(question, answer(words), about(group, ids[0]))
    assert.equal(await settle(bench, job), false)
    assert.deepEqual(job.sent, [])
  })
}

for (const words of meaningless) {
  for (const [when, isThat] of [
    ['what it says', () => true],
    ['to be as it was', (params: Params) => params['reply_markup'] === undefined],
  ] as const) {
    test(`"${words}", asked ${when}, does not say that it is missing`, async () => {
      await using bench = await Bench.open()
      const { group, job, ids } = await doubt(bench, true)
      bench.tg.faults.next(question, answer(words), about(group, ids.at(-1), isThat))
      for (let turn = 0; turn < 2; turn += 1) {
        const { verdict, chatUnreachable } = await failureOf(settle(bench, job))
        assert.deepEqual([verdict.kind, chatUnreachable], ['reject', false])
      }
      assert.deepEqual(job.sent, [])
      bench.tg.faults.clear()
      assert.equal(await settle(bench, job), true)
      assert.deepEqual(
        group.transcript().map(seen => [seen.text, seen.buttons, seen.edited]),
        ['before', 'gossip', 'in doubt'].map(said => [said, [], false]),
      )
    })
  }
}

for (const [error, description] of chatWide) {
  test(`"${description}" ends a search as a chat that is out of reach`, async () => {
    await using bench = await Bench.open()
    const { group, job, ids } = await doubt(bench, true)
    bench.tg.faults.next(question, { error, description }, about(group, ids[0]))
    const { verdict, chatUnreachable } = await failureOf(settle(bench, job))
    assert.deepEqual([verdict.kind, chatUnreachable], ['reject', true])
    assert.deepEqual(job.sent, [])
  })
}

test('answers that all say nothing do not keep a search busy for ever', async () => {
  await using bench = await Bench.open()
  const { group, job } = await doubt(bench, true)
  bench.tg.faults.next(question, answer('NEW_WORDS'), {
    times: 10_000,
    when: params => params['chat_id'] === group.id,
  })
  assert.equal((await failureOf(settle(bench, job))).verdict.kind, 'reject')
  assert.ok(bench.tg.callsOf(question).length < 40, `${bench.tg.callsOf(question).length} questions`)
})

test('a message that is deleted between the two questions about it is not there any more', async () => {
  await using bench = await Bench.open()
  const { group, job, ids } = await doubt(bench, true)
  const isSecond = (params: Params) => {
    if (params['reply_markup'] === undefined) return false
    bench.owner.deletes(group, Number(params['message_id']))
    return false
  }
  bench.tg.faults.next(question, 'hang', about(group, ids.at(-1), isSecond))
  assert.equal(await settle(bench, job), false)
  assert.deepEqual(job.sent, [])
})

test('a search whose own button may be left under a message comes back and takes it away', async () => {
  await using bench = await Bench.open()
  const { group, job } = await doubt(bench, true)
  const isTakenAway = (params: Params) => params['reply_markup'] === undefined
  bench.tg.faults.next(question, answer('NEW_WORDS'), { when: isTakenAway })
  assert.equal((await failureOf(settle(bench, job))).verdict.kind, 'reject')
  assert.deepEqual(job.sent, [])
  assert.deepEqual(group.transcript().at(-1)?.buttons, [['…']])
  assert.equal(await settle(bench, job), true)
  assert.deepEqual(
    group.transcript().map(seen => [seen.text, seen.buttons]),
    ['before', 'gossip', 'in doubt'].map(said => [said, []]),
  )
})
