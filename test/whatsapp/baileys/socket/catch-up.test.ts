import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { Backlog } from '../../../../src/whatsapp/baileys/inbound/backlog.ts'
import { type CatchUpSocket, catchUp } from '../../../../src/whatsapp/baileys/socket/catch-up.ts'

const timing = { catchUp: { ask: 100, silence: 60_000 }, watch: { ping: 10_000 } }
const LIVE: BinaryNode = { tag: 'iq', attrs: { type: 'result' } }

/** What stands around Baileys' socket, on a clock that stands still. */
const open = ({ mock }: TestContext) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const ws = Object.assign(new EventEmitter(), { isOpen: true })
  const ev = new EventEmitter()
  const seen = { questions: 0, pings: 0, ends: 0 }
  let answer: BinaryNode | undefined = LIVE
  let all: Promise<void> = Promise.resolve()
  const socket = {
    ws,
    ev,
    sendNode: async () => {
      seen.questions += 1
    },
    query: async () => {
      seen.pings += 1
      return answer
    },
  }
  catchUp(socket as unknown as CatchUpSocket, {
    timing,
    handledAll: () => all,
    announced: () => undefined,
    onError: (_, error) => assert.fail(String(error)),
  })
  ws.on('CB:ib,,offline', () => {
    seen.ends += 1
  })
  return {
    seen,
    login: () => ev.emit('connection.update', { connection: 'open' }),
    /** Something that waited has come; resolves it when it is handled. */
    comes: (): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const before = all
      all = before.then(() => promise)
      ws.emit('frame', { tag: 'message', attrs: { offline: '0' } })
      return resolve
    },
    answers: (next: BinaryNode | undefined) => {
      answer = next
    },
    passes: async (milliseconds: number): Promise<void> => {
      mock.timers.tick(milliseconds)
      await turn()
    },
  }
}

test('Quiet is no end while the server does not answer', async t => {
  const { seen, login, comes, answers, passes } = open(t)
  login()
  comes()()
  answers(undefined)
  await passes(100)
  for (const pings of [1, 2, 3]) {
    await passes(60_000)
    assert.deepEqual(seen, { questions: 1, pings, ends: 0 })
  }
  answers(LIVE)
  await passes(60_000)
  assert.equal(seen.ends, 1)
})

test('Nor before the login is through', async t => {
  const { seen, login, comes, passes } = open(t)
  comes()()
  await passes(100)
  await passes(600_000)
  assert.deepEqual(seen, { questions: 1, pings: 0, ends: 0 })
  login()
  await passes(60_000)
  assert.equal(seen.ends, 1)
})

test('Nor while something that came is not handled', async t => {
  const { seen, login, comes, passes } = open(t)
  login()
  const handled = comes()
  await passes(100)
  await passes(600_000)
  assert.deepEqual(seen, { questions: 1, pings: 0, ends: 0 })
  handled()
  await passes(0)
  assert.equal(seen.ends, 1)
})

test('There is no next question before what had come at the last one is handled', async t => {
  const { seen, login, comes, passes } = open(t)
  login()
  const first = comes()
  await passes(100)
  assert.equal(seen.questions, 1)
  const second = comes()
  for (let times = 0; times < 5; times += 1) await passes(100)
  assert.equal(seen.questions, 1)
  first()
  await passes(0)
  assert.equal(seen.questions, 2)
  comes()
  for (let times = 0; times < 5; times += 1) await passes(100)
  assert.equal(seen.questions, 2)
  second()
  await passes(0)
  assert.equal(seen.questions, 3)
})

test('What waits is not all there while the server has just said how much it is', () => {
  const backlog = new Backlog(() => true)
  backlog.over()
  assert.equal(backlog.describe(true).upToDate, true)
  backlog.announce(500)
  assert.equal(backlog.describe(true).upToDate, undefined)
})
