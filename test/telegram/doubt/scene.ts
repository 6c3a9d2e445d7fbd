import assert from 'node:assert/strict'
import { Bench, delivery, text } from '../bench.ts'
import { filesOf, type Sending } from './sendings.ts'

/** A group where one message is known to stand, and the job of another one that has not gone yet. */
export const openScene = async (sending: Sending, options: Parameters<typeof Bench.open>[0] = {}) => {
  const { content } = sending
  const bench = await Bench.open(options)
  const group = bench.addGroup()
  const chat = `telegram:${group.id}` as const
  await bench.network.send(delivery({ chat, content: text('before') }))
  const job = {
    ...delivery({ chat, content, bytes: filesOf(sending) }),
    mark: bench.network.mark?.(chat) ?? '',
  }
  return { bench, group, job }
}

/** Settles the job, sends what is missing of it, and looks whether each of its messages stands there once. */
export const goOn = async (
  { bench, group, job }: Awaited<ReturnType<typeof openScene>>,
  { messages, isThere = true }: { messages: number; isThere?: boolean },
): Promise<void> => {
  assert.equal(await bench.network.settle?.(job), isThere)
  await bench.network.send(job)
  assert.deepEqual(
    job.sent.map(({ id }) => Number(id)),
    group
      .transcript()
      .slice(1)
      .map(({ id }) => id),
  )
  assert.equal(job.sent.length, messages)
  bench.tg.assertNoSurprises()
}
