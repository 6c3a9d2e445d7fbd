import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Network } from '../../../src/bridge/network.ts'
import { Bench, delivery, failureOf, type TestDelivery, text } from '../bench.ts'

const question = 'editMessageReplyMarkup'

for (const [what, privacy, from] of [
  ['another bot', false, 'bot'],
  ['people, where the bot sees only what is meant for it', true, 'owner'],
] as const) {
  const openGroup = async () => {
    const bench = await Bench.open({ simulator: { privacy } })
    const bot = bench.tg.addUser({ id: 900, first_name: 'News', is_bot: true })
    const group = bench.addGroup()
    const write = (count: number): void => {
      for (let n = 0; n < count; n++) ({ bot, owner: bench.owner })[from].sends(group, `news ${n}`)
    }
    return { bench, group, write }
  }
  /** A group where as much was written as the bridge sends, and more, of which it sees nothing. */
  const open = async (unseen: number) => {
    const { bench, group, write } = await openGroup()
    const chat = `telegram:${group.id}` as const
    const earlier = delivery({ chat, content: text('earlier') })
    write(unseen)
    await bench.network.send(earlier)
    const known = earlier.sent.map(({ id }) => Number(id))
    const mark = bench.network.mark?.(chat) ?? ''
    write(unseen)
    return { bench, group, write, job: delivery({ chat, content: text('ok'), mark, known }) }
  }
  const settle = ({ network }: Bench, job: Parameters<NonNullable<Network['settle']>>[0]) => {
    assert.ok(network.settle)
    return network.settle(job)
  }

  test(`a message in doubt is found behind much that was written by ${what}`, async () => {
    const { bench, group, write, job } = await open(320)
    await using _ = bench
    bench.tg.faults.next('sendMessage', 'reply-lost')
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    write(40)
    await bench.restart()
    assert.equal(await settle(bench, job), true)
    assert.deepEqual(
      job.sent.map(({ id }) => Number(id)),
      group.transcript().flatMap(seen => (seen.text === 'ok' ? [seen.id] : [])),
    )
  })

  /** Where a message can be missed, it comes once more; nothing else does, and neither of the two is taken for a later one. */
  const assertOnceMore = async (
    { bench, group }: { bench: Bench; group: ReturnType<Bench['addGroup']> },
    job: TestDelivery,
  ): Promise<void> => {
    const own = (words: string) =>
      group.transcript().flatMap(({ id, text: said }) => (said === words ? [String(id)] : []))
    const before = group.transcript().length
    assert.equal(own('ok').length, 1)
    assert.equal(await settle(bench, job), false)
    await bench.network.send(job)
    assert.equal(own('ok').length, 2)
    assert.deepEqual(
      job.sent.map(({ id }) => id),
      own('ok').slice(-1),
    )
    const chat = `telegram:${group.id}` as const
    const mark = bench.network.mark?.(chat) ?? ''
    const next = delivery({ chat, content: text('ok'), mark, known: job.sent.map(({ id }) => Number(id)) })
    bench.tg.faults.next('sendMessage', 'reset-before')
    assert.equal((await failureOf(bench.network.send(next))).verdict.kind, 'unsure')
    await bench.restart()
    assert.equal(await settle(bench, next), false)
    await bench.network.send(next)
    assert.deepEqual([own('ok').length, group.transcript().length], [3, before + 2])
    assert.deepEqual(
      group.transcript().flatMap(({ buttons, edited }) => (edited ? ['edited'] : buttons.flat())),
      [],
    )
    bench.tg.assertNoSurprises()
  }

  test(`behind more than is looked past a message in doubt comes once more, and nothing else, written by ${what}`, async () => {
    const { bench, group, job } = await open(340)
    await using _ = bench
    bench.tg.faults.next('sendMessage', 'reply-lost')
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    await bench.restart()
    await assertOnceMore({ bench, group }, job)
  })

  for (const [count, isFound] of [
    [25, true],
    [40, false],
  ] as const) {
    const outcome = isFound ? 'found' : 'missed, and comes once more'
    test(`the first one in a chat, ${count} before one that is heard of, is ${outcome}, written by ${what}`, async () => {
      const { bench, group, write } = await openGroup()
      await using _ = bench
      const job = delivery({ chat: `telegram:${group.id}`, content: text('ok'), mark: '' })
      bench.tg.faults.next('sendMessage', 'reply-lost')
      assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
      write(count)
      bench.owner.sends(group, '/id')
      await bench.connect()
      await bench.tg.until('that to be taken in', () => bench.tg.pendingUpdates === 0)
      await bench.restart()
      if (isFound) assert.equal(await settle(bench, job), true)
      else await assertOnceMore({ bench, group }, job)
    })
  }

  test(`that it did not arrive is known in the end, however much is written by ${what}`, async () => {
    const { bench, job } = await open(500)
    await using _ = bench
    bench.tg.faults.next('sendMessage', { error: 500, description: 'Internal Server Error' })
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    await bench.restart()
    assert.equal(await settle(bench, job), false)
    const asked = bench.tg.callsOf(question).length
    assert.ok(asked <= 330, `${asked} questions`)
  })
}

test('what people wrote and the bot saw makes no search longer', async () => {
  await using bench = await Bench.open()
  const group = bench.addGroup()
  const chat = `telegram:${group.id}` as const
  const zoe = bench.tg.addUser({ id: 901, first_name: 'Zoe' })
  await bench.connect()
  for (let n = 0; n < 320; n++) zoe.sends(group, `news ${n}`)
  await bench.tg.until('that to be taken in', () => bench.tg.pendingUpdates === 0)
  const mark = bench.network.mark?.(chat) ?? ''
  const job = delivery({ chat, content: text('ok'), mark })
  bench.tg.faults.next('sendMessage', { error: 500, description: 'Internal Server Error' })
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  assert.equal(await bench.network.settle?.(job), false)
  const asked = bench.tg.callsOf(question).length
  assert.ok(asked < 50, `${asked} questions`)
})
