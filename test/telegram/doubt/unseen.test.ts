import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Network } from '../../../src/bridge/network.ts'
import { Bench, delivery, failureOf, text } from '../bench.ts'

const question = 'editMessageReplyMarkup'

for (const [what, privacy, from] of [
  ['another bot', false, 'bot'],
  ['people, where the bot sees only what is meant for it', true, 'owner'],
] as const) {
  /** A group where as much was written as the bridge sends, and more, of which it sees nothing. */
  const open = async (unseen: number) => {
    const bench = await Bench.open({ simulator: { privacy } })
    const bot = bench.tg.addUser({ id: 900, first_name: 'News', is_bot: true })
    const group = bench.addGroup()
    const chat = `telegram:${group.id}` as const
    const write = (count: number): void => {
      for (let n = 0; n < count; n++) ({ bot, owner: bench.owner })[from].sends(group, `news ${n}`)
    }
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
    const { bench, group, write, job } = await open(200)
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
