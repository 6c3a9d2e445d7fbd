import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { DEFAULT_CONNECTION_CONFIG } from '@whiskeysockets/baileys'
import { HEARING } from '../../../src/whatsapp/baileys/socket/hearing.ts'
import { WATCH } from '../../../src/whatsapp/baileys/socket/watchdog.ts'
import type { Contact } from '../../simulators/whatsapp/index.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

const logins = ({ bridge }: Linked): number =>
  bridge.statuses.filter(({ state }) => state === 'connected').length

const HOUR = 3_600_000
/** However long this machine takes for something, it has not slept, and its pings are waited for. */
const watch = { ...WATCH, tick: 20, slept: HOUR, ping: 60_000 }

const hearing = (more: Partial<typeof HEARING>) => ({
  watch,
  hearing: { ...HEARING, slack: 0, ...more },
})

/** A connection on which it has been quiet for long as soon as the test says so, until that one is closed. */
const openQuiet = () => {
  let isLong = () => false
  const patience = () => (isLong() ? 0 : HEARING.longest)
  return {
    timing: {
      watch,
      hearing: {
        ...HEARING,
        slack: 0,
        get longest() {
          return patience()
        },
        get suspicious() {
          return patience()
        },
      },
    },
    isLongEnough({ bridge }: Linked): void {
      const closes = () => bridge.statuses.filter(({ state }) => state === 'connecting').length
      const before = closes()
      isLong = () => closes() === before
    },
  }
}

/**
 * Sends what a connection that is deaf from now on does not bring, though it is open until well behind that. WhatsApp's times are
 * whole seconds: it is sent in the one behind the login, and that one is over.
 */
const holdBack = async ({ wa, connection }: Linked, alice: Contact, words: string): Promise<void> => {
  wa.deafen()
  const timestamp = Math.floor(Date.now() / 1000) + 1
  await alice.send(words, { timestamp })
  await until('the next second', () => (connection.time ?? 0) > (timestamp + 1) * 1000)
}

test('A line on which nothing comes any more is given up, and found again', async () => {
  const times = { ...watch }
  await using linked = await Linked.started({ timing: { watch: times } })
  const alice = linked.wa.addContact({ name: 'Alice' })
  linked.wa.silence(true)
  times.wire = 400
  await alice.send('unheard')
  const { problem } = await until('the end', () =>
    linked.bridge.statuses.find(({ state, problem }) => state === 'connecting' && problem !== undefined),
  )
  assert.match(problem ?? '', /does not answer/)
  times.wire = WATCH.wire
  linked.wa.silence(false)
  linked.wa.dropConnection()
  await until('the message', () => linked.bridge.said.includes('unheard'))
})

test('A line that is dead three times within an hour was not deaf: no new process is asked for', async () => {
  const times = { ...watch }
  await using linked = await Linked.started({ timing: { ...hearing({}), watch: times } })
  const { wa, bridge, connection } = linked
  const alice = wa.addContact({ name: 'Alice' })
  for (let turn = 1; turn <= 3; turn += 1) {
    await until('the line', () => wa.isLive && connection.status.state === 'connected')
    const before = logins(linked)
    // The server's times are whole seconds: it is sent while the line is open, and well before it is given up.
    await sleep(1200)
    wa.silence(true)
    await alice.send(`meanwhile ${turn}`)
    await sleep(1200)
    times.wire = 400
    await until('the end of the line', () => connection.status.state === 'connecting')
    times.wire = WATCH.wire
    wa.silence(false)
    wa.dropConnection()
    await until('the next login', () => logins(linked) > before)
    await until('the message', () => bridge.said.includes(`meanwhile ${turn}`))
  }
  assert.equal(connection.status.needs, undefined)
  assert.deepEqual(bridge.said, ['meanwhile 1', 'meanwhile 2', 'meanwhile 3'])
  wa.assertNoSurprises()
})

describe('a connection that answers and brings nothing', () => {
  test('is found by asking when it has been quiet, and what was held back crosses', async () => {
    const quiet = openQuiet()
    await using linked = await Linked.started({ timing: quiet.timing })
    const alice = linked.wa.addContact({ name: 'Alice' })
    await holdBack(linked, alice, 'held back')
    assert.deepEqual([logins(linked), linked.bridge.said], [1, []])
    quiet.isLongEnough(linked)
    await until('the message', () => linked.bridge.said.includes('held back'))
    assert.equal(logins(linked), 2)
    assert.equal(linked.connection.status.state, 'connected')
    linked.wa.assertNoSurprises()
  })

  test('is found by what the phone has changed and nobody told us of, and asked about without a login', async () => {
    const untold = { shortest: 100, longest: 200, late: 300 }
    await using linked = await Linked.started({ timing: { ...hearing({}), untold } })
    const { wa, bridge } = linked
    const alice = wa.addContact({ name: 'Alice' })
    const looks = () => wa.requests.filter(({ attrs }) => attrs['xmlns'] === 'w:sync:app:state').length
    const look = async (): Promise<void> => {
      const before = looks()
      await until('two looks', () => looks() >= before + 2)
    }
    await look()
    // Of this the server tells: nothing is wrong.
    wa.phone.saves(alice, 'Alice Smith')
    await until('the name', () => bridge.known.some(({ name }) => name === 'Alice Smith'))
    await look()
    await look()
    assert.equal(logins(linked), 1)

    await holdBack(linked, alice, 'held back')
    await look()
    assert.deepEqual([logins(linked), bridge.said], [1, []])
    wa.phone.saves(alice, 'Alice Jones')
    await until('the message', () => bridge.said.includes('held back'))
    assert.equal(logins(linked), 2)
    wa.assertNoSurprises()
  })

  test('is found by a message of ours that brings no receipt', async () => {
    await using linked = await Linked.started({ timing: hearing({ unanswered: 300 }) })
    const alice = linked.wa.addContact({ name: 'Alice' })
    linked.wa.deafen()
    await alice.send('held back')
    await linked.deliver('anybody there?', { chat: `whatsapp:${alice.lid}` })
    await until('the message', () => linked.bridge.said.includes('held back'))
    assert.equal(logins(linked), 2)
  })

  test('asks for a new process when new connections fall silent, too', async () => {
    const quiet = openQuiet()
    await using linked = await Linked.started({ timing: quiet.timing })
    const { wa, bridge, connection } = linked
    const alice = wa.addContact({ name: 'Alice' })
    const isOver = () => connection.status.needs === 'restart'
    for (let turn = 1; turn <= 3; turn += 1) {
      await until('a live connection', () => wa.isLive && connection.status.state === 'connected')
      await holdBack(linked, alice, `held back ${turn}`)
      assert.equal(isOver(), false)
      quiet.isLongEnough(linked)
      if (turn < 3) await until('the message', () => bridge.said.includes(`held back ${turn}`))
    }
    await until('the end', isOver)
    assert.match(linked.connection.status.problem ?? '', /must be started again/)
    await until('the close', () => linked.wa.connections === 0)
    await linked.restart()
    await until('the last one', () => linked.bridge.said.includes('held back 3'))
    assert.deepEqual(linked.bridge.said, ['held back 1', 'held back 2', 'held back 3'])
  })
})

test('Where it is really quiet, it is asked ever more seldom', async () => {
  const times = { ...HEARING, memory: 0, slack: 0 }
  await using linked = await Linked.started({ timing: { watch, hearing: times } })
  const { logins } = linked.wa
  const before = logins.length
  // What a first login brings by and by is no quiet.
  times.shortest = 300
  await linked.restart()
  await until('three more logins', () => logins.length >= before + 4)
  const [first = 0, ...later] = logins.slice(before)
  // Each time it is quiet for twice as long, and a login takes a while: what counts is how late it is.
  for (const [index, least] of [300, 300 + 600, 300 + 600 + 1200].entries()) {
    assert.ok((later[index] ?? 0) - first >= least, `${later.map(time => Math.round(time - first))}`)
  }
  assert.equal(linked.connection.status.needs, undefined)
})

describe('a Signal step that never ends', () => {
  const { makeSignalRepository } = DEFAULT_CONNECTION_CONFIG
  before(() => {
    DEFAULT_CONNECTION_CONFIG.makeSignalRepository = (...options) => ({
      ...makeSignalRepository(...options),
      decryptMessage: () => new Promise(() => undefined),
    })
  })
  after(() => {
    DEFAULT_CONNECTION_CONFIG.makeSignalRepository = makeSignalRepository
  })

  test('asks for a new process', async () => {
    await using linked = await Linked.unlinked({
      timing: { watch: { ...WATCH, tick: 20, stuck: 1000, stuckAside: 1500 } },
    })
    const stop = new AbortController()
    const login = (async () => {
      for await (const step of linked.connection.login({ signal: stop.signal })) {
        if (step.kind === 'qr') void linked.wa.phone.scan(step.payload).catch(() => undefined)
      }
    })()
    await until('the end', () => linked.connection.status.needs === 'restart')
    assert.match(linked.connection.status.problem ?? '', /Signal steps/)
    stop.abort()
    await assert.rejects(login, /login was stopped/)
  })
})
