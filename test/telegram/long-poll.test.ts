import assert from 'node:assert/strict'
import dns from 'node:dns'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type Clock, systemClock } from '../../src/support/clock.ts'
import { openApi } from '../../src/telegram/api.ts'
import { runLongPoll } from '../../src/telegram/updates/long-poll.ts'
import type { PollState } from '../../src/telegram/updates/trouble.ts'
import { eventually } from '../simulators/eventually.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { silent } from './bench.ts'

/** A poll loop by itself, on a machine whose clocks the test moves. */
const begin = async (more: { host?: string; clock?: Clock } = {}) => {
  const store = tempStore()
  const tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const states: PollState[] = []
  const texts: (string | undefined)[] = []
  /** How much somebody else took, each time, where that is known, and `peace`. */
  const rivals: (number | 'unknown' | 'peace')[] = []
  const stop = new AbortController()
  let ahead = 0
  const apiRoot = more.host === undefined ? tg.apiRoot : tg.apiRoot.replace('127.0.0.1', more.host)
  const loop = runLongPoll({
    api: openApi({ token: tg.token, apiRoot }),
    sessions: store.session('telegram'),
    clock: more.clock ?? systemClock,
    logger: silent,
    signal: stop.signal,
    take: (updates, _bot, confirm) => {
      texts.push(...updates.map(({ message }) => message?.text))
      for (const update of updates) confirm(update)
    },
    onState: state => states.push(state),
    rivals: { onTaken: updates => rivals.push(updates ?? 'unknown'), onPeace: () => rivals.push('peace') },
    leaps: { clocks: { wall: () => Date.now() + ahead, steady: () => performance.now() }, every: 20 },
  })
  return {
    tg,
    owner,
    home,
    states,
    texts,
    rivals,
    sleep: (milliseconds: number) => {
      ahead += milliseconds
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await loop
      await tg[Symbol.asyncDispose]()
      store[Symbol.dispose]()
    },
  }
}

test('A poll that the machine slept through is replaced at once, and nothing of it is told as trouble', async () => {
  await using poll = await begin()
  await eventually(() => poll.states.at(-1)?.state === 'connected', 'the connection')
  poll.owner.sends(poll.home, 'before')
  await eventually(() => poll.texts.length === 1, 'the first message')
  poll.tg.faults.next('getUpdates', 'hang')
  poll.owner.sends(poll.home, 'and')
  await eventually(() => poll.tg.faults.waiting === 0, 'the poll that hangs')
  poll.owner.sends(poll.home, 'after')
  poll.sleep(8 * 3_600_000)
  await eventually(() => poll.texts.includes('after'), 'the messages behind it', 120_000)
  assert.deepEqual(poll.texts, ['before', 'and', 'after'])
  assert.deepEqual(
    poll.states.filter(({ problem }) => problem !== undefined),
    [],
  )
})

/** A clock that the test moves, and which does not wait out the pauses between polls but writes them down. */
const restless = () => {
  const pauses: number[] = []
  let ahead = 0
  const clock: Clock = {
    now: () => systemClock.now() + ahead,
    steady: () => systemClock.steady() + ahead,
    sleep: async (milliseconds, signal) => {
      // Shorter ones are no pauses between polls.
      if (milliseconds < 250) return systemClock.sleep(milliseconds, signal)
      pauses.push(milliseconds)
      await systemClock.sleep(20, signal)
    },
  }
  const leap = (milliseconds: number) => {
    ahead += milliseconds
  }
  return { clock, pauses, leap }
}

const conflict = {
  error: 409,
  description:
    'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
} as const
const isHeldOpen = ({ timeout }: { readonly timeout?: unknown }) => Number(timeout) > 0

test('A poll of which nothing is ever heard is given up after 65 s, and what came meanwhile comes once', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await using poll = await begin()
  await poll.tg.until('the connection', () => poll.states.at(-1)?.state === 'connected')
  const problems = () => poll.states.flatMap(({ problem }) => problem ?? [])
  poll.tg.faults.next('getUpdates', 'hang')
  poll.owner.sends(poll.home, 'before')
  await poll.tg.until('the poll that hangs', () => poll.tg.faults.waiting === 0)
  poll.owner.sends(poll.home, 'after')
  t.mock.timers.tick(64_999)
  for (let round = 0; round < 20; round += 1) await turn()
  assert.deepEqual(problems(), [])
  t.mock.timers.tick(1)
  t.mock.timers.reset()
  await poll.tg.until('the message', () => poll.texts.includes('after'))
  assert.deepEqual(poll.texts, ['before', 'after'])
  assert.equal(problems().join(), 'Telegram cannot be reached (getUpdates: no answer in time)')
})

test('Of two programs that throw each other out the bridge asks ever more seldom, with jitter, though it is answered in between', async t => {
  let chance = 0.5
  t.mock.method(Math, 'random', () => chance)
  const { clock, pauses, leap } = restless()
  await using poll = await begin({ clock })
  await eventually(() => poll.states.at(-1)?.state === 'connected', 'the connection')
  const meet = async (times: number) => {
    const before = pauses.length
    poll.tg.faults.next('getUpdates', conflict, { times, when: isHeldOpen })
    poll.owner.sends(poll.home, 'wake')
    await eventually(() => pauses.length === before + times, 'the conflicts', 120_000)
    await eventually(() => poll.states.at(-1)?.state === 'connected', 'the way back', 120_000)
  }
  await meet(8)
  assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  leap(120_000)
  poll.owner.sends(poll.home, 'in peace')
  await eventually(() => poll.texts.includes('in peace'), 'a poll that was answered')
  await meet(1)
  assert.deepEqual(pauses.slice(8), [500])
  chance = 0.75
  await meet(1)
  assert.deepEqual(pauses.slice(9), [1250])
})

test('What another program has taken is counted where ids are left out behind a conflict, and nothing else is', async () => {
  const { clock, leap } = restless()
  await using poll = await begin({ clock })
  const { tg, owner, home, texts, rivals, states } = poll
  /** What the other program is given. */
  const ask = async (query: string): Promise<readonly { update_id: number }[]> => {
    const answer = await fetch(`${tg.apiRoot}/bot${tg.token}/getUpdates?${query}`)
    return ((await answer.json()) as { readonly result: readonly { update_id: number }[] }).result
  }
  const comes = async (text: string): Promise<void> => {
    owner.sends(home, text)
    await eventually(() => texts.includes(text) && tg.pendingUpdates === 0, text, 120_000)
  }
  /** The bridge is thrown out while the other one polls, and cannot come back before that is over. */
  const thrownOut = async (work: () => Promise<void>): Promise<void> => {
    const before = states.length
    const isBridge = ({ allowed_updates: allowed }: { readonly allowed_updates?: unknown }) =>
      allowed !== undefined
    tg.faults.next('getUpdates', conflict, { times: 1_000_000, when: isBridge })
    assert.deepEqual(await ask('timeout=1'), [])
    await eventually(
      () => states.slice(before).some(({ problem }) => problem?.startsWith('Another program')),
      'a conflict',
    )
    await work()
    tg.faults.clear()
  }
  const take = async (count: number): Promise<void> => {
    for (let each = 0; each < count; each += 1) owner.sends(home, 'elsewhere')
    const last = (await ask('timeout=1')).at(-1)?.update_id ?? assert.fail()
    await ask(`offset=${last + 1}`)
  }
  await comes('before')

  await thrownOut(() => take(3))
  await comes('behind three')
  assert.deepEqual(rivals, [3])
  await comes('and on')
  await thrownOut(async () => undefined)
  await comes('nothing was taken')
  assert.deepEqual(rivals, [3])
  await thrownOut(() => take(1))
  await comes('behind one')
  assert.deepEqual(rivals, [3, 1])

  leap(120_000)
  await comes('in peace')
  await comes('and later')
  assert.deepEqual(rivals, [3, 1, 'peace'])

  // What nobody fetched for a day is gone as well.
  await thrownOut(async () => {
    await take(1)
    leap(24 * 3_600_000)
  })
  await comes('a day later')
  // Ids that begin anew leave none out.
  await thrownOut(async () => tg.renumberUpdates(1_900_000_000))
  await comes('far ahead')
  await thrownOut(async () => tg.renumberUpdates(5))
  await comes('far behind')
  assert.ok(!texts.includes('elsewhere'))
  assert.deepEqual(
    rivals.filter(each => typeof each === 'number'),
    [3, 1],
  )
})

test('That another program polls is told behind two minutes of it also where the bridge is answered nothing, and not before', async () => {
  const { clock, pauses, leap } = restless()
  await using poll = await begin({ clock })
  const { tg, owner, home, rivals, states } = poll
  const told = () => rivals.filter(each => each === 'unknown').length
  await eventually(() => states.at(-1)?.state === 'connected', 'the connection')
  const meet = async (): Promise<void> => {
    const before = pauses.length
    await eventually(() => pauses.length >= before + 3, 'more conflicts')
  }
  tg.faults.next('getUpdates', conflict, { times: 1_000_000 })
  owner.sends(home, 'wake')
  await meet()
  leap(60_000)
  await meet()
  assert.equal(told(), 0)
  leap(60_000)
  await eventually(() => told() > 0, 'the news')

  // Conflicts far apart are none that last.
  tg.faults.clear()
  await eventually(() => states.at(-1)?.state === 'connected', 'the way back')
  const before = told()
  for (let round = 0; round < 2; round += 1) {
    leap(120_000)
    const paused = pauses.length
    tg.faults.next('getUpdates', conflict)
    owner.sends(home, 'wake')
    await eventually(() => pauses.length > paused, 'a conflict')
    await eventually(() => states.at(-1)?.state === 'connected', 'the way back again')
  }
  assert.equal(told(), before)
})

const penalty = { error: 429, description: 'Too Many Requests: retry after 3600', retryAfter: 3600 } as const

test('What Telegram asks to wait with polls is waited for also where the question who the bot is fails meanwhile', async () => {
  const { clock, pauses } = restless()
  await using poll = await begin({ clock })
  await eventually(() => poll.states.at(-1)?.state === 'connected', 'the connection')
  poll.tg.faults.next('getUpdates', penalty)
  poll.tg.faults.next('getMe', { error: 502, description: 'Bad Gateway' })
  poll.owner.sends(poll.home, 'wakes the poll before')
  await eventually(() => poll.tg.faults.waiting === 0, 'both failures')
  poll.owner.sends(poll.home, 'typed meanwhile')
  await eventually(() => poll.texts.includes('typed meanwhile'), 'the next poll')
  assert.ok(Math.max(...pauses) > 3_590_000, pauses.join(' '))
})

test('A wait that Telegram asks for is over where the machine has slept for longer', async () => {
  let ahead = 0
  await using poll = await begin({ clock: { ...systemClock, now: () => systemClock.now() + ahead } })
  await eventually(() => poll.states.at(-1)?.state === 'connected', 'the connection')
  poll.tg.faults.next('getUpdates', penalty)
  poll.owner.sends(poll.home, 'wakes the poll before')
  await eventually(() => poll.states.at(-1)?.takes === true, 'the wait')
  poll.owner.sends(poll.home, 'typed meanwhile')
  ahead += 8 * 3_600_000
  poll.sleep(8 * 3_600_000)
  await eventually(() => poll.texts.includes('typed meanwhile'), 'what was typed')
})

test('A webhook is named, with how to remove it, and what waited comes when it is gone', async () => {
  await using poll = await begin()
  const { token, apiRoot } = poll.tg
  const ask = (query: string) => fetch(`${apiRoot}/bot${token}/${query}`)
  await eventually(() => poll.states.at(-1)?.state === 'connected', 'the connection')
  await ask('setWebhook?url=https://example.org/hook')
  const problem = await eventually(() => poll.states.at(-1)?.problem, 'the problem')
  assert.match(problem, /^The bot has a webhook.* open \S+\/bot<TOKEN>\/deleteWebhook in a browser/)
  poll.owner.sends(poll.home, 'meanwhile')
  await ask('deleteWebhook')
  await eventually(() => poll.texts.includes('meanwhile'), 'the message')
  assert.equal(poll.states.at(-1)?.state, 'connected')
})

test('A name that cannot be looked up is named, and asked again until it can', async () => {
  const { lookup } = dns
  let isDown = true
  Object.assign(dns, {
    lookup: (host: string, options: object, done: (error: Error | null, ...rest: unknown[]) => void) => {
      if (host !== 'bot-api.example') return lookup(host, options, done as never)
      if (!isDown) return lookup('127.0.0.1', options, done as never)
      const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${host}`), { code: 'EAI_AGAIN' })
      setImmediate(() => done(error))
    },
  })
  try {
    await using poll = await begin({ host: 'bot-api.example' })
    const problem = await eventually(() => poll.states.find(state => state.problem)?.problem, 'the problem')
    assert.match(problem, /Telegram cannot be reached.*EAI_AGAIN/)
    isDown = false
    poll.owner.sends(poll.home, 'hello')
    await eventually(() => poll.texts.includes('hello'), 'the message')
    assert.equal(poll.states.at(-1)?.state, 'connected')
  } finally {
    Object.assign(dns, { lookup })
  }
})
