import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StoreError } from '../../../src/bridge/store-error.ts'
import type { WhatsAppSimulator } from '../../simulators/whatsapp/index.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

/** For how many stanzas the bridge has asked, question by question. */
const asked = ({ requests }: WhatsAppSimulator): string[] =>
  requests.flatMap(({ tag, content }) => {
    const [child] = tag === 'ib' && Array.isArray(content) ? content : []
    return child?.tag === 'offline_batch' ? [child.attrs['count'] ?? ''] : []
  })

const numbers = (count: number, name = '') => Array.from({ length: count }, (_, index) => `${name}${index}`)

describe('catching up', () => {
  test('five hundred messages of several chats come in order and once, and what is new comes behind them', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
    const family = wa.addGroup({ subject: 'Family', participants: [alice, bob] })
    await until('the end of the first sync', () => wa.pending.length === 0)
    await linked.stop()
    const before = asked(wa).length
    for (let turn = 0; turn < 125; turn += 1) {
      await alice.send(`alice ${turn}`)
      await bob.send(`bob ${turn}`)
      await alice.send(`family ${2 * turn}`, { to: family })
      await bob.send(`family ${2 * turn + 1}`, { to: family })
    }
    const restarted = linked.restart({ stopped: true })
    const seen: number[] = []
    const said = () => linked.bridge.said.filter(text => /^(alice|bob|family) \d+$/.test(text ?? ''))
    await until('the first of them', () => {
      const { catchingUp } = linked.connection.status
      if (catchingUp !== undefined) assert.equal(catchingUp.total, 500)
      if (catchingUp !== undefined) seen.push(catchingUp.done)
      return said().length > 0 && seen.length > 0
    })
    await alice.send('alice 125')
    await bob.send('family 250', { to: family })
    await until('all of them', () => {
      const { catchingUp } = linked.connection.status
      if (catchingUp !== undefined) seen.push(catchingUp.done)
      return said().length >= 502
    })
    await restarted
    for (const [name, count] of [
      ['alice', 126],
      ['bob', 125],
      ['family', 251],
    ] as const) {
      const here = said().filter(text => text?.startsWith(name))
      assert.deepEqual(here, numbers(count, `${name} `))
    }
    assert.deepEqual(
      seen,
      seen.toSorted((one, other) => one - other),
    )
    // What was asked for after these is on the way already: it takes no further question, however long it takes to read.
    assert.deepEqual(asked(wa).slice(before, before + 3), ['100', '200', '200'])
    await until('the end', () => linked.connection.status.upToDate)
    await until('the receipts', () => wa.pending.length === 0)
    assert.deepEqual(linked.bridge.again, [])
    assert.deepEqual(wa.nacks, [])
    wa.assertNoSurprises()
  })

  test('what the bridge has is cleared away when a later connection has caught up: the file grows with nothing that is done', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice' })
    for (const text of numbers(20)) await alice.send(text)
    await until('all of them', () => linked.bridge.said.length === 20)
    await until('the receipts', () => wa.pending.length === 0)
    const kept = () => ['journal', 'journal-done'].map(type => [...linked.bridge.sessions.list(type)].length)
    // Until then they answer what may come again.
    assert.ok(Math.min(...kept()) >= 20, kept().join())
    await linked.restart()
    await until('a clear journal', () => kept().join() === '0,0')
    await alice.send('behind that')
    await until('the last', () => linked.bridge.said.includes('behind that'))
  })

  test('where all that waits comes for one question, it comes once', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice' })
    wa.giveBacklog('at-once')
    await linked.stop()
    for (const text of numbers(150)) await alice.send(text)
    await linked.restart({ stopped: true })
    await alice.send('150')
    await until('all of them', () => linked.bridge.said.length >= 151)
    await until('the receipts', () => wa.pending.length === 0)
    assert.deepEqual(linked.bridge.said, numbers(151))
    assert.deepEqual(linked.bridge.again, [])
    assert.equal(linked.connection.status.upToDate, true)
    wa.assertNoSurprises()
  })

  test('where the server never says that this was all, quiet is taken for it', async () => {
    await using linked = await Linked.started({ timing: { catchUp: { ask: 20, silence: 300 } } })
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice' })
    wa.giveBacklog('unmarked')
    await linked.stop()
    for (const text of numbers(150)) await alice.send(text)
    linked.reopen()
    await linked.connection.start()
    await until('all of them', () => linked.bridge.said.length >= 150)
    await until('the end', () => linked.connection.status.upToDate)
    await alice.send('150')
    await until('the next', () => linked.bridge.said.length >= 151)
    assert.deepEqual(linked.bridge.said, numbers(151))
    await until('the receipts', () => wa.pending.length === 0)
    assert.equal(wa.isLive, false)

    wa.dropConnection()
    await until('the loss of it', () => linked.connection.status.state === 'connecting')
    await until('the end, where nothing waits', () => linked.connection.status.upToDate)
    wa.assertNoSurprises()
  })

  test('a disk that cannot be read just then ends nothing: it is quiet once more, and that is taken for all', async () => {
    await using linked = await Linked.started({ timing: { catchUp: { ask: 20, silence: 100 } } })
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice' })
    wa.giveBacklog('unmarked')
    await linked.stop()
    await alice.send('waited')
    linked.reopen()
    const { bridge, connection } = linked
    const { list } = bridge.sessions
    const before: unknown[] = []
    const refuse: typeof list = type => {
      if (type !== 'journal' || connection.status.state !== 'connected' || before.length === 2)
        return list(type)
      before.push(connection.status.upToDate)
      throw new StoreError('The disk fails')
    }
    Object.assign(bridge.sessions, { list: refuse })
    await connection.start()
    await until('the end', () => connection.status.upToDate)
    assert.deepEqual(before, [undefined, undefined])
    assert.deepEqual(bridge.said, ['waited'])
    assert.deepEqual(
      bridge.statuses.filter(({ state }) => state !== 'connected').map(({ state }) => state),
      ['connecting'],
    )
    wa.assertNoSurprises()
  })
})
