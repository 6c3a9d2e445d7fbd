import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { Delivery } from '../../../src/bridge/network.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import { Bench, delivery, failureOf, type TestDelivery, text } from '../bench.ts'

const picture = (id: string) =>
  ({ id, kind: 'media', as: 'image', media: { source: id }, caption: plainText('') }) as const

/** A group in which something was said, and albums of two pictures each, whose answers were lost or which never arrived. */
const open = async () => {
  const bench = await Bench.open()
  const group = bench.addGroup()
  const chat: ChatRef = `telegram:${group.id}`
  await bench.network.send(delivery({ chat, content: text('before') }))
  const mark = bench.network.mark?.(chat) ?? ''
  const known: TestDelivery[] = []
  const inDoubt = (init: Partial<Pick<Delivery, 'mark' | 'albumsBeside'>> = {}): TestDelivery => {
    const items = [picture('1'), picture('2')]
    const job: TestDelivery = {
      ...delivery({ chat, content: { kind: 'album', items }, bytes: jpeg(8, 8) }),
      mark,
      isKnown: id => known.some(({ sent }) => sent.some(part => part.id === id)),
      ...init,
    }
    known.push(job)
    return job
  }
  const lose = async (
    init?: Parameters<typeof inDoubt>[0],
    fault: 'reply-lost' | 'reset-before' = 'reply-lost',
  ) => {
    const job = inDoubt(init)
    bench.tg.faults.next('sendMediaGroup', fault)
    assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
    return job
  }
  const settle = async (job: TestDelivery) => await bench.network.settle?.(job)
  /** Nobody knows: it is given up, and not sent again. */
  const isUnknown = async (job: TestDelivery): Promise<boolean> => {
    const { verdict, neverKnown } = await failureOf(settle(job))
    return verdict.kind === 'reject' && neverKnown === true && job.sent.length === 0
  }
  const pictures = (): string[] =>
    group.transcript().flatMap(({ id, mediaGroup }) => (mediaGroup === undefined ? [] : [String(id)]))
  return {
    bench,
    group,
    chat,
    mark,
    lose,
    settle,
    isUnknown,
    pictures,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  }
}
const idsOf = ({ sent }: TestDelivery): string[] => sent.map(({ id }) => id)

test('an album in doubt is found by its pictures, which no bot can read, among messages of all kinds', async () => {
  await using scene = await open()
  const { bench, group, chat, lose, settle, pictures } = scene
  bench.owner.sends(group, 'gossip')
  const job = await lose()
  bench.owner.sends(group, 'gossip')
  await bench.network.send(delivery({ chat, content: text('behind it') }))
  assert.equal(await settle(job), true)
  assert.deepEqual(idsOf(job), pictures())
  assert.deepEqual(
    group.transcript().map(({ edited, buttons }) => [edited, buttons]),
    group.transcript().map(() => [false, []]),
  )
})

test('an album that never arrived is not found, also beside another one in doubt', async () => {
  await using scene = await open()
  const jobs = [await scene.lose({}, 'reset-before'), await scene.lose({}, 'reset-before')]
  for (const job of jobs) assert.equal(await scene.settle({ ...job, albumsBeside: () => [{}] }), false)
})

test('the search for an album that was interrupted behind its first picture goes on in that album', async () => {
  await using scene = await open()
  const job = await scene.lose()
  assert.equal(await scene.settle(job), true)
  const sent = job.sent.slice(0, 1)
  await scene.bench.restart()
  const again: TestDelivery = {
    ...job,
    sent,
    onSent: part => void sent.push(part),
    isKnown: id => sent.some(part => part.id === id),
  }
  assert.equal(await scene.settle(again), true)
  assert.deepEqual(idsOf(again), scene.pictures())
})

test('pictures that may be of another album in doubt, or of one that was given up, are nobody’s', async () => {
  await using scene = await open()
  const { mark, lose, isUnknown } = scene
  assert.ok(await isUnknown(await lose({ albumsBeside: () => [{}] })))
  assert.ok(await isUnknown(await lose({ albumsBeside: () => [{ until: mark }] })))
})

test('an album that was given up before what is known from before the attempt is none of it', async () => {
  await using scene = await open()
  const { bench, chat, mark, lose, settle, pictures } = scene
  await bench.network.send(delivery({ chat, content: text('meanwhile') }))
  const later = bench.network.mark?.(chat) ?? ''
  const job = await lose({ mark: later, albumsBeside: () => [{ until: mark }] })
  assert.equal(await settle(job), true)
  assert.deepEqual(idsOf(job), pictures())
})

test('pictures that stood there before the attempt at another album in doubt began are none of that', async () => {
  await using scene = await open()
  const { bench, chat, mark, lose, settle, isUnknown, pictures } = scene
  const job = await lose()
  const own = pictures()
  await bench.network.send(delivery({ chat, content: text('meanwhile') }))
  const later = bench.network.mark?.(chat) ?? ''
  const other = await lose({ mark: later, albumsBeside: () => [{ since: mark }] })
  assert.ok(await isUnknown(other))
  assert.equal(await settle({ ...job, albumsBeside: () => [{ since: later }] }), true)
  assert.deepEqual(idsOf(job), own)
})

test('pictures that may be of another album in doubt, the attempt at which began no later, are nobody’s', async () => {
  await using scene = await open()
  const { mark, lose, isUnknown } = scene
  assert.ok(await isUnknown(await lose({ albumsBeside: () => [{ since: mark }] })))
})

test('of an album in doubt of which somebody deleted a picture nobody knows which one is left', async () => {
  await using scene = await open()
  const { bench, group, lose, isUnknown, pictures } = scene
  const job = await lose()
  bench.owner.deletes(group, Number(pictures()[0]))
  assert.ok(await isUnknown(job))
})

test('where nothing is known from before the attempt, pictures may be of any time', async () => {
  await using scene = await open()
  const { mark: _, ...job } = await scene.lose()
  assert.ok(await scene.isUnknown(job))
})

test('what waits in doubt beside pictures that nobody knows is no album, and is sent again', async () => {
  await using scene = await open()
  const { bench, chat, mark, lose, settle } = scene
  await lose()
  for (const content of [text('call me'), picture('3')]) {
    const job = { ...delivery({ chat, content, bytes: jpeg(8, 8) }), mark }
    assert.equal(await settle(job), false)
  }
  bench.tg.assertNoSurprises()
})

test('what can be told of an album waits until another one is there that is on its way', async () => {
  await using scene = await open()
  const { bench, chat, lose, settle, pictures } = scene
  const job = await lose()
  const own = pictures()
  const enough = new AbortController()
  const items = [picture('3'), picture('4')]
  const content = { kind: 'album', items } as const
  const other = { ...delivery({ chat, content, bytes: jpeg(8, 8) }), signal: enough.signal }
  bench.tg.faults.next('sendMediaGroup', { lateMs: 60_000 })
  const sending = failureOf(bench.network.send(other))
  await bench.tg.until('the other album', () => pictures().length === 4)
  assert.deepEqual((await failureOf(settle(job))).verdict, { kind: 'wait', seconds: 5 })
  enough.abort()
  await sending
  const isKnown = (id: string): boolean => !own.includes(id) && pictures().includes(id)
  assert.equal(await settle({ ...job, isKnown }), true)
  assert.deepEqual(idsOf(job), own)
})
