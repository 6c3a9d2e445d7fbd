import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Api } from 'grammy'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import { eventually } from '../../simulators/eventually.ts'
import { Bench, delivery, failureOf, text } from '../bench.ts'

for (const isOver of [false, true]) {
  test(`${isOver ? 'behind' : 'in'} a time in which another program takes the updates, a message in doubt is found behind much that was written in other chats`, async () => {
    await using bench = await Bench.open()
    await bench.connect()
    const chat: ChatRef = `telegram:${bench.owner.id}`
    const elsewhere = bench.tg.addGroup({ title: 'Class', members: [bench.owner] })
    await bench.network.send(delivery({ chat, content: text('before') }))
    const conflict = 'Conflict: terminated by other getUpdates request'
    const times = isOver ? 1 : 1_000_000
    bench.tg.faults.next('getUpdates', { error: 409, description: conflict }, { times })
    bench.owner.sends(elsewhere, 'wake')
    await eventually(() => bench.network.status.takes === true, 'the conflict')
    for (let number = 0; number < 100; number += 1) bench.owner.sends(elsewhere, `unheard ${number}`)
    if (isOver) {
      const rival = new Api(bench.tg.token, { apiRoot: bench.tg.apiRoot })
      const [last] = await rival.getUpdates({ offset: -1 })
      if (last) await rival.getUpdates({ offset: last.update_id + 1 })
      await eventually(() => bench.network.status.state === 'connected', 'the end of it')
    }
    const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
    bench.tg.faults.next('sendMessage', 'reply-lost')
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    assert.equal(await bench.network.settle?.(job), true)
    const there = bench.home.transcript().filter(seen => seen.text === 'in doubt')
    assert.deepEqual(
      job.sent.map(({ id }) => id),
      there.map(({ id }) => String(id)),
    )
    bench.tg.assertNoSurprises()
  })
}
