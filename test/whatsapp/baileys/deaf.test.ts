import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { DEFAULT_CONNECTION_CONFIG } from '@whiskeysockets/baileys'
import { HEARING } from '../../../src/whatsapp/baileys/socket/hearing.ts'
import { WATCH } from '../../../src/whatsapp/baileys/socket/watchdog.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

const logins = ({ bridge }: Linked): number =>
  bridge.statuses.filter(({ state }) => state === 'connected').length

const hearing = (more: Partial<typeof HEARING>) => ({
  watch: { ...WATCH, tick: 20 },
  hearing: { ...HEARING, slack: 0, ...more },
})

test('A line on which nothing comes any more is given up, and found again', async () => {
  await using linked = await Linked.started({ timing: { watch: { ...WATCH, tick: 50, wire: 400 } } })
  const alice = linked.wa.addContact({ name: 'Alice' })
  linked.wa.silence(true)
  await alice.send('unheard')
  const { problem } = await until('the end', () =>
    linked.bridge.statuses.find(({ state, problem }) => state === 'connecting' && problem !== undefined),
  )
  assert.match(problem ?? '', /does not answer/)
  linked.wa.silence(false)
  linked.wa.dropConnection()
  await until('the message', () => linked.bridge.said.includes('unheard'), 20_000)
})

test('A line that is dead three times within an hour was not deaf: no new process is asked for', async () => {
  await using linked = await Linked.started({
    timing: { watch: { ...WATCH, tick: 20, wire: 2500 }, hearing: { ...HEARING, slack: 0 } },
  })
  const { wa, bridge, connection } = linked
  const alice = wa.addContact({ name: 'Alice' })
  for (let turn = 1; turn <= 3; turn += 1) {
    await until('the line', () => wa.isLive && connection.status.state === 'connected', 30_000)
    const before = logins(linked)
    // The server's times are whole seconds: it is sent while the line is open, and well before it is given up.
    await sleep(1200)
    wa.silence(true)
    await alice.send(`meanwhile ${turn}`)
    await until('the end of the line', () => connection.status.state === 'connecting', 30_000)
    wa.silence(false)
    wa.dropConnection()
    await until('the next login', () => logins(linked) > before, 30_000)
    await until('the message', () => bridge.said.includes(`meanwhile ${turn}`), 30_000)
  }
  assert.equal(connection.status.needs, undefined)
  assert.deepEqual(bridge.said, ['meanwhile 1', 'meanwhile 2', 'meanwhile 3'])
  wa.assertNoSurprises()
})

describe('a connection that answers and brings nothing', () => {
  test('is found by asking when it has been quiet, and what was held back crosses', async () => {
    await using linked = await Linked.started({ timing: hearing({ shortest: 2500 }) })
    const alice = linked.wa.addContact({ name: 'Alice' })
    // The server's times are whole seconds.
    await sleep(1200)
    linked.wa.deafen()
    await alice.send('held back')
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

    wa.deafen()
    await sleep(1200)
    await alice.send('held back')
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
    await using linked = await Linked.started({ timing: hearing({ shortest: 2500, suspicious: 2500 }) })
    const alice = linked.wa.addContact({ name: 'Alice' })
    for (let turn = 1; turn <= 3; turn += 1) {
      await sleep(1200)
      linked.wa.deafen()
      await alice.send(`held back ${turn}`)
      const isOver = () => linked.connection.status.needs === 'restart'
      await until('the message', () => linked.bridge.said.includes(`held back ${turn}`) || isOver())
      assert.equal(isOver(), turn === 3)
    }
    assert.match(linked.connection.status.problem ?? '', /must be started again/)
    await until('the close', () => linked.wa.connections === 0)
    await linked.restart()
    await until('the last one', () => linked.bridge.said.includes('held back 3'))
    assert.deepEqual(linked.bridge.said, ['held back 1', 'held back 2', 'held back 3'])
  })
})

test('Where it is really quiet, it is asked ever more seldom', async () => {
  await using linked = await Linked.started({ timing: hearing({ shortest: 300 }) })
  const times = [performance.now()]
  for (let count = 2; count <= 4; count += 1) {
    await until('another login', () => logins(linked) === count, 30_000)
    times.push(performance.now())
  }
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  // The first quiet began before we looked.
  for (const [index, least] of [0, 600, 1200].entries()) {
    assert.ok((gaps[index] ?? 0) >= least, `${gaps.map(Math.round)}`)
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
    await until('the end', () => linked.connection.status.needs === 'restart', 15_000)
    assert.match(linked.connection.status.problem ?? '', /Signal steps/)
    stop.abort()
    await assert.rejects(login, /login was stopped/)
  })
})
