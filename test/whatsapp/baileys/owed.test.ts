import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Timing } from '../../../src/whatsapp/baileys/socket/timing.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

const askedAgain = [10, 10]

/** Retry receipts that are acknowledged and not answered yet. */
const owed = ({ bridge }: Linked) => [...bridge.sessions.list('owed')]

/** A message to a group: behind a restart WhatsApp has to say who is in it before anybody gets it again. */
const begin = async (timing: Partial<Timing> = {}) => {
  const linked = await Linked.started({ timing: { askedAgain, ...timing }, securityCodes: true })
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  await alice.send('This is Alice')
  await until('her message', () => linked.bridge.said.length === 1)
  const group = wa.addGroup({ subject: 'Class', participants: [alice] })
  const delivery = linked.delivery('for the class', { chat: `whatsapp:${group.jid}` })
  await linked.connection.send(delivery)
  await until('the message', () => alice.inbox.length === 1)
  await linked.restart()
  await until('all that came before', () => wa.pending.length === 0)
  const { messageId: id } = delivery
  /** WhatsApp does not say for so many times who is in the group: behind so many tries nothing has gone. */
  const askInVain = async (times = askedAgain.length + 1, tried = times) => {
    const before = wa.requests.length
    wa.refuseQuery('w:g2 get query', 429, { times })
    alice.askAgain(id, group)
    await until('an ack', () => wa.pending.length === 0)
    const tries = () => wa.requests.slice(before).filter(({ attrs }) => attrs['xmlns'] === 'w:g2').length
    await until('all tries', () => tries() >= tried)
  }
  return { linked, wa, alice, group, id, askInVain, copies: () => alice.inbox[0]?.copies }
}

/** Resolves when nothing of what was owed at the login is under way any more. */
const relogin = async (linked: Linked): Promise<void> => {
  linked.wa.dropConnection()
  await until('no connection', () => linked.connection.status.state !== 'connected')
  await until('a new connection', () => linked.connection.status.state === 'connected' && linked.wa.isLive)
}

test('What WhatsApp lets nobody answer for longer than all pauses is answered behind the next login', async () => {
  const { linked, wa, askInVain, copies } = await begin()
  await using _ = linked
  await askInVain()
  await relogin(linked)
  await until('a copy', () => copies() === 2)
  await until('an end of it', () => owed(linked).length === 0)
  wa.assertNoSurprises()
})

test('Where the connection stays, it is answered on that one, whenever WhatsApp lets us', async () => {
  const { linked, wa, askInVain, copies } = await begin({ askedLater: 30 })
  await using _ = linked
  const logins = wa.logins.length
  await askInVain(askedAgain.length + 4)
  await until('a copy', () => copies() === 2)
  await until('an end of it', () => owed(linked).length === 0)
  assert.equal(wa.logins.length, logins, 'no other one')
  wa.assertNoSurprises()
})

test('On a connection that stays it is given up behind a day, and until then it is on disk', async () => {
  const { linked, wa, alice, askInVain, copies } = await begin({ askedLater: 30 })
  await using _ = linked
  const tries = () => wa.requests.filter(({ attrs }) => attrs['xmlns'] === 'w:g2').length
  await askInVain(1000, askedAgain.length + 1)
  /** By what passes through a connection it knows what time it is. */
  const advance = async (hours: number): Promise<void> => {
    wa.advanceClock(hours * 3_600_000)
    await alice.send(`${hours} hours later`)
    await until('her word', () => linked.bridge.said.includes(`${hours} hours later`))
  }
  await advance(23)
  const before = tries()
  await until('more tries', () => tries() > before + 2)
  assert.equal(owed(linked).length, 1)
  await advance(2)
  await until('an end of it', () => owed(linked).length === 0)
  assert.equal(copies(), 1)
  wa.assertNoSurprises()
})

test('What was asked for more than a day before a login is tried behind that one for the last time', async () => {
  const { linked, wa, askInVain, copies } = await begin()
  await using _ = linked
  await askInVain()
  for (const [ahead, left] of [
    [23 * 3_600_000, 1],
    [2 * 3_600_000, 0],
  ] as const) {
    wa.advanceClock(ahead)
    const before = wa.requests.length
    wa.refuseQuery('w:g2 get query', 429, { times: askedAgain.length + 1 })
    await relogin(linked)
    const tries = () => wa.requests.slice(before).filter(({ attrs }) => attrs['xmlns'] === 'w:g2').length
    await until('all tries', () => tries() === askedAgain.length + 1)
    await until('an end of them', () => owed(linked).length === left)
  }
  assert.equal(copies(), 1)
  wa.assertNoSurprises()
})

test('What is answered late goes in a session of now, and not with the phone that asked and is no more', async () => {
  const { linked, wa, alice, id, askInVain, copies } = await begin()
  await using _ = linked
  const codes = () => linked.bridge.said.filter(text => text.includes('security code'))
  // From the second time on keys come with it.
  alice.handset.retryNodes(id, '0')
  await askInVain()
  alice.reinstall()
  await alice.send('new phone')
  await until('her message', () => linked.bridge.said.includes('new phone') && wa.pending.length === 0)
  await linked.restart()
  await until('a copy', () => copies() === 2)
  await linked.deliver('for Alice', { chat: `whatsapp:${alice.lid}` })
  await until('the next message', () => alice.inbox.length === 2)
  assert.deepEqual(wa.problems, [])
  assert.equal(codes().length, 1)
  wa.assertNoSurprises()
})

test('Of many that wait the oldest are dropped', async () => {
  const { linked, wa, askInVain } = await begin()
  await using _ = linked
  const before = Array.from({ length: 200 }, (_, at) => `${at}`)
  linked.bridge.sessions.set(before.map(id => ({ type: 'owed', id, value: '{"attrs":{},"content":[]}' })))
  await askInVain()
  const ids = owed(linked).map(({ id }) => id)
  assert.equal(ids.length, 200)
  assert.deepEqual(ids.slice(0, 199), before.slice(1))
  wa.assertNoSurprises()
})

test('What is damaged of it is dropped at the next login, and holds up nothing', async () => {
  const { linked, wa, askInVain, copies } = await begin()
  await using _ = linked
  await askInVain()
  const damaged = ['{', '5', 'null', '{}', '{"tag":"receipt","attrs":{}}']
  linked.bridge.sessions.set(damaged.map((value, at) => ({ type: 'owed', id: `damaged ${at}`, value })))
  await relogin(linked)
  await until('a copy', () => copies() === 2)
  await until('an end of all', () => owed(linked).length === 0)
  wa.assertNoSurprises()
})
