import assert from 'node:assert/strict'
import dns from 'node:dns'
import { test } from 'node:test'
import { type Clock, systemClock } from '../../src/support/clock.ts'
import { openApi } from '../../src/telegram/api.ts'
import { type PollState, runLongPoll } from '../../src/telegram/updates/long-poll.ts'
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
    leaps: { clocks: { wall: () => Date.now() + ahead, steady: () => performance.now() }, every: 20 },
  })
  return {
    tg,
    owner,
    home,
    states,
    texts,
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
  await eventually(() => poll.texts.includes('after'), 'the messages behind it', 10_000)
  assert.deepEqual(poll.texts, ['before', 'and', 'after'])
  assert.deepEqual(
    poll.states.filter(({ problem }) => problem !== undefined),
    [],
  )
})

test('Of two programs that throw each other out the bridge asks ever more seldom, though it is answered in between', async () => {
  const pauses: number[] = []
  let ahead = 0
  const clock: Clock = {
    now: () => systemClock.now() + ahead,
    steady: () => systemClock.steady() + ahead,
    sleep: async (milliseconds, signal) => {
      // Shorter ones are no pauses between polls.
      if (milliseconds < 500) return systemClock.sleep(milliseconds, signal)
      pauses.push(milliseconds)
    },
  }
  const conflict = {
    error: 409,
    description:
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  } as const
  const isHeldOpen = ({ timeout }: { readonly timeout?: unknown }) => Number(timeout) > 0
  await using poll = await begin({ clock })
  await eventually(() => poll.states.at(-1)?.state === 'connected', 'the connection')
  const meet = async (times: number) => {
    const before = pauses.length
    poll.tg.faults.next('getUpdates', conflict, { times, when: isHeldOpen })
    poll.owner.sends(poll.home, 'wake')
    await eventually(() => pauses.length === before + times, 'the conflicts', 60_000)
    await eventually(() => poll.states.at(-1)?.state === 'connected', 'the way back', 60_000)
  }
  await meet(8)
  assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  ahead += 120_000
  poll.owner.sends(poll.home, 'in peace')
  await eventually(() => poll.texts.includes('in peace'), 'a poll that was answered')
  await meet(1)
  assert.deepEqual(pauses.slice(8), [500])
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
