import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Api } from 'grammy'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import { StoreError } from '../../../src/bridge/store-error.ts'
import type { DeliveryError } from '../../../src/bridge/verdict.ts'
import { openMarks } from '../../../src/telegram/marks.ts'
import { tellOfRivals } from '../../../src/telegram/updates/rivals.ts'
import { eventually } from '../../simulators/eventually.ts'
import type { Fault } from '../../simulators/telegram/index.ts'
import { tempStore } from '../../store/temp-store.ts'
import { Bench, delivery, failureOf, type TestDelivery, text } from '../bench.ts'

/** A private chat in which something is known, and another one: what is written there takes ids of the same space. */
const begin = async (bench: Bench) => {
  await bench.connect()
  const chat: ChatRef = `telegram:${bench.owner.id}`
  const elsewhere = bench.tg.addGroup({ title: 'Class', members: [bench.owner] })
  await bench.network.send(delivery({ chat, content: text('before') }))
  return { chat, elsewhere }
}

/** A bridge from which another program keeps the updates: polls are refused. */
const open = async () => {
  const bench = await Bench.open()
  const { chat, elsewhere } = await begin(bench)
  const conflict = 'Conflict: terminated by other getUpdates request'
  bench.tg.faults.next('getUpdates', { error: 409, description: conflict }, { times: 1_000_000 })
  bench.owner.sends(elsewhere, 'wake')
  await eventually(() => bench.network.status.takes === true, 'the conflict')
  return { bench, chat, elsewhere }
}

/** The other program has fetched all that waits, and asks no more. */
const goAway = async ({ tg }: Bench): Promise<void> => {
  tg.faults.clear()
  const rival = new Api(tg.token, { apiRoot: tg.apiRoot })
  const [last] = await rival.getUpdates({ offset: -1 })
  if (last) await rival.getUpdates({ offset: last.update_id + 1 })
}

/** Sends what is in doubt then. */
const attempt = async (bench: Bench, chat: ChatRef, fault: Fault): Promise<TestDelivery> => {
  const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
  bench.tg.faults.next('sendMessage', fault)
  assert.equal((await failureOf(bench.network.send(job))).verdict.kind, 'unsure')
  return job
}

const whens = {
  'in a time': [],
  'behind a time': ['goes away'],
  'in a time, and killed before its end,': ['sends', 'goes away', 'restarts'],
  'behind a start in a time': ['goes away', 'restarts'],
} as const

for (const [when, deeds] of Object.entries(whens)) {
  test(`${when} in which another program takes the updates, a message in doubt is found behind much that was written in other chats`, async () => {
    const { bench, chat, elsewhere } = await open()
    await using _ = bench
    for (let number = 0; number < 100; number += 1) bench.owner.sends(elsewhere, `unheard ${number}`)
    let job: TestDelivery | undefined
    for (const deed of deeds) {
      if (deed === 'sends') job = await attempt(bench, chat, 'reply-lost')
      if (deed === 'goes away') await goAway(bench)
      if (deed === 'restarts') {
        await bench.restart()
        await bench.network.start()
      }
    }
    if (deeds.length > 0) await eventually(() => bench.network.status.state === 'connected', 'the end of it')
    job ??= await attempt(bench, chat, 'reply-lost')
    assert.equal(await bench.network.settle?.(job), true)
    const there = bench.home.transcript().filter(seen => seen.text === 'in doubt')
    assert.deepEqual(
      job.sent.map(({ id }) => id),
      there.map(({ id }) => String(id)),
    )
    bench.tg.assertNoSurprises()
  })
}

for (const [count, isThere] of [
  [5, true],
  [100, true],
  [100, false],
] as const) {
  const where = isThere ? 'there' : 'not there'
  test(`while polls alone fail, and ${count} were written in other chats, a message in doubt that is ${where} is found, or waited for`, async () => {
    await using bench = await Bench.open()
    const { chat, elsewhere } = await begin(bench)
    const failure = { error: 502, description: 'Bad Gateway' }
    bench.tg.faults.next('getUpdates', failure, { times: 1_000_000 })
    bench.owner.sends(elsewhere, 'unheard 0')
    await eventually(() => bench.network.status.takes === true, 'the failures')
    for (let number = 1; number < count; number += 1) bench.owner.sends(elsewhere, `unheard ${number}`)
    const job = await attempt(bench, chat, isThere ? 'reply-lost' : 'reset-before')
    if (count > 30) {
      assert.ok(bench.network.settle)
      assert.equal((await failureOf(bench.network.settle(job))).verdict.kind, 'wait')
      bench.tg.faults.clear()
      await eventually(() => bench.inbox.messages.length === count, 'all of it', 60_000)
    }
    assert.equal(await bench.network.settle?.(job), isThere)
    assert.deepEqual(
      job.sent.map(({ id }) => id),
      bench.home.transcript().flatMap(seen => (seen.text === 'in doubt' ? [String(seen.id)] : [])),
    )
    bench.tg.assertNoSurprises()
  })
}

const day = 86_400_000

/** Each lets all that was written elsewhere go unheard. */
const gaps: Readonly<Record<string, (bench: Bench, top: number) => Promise<void>>> = {
  async 'nothing was heard for more than a day'(bench) {
    const sessions = bench.store.session('telegram')
    bench.tg.advanceClock(day + 1000)
    sessions.set([{ type: 'heard', id: '', value: String(Date.now() - day) }])
    await bench.restart()
    // The owner is told of it.
    bench.inbox.standing = () => undefined
    await bench.connect()
    // Telegram holds the first poll where the one before was a moment ago.
    await eventually(() => Number(sessions.get('heard', '')) > Date.now() - day / 2, 'the first answer')
  },
  async 'a backup was put back'(bench, top) {
    await bench.restart()
    await bench.connect()
    await eventually(() => bench.inbox.messages.length === 100, 'all of it')
    await bench.restart({ tops: [{ id: 'shared', value: String(top) }] })
    await bench.connect()
  },
}

for (const [what, goBy] of Object.entries(gaps)) {
  test(`where ${what}, a message in doubt is found behind much that was written in other chats`, async () => {
    await using bench = await Bench.open()
    const { chat, elsewhere } = await begin(bench)
    await bench.network[Symbol.asyncDispose]()
    for (let number = 0; number < 100; number += 1) bench.owner.sends(elsewhere, `unheard ${number}`)
    await goBy(bench, bench.home.transcript()[0]?.id ?? 0)
    const job = await attempt(bench, chat, 'reply-lost')
    assert.equal(await bench.network.settle?.(job), true)
    await bench.network.send(delivery({ chat, content: text('behind it') }))
    // From here on it is heard again: what waits behind the first one, be it from before, is not looked for as far.
    const asked = async (mark: Partial<TestDelivery> = {}): Promise<number> => {
      const before = bench.tg.callsOf('editMessageReplyMarkup').length
      const lost = { ...(await attempt(bench, chat, 'reset-before')), ...mark }
      assert.equal(await bench.network.settle?.(lost), false)
      return bench.tg.callsOf('editMessageReplyMarkup').length - before
    }
    assert.equal(await asked(), 30)
    assert.ok((await asked({ mark: job.mark ?? '' })) < 150)
    bench.tg.assertNoSurprises()
  })
}

/** A private chat of which a backup knows the first message, and of which much was not heard of since, and another chat. */
const openOlder = async () => {
  const bench = await Bench.open()
  const { chat, elsewhere } = await begin(bench)
  const mark = bench.network.mark?.(chat) ?? ''
  const write = async (): Promise<void> => {
    const count = bench.inbox.messages.length
    for (let number = 0; number < 50; number += 1) bench.owner.sends(elsewhere, `since ${number}`)
    await eventually(() => bench.inbox.messages.length === count + 50, 'all of it')
  }
  const putBack = async (): Promise<void> => {
    const [first] = bench.home.transcript()
    await bench.restart({ tops: [{ id: 'shared', value: String(first?.id) }] })
    await bench.connect()
  }
  return { bench, chat, elsewhere, mark, write, putBack }
}

test('behind a backup each of two messages in doubt is found, with much between them that was written in other chats', async () => {
  const { bench, chat, mark, write, putBack } = await openOlder()
  await using _ = bench
  await bench.network.send(delivery({ chat, content: text('one') }))
  await write()
  await bench.network.send(delivery({ chat, content: text('two') }))
  await putBack()
  const known: number[] = []
  for (const words of ['one', 'two']) {
    const job = delivery({ chat, content: text(words), mark, known })
    assert.equal(await bench.network.settle?.(job), true, words)
    known.push(...job.sent.map(({ id }) => Number(id)))
  }
  assert.deepEqual(
    known,
    bench.home
      .transcript()
      .slice(1)
      .map(({ id }) => id),
  )
})

test('what is edited behind a backup says nothing of how much was written in other chats since', async () => {
  const { bench, chat, write, putBack } = await openOlder()
  await using _ = bench
  const { message_id: typed } = bench.owner.sends(bench.home, 'typed')
  await eventually(() => bench.inbox.messages.length === 1, 'what was typed')
  await write()
  await putBack()
  bench.owner.edits(bench.home, typed, 'typed anew')
  await eventually(() => bench.inbox.arrivals.length === 1, 'the edit')
  const job = await attempt(bench, chat, 'reply-lost')
  assert.equal(await bench.network.settle?.(job), true)
})

test('behind the time of another program what is in doubt in two chats is found, with much between them that was written in a third', async () => {
  const { bench, chat, elsewhere } = await open()
  await using _ = bench
  const other = bench.tg.addGroup({ title: 'Family', members: [bench.owner] })
  const one = await attempt(bench, chat, 'reply-lost')
  for (let number = 0; number < 320; number += 1) bench.owner.sends(elsewhere, `unheard ${number}`)
  const two = await attempt(bench, `telegram:${other.id}`, 'reply-lost')
  await goAway(bench)
  await bench.network[Symbol.asyncDispose]()
  const marks = openMarks(bench.store.session('telegram'))
  tellOfRivals({ inbox: { standing: () => undefined }, marks }).onPeace()
  await bench.restart()
  for (const job of [one, two]) assert.equal(await bench.network.settle?.(job), true)
})

for (const when of ['of a start', 'that is open'] as const) {
  test(`where the poll ${when} is dead, a message in doubt is found behind much that was written in other chats`, async () => {
    await using bench = await Bench.open({ graceMs: () => 3000 })
    const chat: ChatRef = `telegram:${bench.owner.id}`
    const elsewhere = bench.tg.addGroup({ title: 'Class', members: [bench.owner] })
    await bench.network.send(delivery({ chat, content: text('before') }))
    if (when === 'that is open') await bench.connect()
    bench.tg.faults.next('getUpdates', 'hang')
    if (when === 'of a start') await bench.connect()
    else bench.owner.sends(elsewhere, 'wakes the poll before')
    await eventually(() => bench.tg.faults.waiting === 0, 'the dead one')
    for (let number = 0; number < 100; number += 1) bench.owner.sends(elsewhere, `unheard ${number}`)
    const job = await attempt(bench, chat, 'reply-lost')
    assert.equal(await bench.network.settle?.(job), true)
  })
}

/** An open poll is dead, and so many behind it; much was written in other chats since. What it sends then is in doubt. */
const goDead = async (bench: Bench, times: number): Promise<TestDelivery> => {
  const { chat, elsewhere } = await begin(bench)
  bench.tg.faults.next('getUpdates', 'hang', { times })
  bench.owner.sends(elsewhere, 'wakes the poll before')
  await eventually(() => bench.tg.faults.waiting < times, 'the dead one')
  for (let number = 0; number < 100; number += 1) bench.owner.sends(elsewhere, `unheard ${number}`)
  return await attempt(bench, chat, 'reply-lost')
}

test('while no poll is answered at all, a message in doubt that is not found waits, and is found when they are', async () => {
  await using bench = await Bench.open({ graceMs: () => 6000 })
  const job = await goDead(bench, 1_000_000)
  assert.ok(bench.network.settle)
  assert.equal((await failureOf(bench.network.settle(job))).verdict.kind, 'wait')
  assert.equal((await failureOf(bench.network.settle(job))).verdict.kind, 'wait')
  bench.tg.faults.clear()
  await bench.restart()
  await bench.connect()
  await eventually(() => bench.inbox.messages.length >= 100, 'all of it')
  assert.equal(await bench.network.settle?.(job), true)
})

for (const [server, graceMs] of Object.entries({
  'has long been done': 0,
  'is done before the look': 1000,
})) {
  test(`where the open poll is dead, and the server ${server}, a message in doubt is found behind much that was written in other chats`, async () => {
    await using bench = await Bench.open({ graceMs: () => graceMs })
    const job = await goDead(bench, 1)
    // In a private chat it is even a question a second.
    bench.tg.faults.next('editMessageReplyMarkup', { lateMs: 200 }, { times: 1_000_000 })
    assert.equal(await bench.network.settle?.(job), true)
  })
}

test('while the connection for polls is made anew, a message in doubt that is not found is waited for', async () => {
  await using bench = await Bench.open()
  const { chat, elsewhere } = await begin(bench)
  const failure = { error: 502, description: 'Bad Gateway' }
  for (const method of ['getUpdates', 'getMe']) bench.tg.faults.next(method, failure, { times: 1_000_000 })
  for (let number = 0; number < 100; number += 1) bench.owner.sends(elsewhere, `unheard ${number}`)
  await eventually(() => bench.network.status.state === 'connecting', 'the failures')
  const job = await attempt(bench, chat, 'reply-lost')
  assert.ok(bench.network.settle)
  assert.equal((await failureOf(bench.network.settle(job))).verdict.kind, 'wait')
  bench.tg.faults.clear()
  await eventually(() => bench.inbox.messages.length === 100, 'all of it', 60_000)
  assert.equal(await bench.network.settle(job), true)
})

for (const [how, fault] of [
  ['at once', undefined],
  ['late', { lateMs: 2000 }],
] as const)
  test(`where the open poll is dead, and the next one is answered ${how}, a message in doubt is found behind much that was written in other chats`, async () => {
    await using bench = await Bench.open()
    const job = await goDead(bench, 1)
    if (fault) bench.tg.faults.next('getUpdates', fault)
    assert.equal(await bench.network.settle?.(job), true)
  })

test('where each poll is answered after twelve seconds, a message in doubt that is not there is known to be missing all the same', async () => {
  await using bench = await Bench.open()
  await bench.connect()
  const chat: ChatRef = `telegram:${bench.owner.id}`
  await bench.network.send(delivery({ chat, content: text('before') }))
  bench.tg.faults.next('getUpdates', { lateMs: 12_000 }, { times: 1_000_000 })
  const job = await attempt(bench, chat, 'reset-before')
  const looks: unknown[] = []
  while (looks.length < 4 && looks.at(-1) !== false)
    looks.push(await bench.network.settle?.(job).catch((error: DeliveryError) => error.verdict.kind))
  assert.deepEqual(looks, ['wait', false])
})

test('the first message of all that a bot sends is found, which others have used for private chats before', async () => {
  await using bench = await Bench.open()
  const stranger = bench.tg.addUser({ id: 555, first_name: 'Sam' })
  const elsewhere = bench.tg.addPrivateChat(stranger)
  for (let number = 0; number < 100; number += 1) stranger.sends(elsewhere, `long ago ${number}`)
  bench.tg.advanceClock(day + 1000)
  const job = await attempt(bench, `telegram:${bench.owner.id}`, 'reply-lost')
  assert.equal(await bench.network.settle?.(job), true)
  assert.deepEqual(
    job.sent.map(({ id }) => id),
    bench.home.transcript().map(({ id }) => String(id)),
  )
  bench.tg.assertNoSurprises()
})

test('that another program takes the updates is known behind a start also where the disk took it only when it was heard again', () => {
  using store = tempStore()
  const disk = store.session('telegram')
  let isFull = false
  const marks = openMarks({
    ...disk,
    set(...given) {
      if (isFull) throw new StoreError('The disk is full')
      disk.set(...given)
    },
  })
  marks.take(7001, 5)
  marks.heard(1)
  marks.take(7001, 6)
  const isUnheard = () => openMarks(disk).isUnheard(7001)
  assert.equal(isUnheard(), false)
  isFull = true
  assert.throws(() => marks.missed(), StoreError)
  isFull = false
  marks.heard(2)
  assert.equal(isUnheard(), true)
})

test('what goes behind the peace with another program is looked for no further than ever', async () => {
  const { bench, chat } = await open()
  await using _ = bench
  await goAway(bench)
  await eventually(() => bench.network.status.state === 'connected', 'the end of it')
  await bench.network[Symbol.asyncDispose]()
  const marks = openMarks(bench.store.session('telegram'))
  tellOfRivals({ inbox: { standing: () => undefined }, marks }).onPeace()
  await bench.restart()
  await bench.connect()
  const asked = async (): Promise<number> => {
    const before = bench.tg.callsOf('editMessageReplyMarkup').length
    const job = await attempt(bench, chat, 'reset-before')
    assert.equal(await bench.network.settle?.(job), false)
    return bench.tg.callsOf('editMessageReplyMarkup').length - before
  }
  assert.equal(await asked(), 330)
  await bench.network.send(delivery({ chat, content: text('behind it') }))
  assert.equal(await asked(), 30)
})
