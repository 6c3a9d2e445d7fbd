import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Api } from 'grammy'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { SessionStore } from '../../../src/bridge/network.ts'
import { StoreError } from '../../../src/bridge/store-error.ts'
import { type Marks, openMarks } from '../../../src/telegram/marks.ts'
import { eventually } from '../../simulators/eventually.ts'
import type { SimChat } from '../../simulators/telegram/index.ts'
import { tempStore } from '../../store/temp-store.ts'
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

test('what others post is told from ours after a restart, however much that was', async () => {
  const { bench, channel, chat } = await open()
  await using _ = bench
  const job = jobFor(bench, chat)
  const theirs = bench.owner.sends(channel, 'Good morning')
  for (let number = 0; number < 250; number += 1) bench.owner.sends(channel, `post ${number}`)
  await attempt(bench, job, 'reset-before')
  await bench.tg.until('the posts to be taken in', () => bench.tg.pendingUpdates === 0)
  await bench.restart()
  await bench.connect()
  assert.equal(await bench.network.settle?.(job), false)
  assert.ok(!asked(bench).includes(theirs.message_id))
  assert.deepEqual(job.sent, [])
})

for (const restarts of [false, true]) {
  const when = restarts ? ', also when the bridge was started again since' : ''
  test(`the first message into a channel is told from what others post there by when the bot was let in${when}`, async () => {
    await using bench = await Bench.open()
    await bench.connect()
    const channel = bench.tg.addChannel({ title: 'News', members: [bench.owner] })
    const chat: ChatRef = `telegram:${channel.id}`
    bench.tg.kick(channel)
    const before = bench.owner.sends(channel, 'Good morning')
    bench.tg.readmit(channel, {})
    await bench.tg.until('that to be taken in', () => bench.tg.pendingUpdates === 0)
    bench.tg.advanceClock(2000)
    const job = jobFor(bench, chat)
    await attempt(bench, job, 'reply-lost')
    const behind = bench.owner.sends(channel, 'Good morning')
    if (restarts) {
      await bench.restart()
      await bench.connect()
    }
    assert.equal(await bench.network.settle?.(job), true)
    const others = [before, behind].map(({ message_id: id }) => id)
    const mine = channel.transcript().find(({ id }) => !others.includes(id))
    assert.deepEqual(
      job.sent.map(({ id }) => Number(id)),
      [mine?.id],
    )
    bench.tg.assertNoSurprises()
  })
}

test('what others post in a channel while the bot is not let in is nobody’s', async () => {
  const { bench, channel, chat } = await open()
  await using _ = bench
  const job = jobFor(bench, chat)
  await attempt(bench, job, 'reset-before')
  bench.tg.kick(channel)
  bench.owner.sends(channel, 'Good morning')
  bench.tg.readmit(channel, {})
  await bench.tg.until('that to be taken in', () => bench.tg.pendingUpdates === 0)
  const { neverKnown } = await failureOf(bench.network.settle?.(job) ?? Promise.resolve())
  assert.equal(neverKnown, true)
  assert.deepEqual(job.sent, [])
})

test('what another program took of a channel is nobody’s, also where something was sent while it did', async () => {
  const { bench, channel, chat } = await open()
  await using _ = bench
  const conflict = 'Conflict: terminated by other getUpdates request'
  bench.tg.faults.next('getUpdates', { error: 409, description: conflict }, { times: 1_000_000 })
  bench.owner.sends(bench.home, 'wake')
  await eventually(() => bench.network.status.takes === true, 'the conflict')
  await bench.network.send(delivery({ chat, content: text('meanwhile') }))
  const job = jobFor(bench, chat)
  bench.owner.sends(channel, 'Good morning')
  await attempt(bench, job, 'reset-before')
  await bench.network[Symbol.asyncDispose]()
  bench.tg.faults.clear()
  const rival = new Api(bench.tg.token, { apiRoot: bench.tg.apiRoot })
  for (let taken = await rival.getUpdates(); taken.length > 0; )
    taken = await rival.getUpdates({ offset: Number(taken.at(-1)?.update_id) + 1 })
  await bench.restart()
  await bench.connect()
  const { neverKnown } = await failureOf(bench.network.settle?.(job) ?? Promise.resolve())
  assert.equal(neverKnown, true)
  assert.deepEqual(job.sent, [])
})

test('what another program took of a channel is nobody’s, also where the disk did not take that it did, behind a start', async () => {
  using store = tempStore()
  const disk = store.session('telegram')
  let isFull = false
  const sessions: SessionStore = {
    ...disk,
    set(...given) {
      if (isFull) throw new StoreError('The disk is full')
      disk.set(...given)
    },
  }
  const marks = openMarks(sessions)
  const channel = -1_000_000_000_007
  marks.posts.heard(1)
  marks.take(channel, 5)
  const isClear = ({ posts }: Marks) => posts.isClear(String(channel), { message_id: 6, date: 0 })
  assert.equal(isClear(openMarks(disk)), true)
  isFull = true
  assert.throws(() => marks.missed(), StoreError)
  assert.throws(() => marks.posts.heard(2), StoreError)
  isFull = false
  marks.posts.heard(3)
  assert.equal(isClear(openMarks(disk)), false)
})

const day = 86_400_000

for (const hours of [2, 30]) {
  test(`a post that says the same is taken for ${hours > 24 ? 'nobody' : 'the bot'}’s where Telegram was not heard for ${hours} hours`, async () => {
    const { bench, chat } = await open()
    await using _ = bench
    const job = jobFor(bench, chat)
    await attempt(bench, job, 'reply-lost')
    await bench.network[Symbol.asyncDispose]()
    const sessions = bench.store.session('telegram')
    const [heard] = [...sessions.list('heard')]
    assert.ok(Number(heard?.value) > Date.now() - day)
    sessions.set([{ type: 'heard', id: heard?.id ?? '', value: String(Date.now() - hours * 3_600_000) }])
    await bench.restart()
    await bench.connect()
    if (hours > 24) {
      const { verdict, message, neverKnown } = await failureOf(
        bench.network.settle?.(job) ?? Promise.resolve(),
      )
      assert.deepEqual([verdict.kind, message], ['reject', 'Nobody knows who posted what is there'])
      assert.equal(neverKnown, true)
      assert.deepEqual(job.sent, [])
      // From here on it is heard again.
      await bench.network.send(delivery({ chat, content: text('behind') }))
      const later = jobFor(bench, chat)
      await attempt(bench, later, 'reply-lost')
      assert.equal(await bench.network.settle?.(later), true)
    } else {
      assert.equal(await bench.network.settle?.(job), true)
    }
  })
}

test('where nothing in a channel says the same, it is sent again, also where nobody knows who posted what is there', async () => {
  const { bench, channel, chat } = await open()
  await using _ = bench
  const job = jobFor(bench, chat)
  await attempt(bench, job, 'reset-before')
  await bench.network[Symbol.asyncDispose]()
  bench.store.session('telegram').set([{ type: 'heard', id: '', value: '1' }])
  bench.owner.sends(channel, 'Good evening')
  await bench.restart()
  await bench.connect()
  assert.equal(await bench.network.settle?.(job), false)
})

test('what is nobody’s is asked for again where an answer beside it is not clear, which the next one may be', async () => {
  const { bench, chat } = await open()
  await using _ = bench
  const job = jobFor(bench, chat)
  await attempt(bench, job, 'reply-lost')
  const behind = bench.tg.faults
  await bench.network[Symbol.asyncDispose]()
  bench.store.session('telegram').set([{ type: 'heard', id: '', value: '1' }])
  await bench.restart()
  await bench.connect()
  const mine = Number(job.mark?.split(':')[1]) + 1
  const isBehind = (params: Readonly<Record<string, unknown>>) => Number(params['message_id']) === mine + 1
  behind.next(
    'editMessageReplyMarkup',
    { error: 400, description: 'Bad Request: NEW_WORDS' },
    { when: isBehind },
  )
  const settle = () => failureOf(bench.network.settle?.(job) ?? Promise.resolve())
  assert.equal((await settle()).neverKnown, false)
  assert.equal((await settle()).neverKnown, true)
})

test('beside a post that is nobody’s, a message is found that Telegram was still at work on', async () => {
  const bench = await Bench.open({ graceMs: () => 10_000 })
  await using _ = bench
  await bench.connect()
  const channel = bench.tg.addChannel({ title: 'News', members: [bench.owner] })
  const chat: ChatRef = `telegram:${channel.id}`
  await bench.network.send(delivery({ chat, content: text('before') }))
  const mark = bench.network.mark?.(chat) ?? ''
  // Nobody knows whose that is.
  await bench.network.send(delivery({ chat, content: text('Good morning') }))
  await bench.network[Symbol.asyncDispose]()
  bench.store.session('telegram').set([{ type: 'heard', id: '', value: '1' }])
  await bench.restart()
  await bench.connect()
  bench.owner.sends(channel, 'something else')
  await bench.tg.until('the post to be taken in', () => bench.tg.pendingUpdates === 0)
  const job = { ...delivery({ chat, content: text('Good morning') }), mark }
  const enough = new AbortController()
  bench.tg.faults.next('sendMessage', { delayMs: 7500 })
  const sending = failureOf(bench.network.send({ ...job, signal: enough.signal }))
  await bench.tg.until('the request', () => bench.tg.callsOf('sendMessage').length === 3)
  enough.abort()
  assert.equal((await sending).verdict.kind, 'unsure')
  assert.equal(await bench.network.settle?.(job), true)
  assert.deepEqual(
    job.sent.map(({ id }) => Number(id)),
    [channel.transcript().at(-1)?.id],
  )
})

for (const heard of [true, false]) {
  const where = heard ? '' : ', also where nobody knows what was posted before'
  test(`what another admin posts just where the message is looked for is not taken for it${where}`, async () => {
    const { bench, channel, chat } = await open()
    await using _ = bench
    const job = jobFor(bench, chat)
    await attempt(bench, job, 'reset-before')
    await bench.network[Symbol.asyncDispose]()
    if (!heard) bench.store.session('telegram').set([{ type: 'heard', id: '', value: '1' }])
    await bench.restart()
    await bench.connect()
    let theirs: number | undefined
    const posts = () => {
      theirs ??= bench.owner.sends(channel, 'Good morning').message_id
      return false
    }
    bench.tg.faults.next('editMessageReplyMarkup', 'hang', { when: posts })
    assert.equal(await bench.network.settle?.(job), false)
    assert.ok(asked(bench).includes(theirs))
  })
}

for (const sends of [false, true]) {
  test(`that a group is no channel is asked ${sends ? 'of no group in which something was sent' : 'once, and not again by the next run'}`, async () => {
    await using bench = await Bench.open()
    await bench.connect()
    const group = bench.addGroup()
    const chat: ChatRef = `telegram:${group.id}`
    if (sends) await bench.network.send(delivery({ chat, content: text('before') }))
    for (const _ of [1, 2]) {
      const job = jobFor(bench, chat)
      await attempt(bench, job, 'reply-lost')
      assert.equal(await bench.network.settle?.(job), true)
      await bench.restart()
      await bench.connect()
    }
    assert.equal(bench.tg.callsOf('getChat').length, sends ? 0 : 1)
  })
}

test('a post that another program has fetched in place of the bridge is not taken for the bot’s', async () => {
  const { bench, channel, chat } = await open()
  await using _ = bench
  const { tg } = bench
  const ask = async (query: string): Promise<readonly { update_id: number }[]> => {
    const answer = await fetch(`${tg.apiRoot}/bot${tg.token}/getUpdates?${query}`)
    return ((await answer.json()) as { readonly result: readonly { update_id: number }[] }).result
  }
  const conflict = { error: 409, description: 'Conflict: terminated by other getUpdates request' } as const
  const job = jobFor(bench, chat)
  const when = (params: object) => 'allowed_updates' in params
  tg.faults.next('getUpdates', conflict, { times: 1_000_000, when })
  await ask('timeout=1')
  await tg.until('the conflict', () => bench.network.status.state === 'connecting')
  bench.owner.sends(channel, 'Good morning')
  const [post] = await ask('timeout=1')
  assert.ok(post)
  await ask(`offset=${post.update_id + 1}`)
  tg.faults.clear()
  await tg.until('peace', () => bench.network.status.state === 'connected')
  await attempt(bench, job, 'reset-before')
  assert.equal((await failureOf(bench.network.settle?.(job) ?? Promise.resolve())).verdict.kind, 'reject')
  assert.deepEqual(job.sent, [])
})

test('of posts so old that their ids are forgotten nobody knows whose they are', async () => {
  await using bench = await Bench.open()
  const { posts } = openMarks(bench.store.session('telegram'))
  const space = '-1001'
  bench.store.transaction(() => {
    posts.admitted(space, 1000)
    for (let id = 1; id <= 2200; id += 1) posts.take(space, id)
  })
  const { posts: later } = openMarks(bench.store.session('telegram'))
  const clear = (id: number) =>
    [posts, later].map(each => each.isClear(space, { message_id: id, date: 2000 }))
  assert.deepEqual([100, 200, 201].map(clear), [
    [false, false],
    [false, false],
    [true, true],
  ])
})

test('what an earlier version wrote of others’ posts is taken away', async () => {
  await using bench = await Bench.open()
  const sessions = bench.store.session('telegram')
  sessions.set([{ type: 'posts', id: '-1001', value: '5 6' }])
  await bench.restart()
  assert.deepEqual([...sessions.list('posts')], [])
})
