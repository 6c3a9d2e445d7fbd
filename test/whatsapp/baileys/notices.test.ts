import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isMessage } from '../../../src/bridge/event.ts'
import { StoreError } from '../../../src/bridge/store-error.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

const open = async () => {
  const linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const bob = wa.addContact({ name: 'Bob' })
  await until('their names', () => linked.bridge.known.some(({ name }) => name === 'Bob'))
  return { linked, wa, alice, bob }
}

for (const addressing of ['lid', 'pn'] as const) {
  test(`everything that happens to a group addressed by ${addressing} is said in it, in order, with who did it`, async () => {
    const { linked, wa, alice, bob } = await open()
    await using _ = linked
    const group = wa.addGroup({ subject: 'Class', participants: [alice], addressing })
    const heard = (): string[] =>
      linked.bridge.events.flatMap(event => {
        if (event.chat !== `whatsapp:${group.jid}` || !isMessage(event)) return []
        const { content, sender } = event
        const person = [alice, bob].find(({ lid, pn }) =>
          [`whatsapp:${lid}`, `whatsapp:${pn}`].includes(sender.person),
        )
        const words =
          content.kind === 'placeholder'
            ? content.label
            : content.kind === 'card'
              ? `${content.body.text} (${content.media?.as})`
              : content.kind
        return [`${sender.me ? 'me' : person?.name}: ${words}`]
      })
    group.add([bob], alice)
    group.promote(bob)
    group.demote(bob, alice)
    group.remove(bob, alice)
    group.add([bob])
    group.remove(bob)
    group.rename('Class 4b', alice)
    group.describe('Bring cake', alice)
    group.describe(undefined, 'me')
    group.picture('1700000000', alice)
    group.picture(undefined, alice)
    group.set({ announce: true }, alice)
    group.set({ announce: false }, alice)
    group.set({ locked: true }, alice)
    group.set({ locked: false }, alice)
    group.set({ memberAdd: 'admin_add' }, alice)
    group.set({ memberAdd: 'all_member_add' }, alice)
    group.set({ approval: 'on' }, alice)
    group.ask(bob)
    group.unask(bob)
    group.ask(bob, alice)
    group.unask(bob, alice)
    group.set({ inviteCode: 'SeCrEt' }, alice)
    group.disappear(604_800, alice)
    group.disappear(0, alice)
    group.remove('me', alice)
    const expected = [
      'me: Created the group: Class',
      'Alice: Added Bob',
      'me: Made admin: Bob',
      'Alice: No longer admin: Bob',
      'Alice: Removed Bob',
      'Bob: Has joined the group',
      'Bob: Has left the group',
      'Alice: Renamed the group to: Class 4b',
      'Alice: Changed the description: Bring cake',
      'me: Removed the description of the group',
      'Alice: Changed the photo of the group (image)',
      'Alice: Removed the photo of the group',
      'Alice: Only admins may write now',
      'Alice: Everybody may write now',
      'Alice: Only admins may edit the group now',
      'Alice: Everybody may edit the group now',
      'Alice: Only admins may add members now',
      'Alice: Everybody may add members now',
      'Alice: Admins approve new members now',
      'Bob: Asks to join',
      'Bob: No longer asks to join',
      'Alice: Bob asks to join',
      'Alice: Declined to let in Bob',
      'Alice: Reset the invite link of the group',
      'Alice: Disappearing messages: 7 days',
      'Alice: Disappearing messages: off',
      'Alice: Removed you',
    ]
    await until('all of it', () => heard().length >= expected.length)
    assert.deepEqual(heard(), expected)
    assert.ok(linked.bridge.events.every(({ silent }) => silent === true))
    assert.ok(
      linked.bridge.known.some(({ chat, name }) => chat === `whatsapp:${group.jid}` && name === 'Class 4b'),
    )
    await until('the acks', () => wa.pending.length === 0)
    wa.assertNoSurprises()
  })
}

test('a group is called what it is called, whatever that looks like', async () => {
  const { linked, wa, alice } = await open()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice] })
  const names = [
    'Team: A @ Berlin',
    'snake_case@home',
    'Meet:2@',
    '@all',
    'a@b:c@d',
    '12_3@lid',
    '@',
    'FF00',
    '1-2.3',
  ]
  for (const name of names) group.rename(name, alice)
  await until('all of it', () => linked.bridge.said.length === names.length + 1)
  assert.deepEqual(
    linked.bridge.said.slice(1),
    names.map(name => `Renamed the group to: ${name}`),
  )
  const told = linked.bridge.known.flatMap(
    ({ chat, name }) => (chat === `whatsapp:${group.jid}` && name) || [],
  )
  assert.deepEqual([...new Set(told)], ['Class', ...names])
})

test('notices and messages of a group keep the order in which they came', async () => {
  const { linked, wa, alice } = await open()
  await using _ = linked
  const group = wa.addGroup({ subject: '0', participants: [alice] })
  const expected: string[] = []
  for (let turn = 1; turn <= 20; turn += 1) {
    await alice.send(`text ${turn}`, { to: group })
    group.rename(String(turn), alice)
    expected.push(`text ${turn}`, `Renamed the group to: ${turn}`)
  }
  await until('all of it', () => linked.bridge.said.length === expected.length + 1)
  assert.deepEqual(linked.bridge.said.slice(1), expected)
})

describe('calls', () => {
  const heard = ({ bridge }: Linked): string[] =>
    bridge.events.map(event => {
      assert.ok('content' in event && event.content.kind === 'placeholder')
      return `${event.kind === 'edit' ? `edit of ${event.target.id}` : event.id}: ${event.content.label}`
    })

  test('one that nobody takes is told when it rings, and in its place that it was missed', async () => {
    const { linked, wa, alice } = await open()
    await using _ = linked
    const call = alice.call({ video: true })
    call.timeout()
    await until('both', () => linked.bridge.events.length === 2)
    const [ringing, missed] = linked.bridge.events
    assert.deepEqual(heard(linked), [`${call.id}: 📞 Video call`, `edit of ${call.id}: 📞 Missed video call`])
    assert.equal(ringing?.chat, `whatsapp:${alice.lid}`)
    assert.deepEqual([ringing?.silent, missed?.silent], [undefined, true])
    assert.equal(ringing?.sender.person, missed?.sender.person)
    await until('the acks', () => wa.pending.length === 0)
    wa.assertNoSurprises()
  })

  test('what happens to it on the phone stands where it was told', async () => {
    const { linked, wa, alice } = await open()
    await using _ = linked
    const [taken, declined, given] = [alice.call(), alice.call({ video: true }), alice.call()]
    taken.accept()
    declined.reject()
    given.terminate()
    for (const call of [taken, declined]) call.terminate()
    await until('the acks', () => wa.pending.length === 0)
    await until('all of it', () => linked.bridge.events.length === 6)
    assert.deepEqual(heard(linked), [
      `${taken.id}: 📞 Voice call`,
      `${declined.id}: 📞 Video call`,
      `${given.id}: 📞 Voice call`,
      `edit of ${taken.id}: 📞 Voice call · answered`,
      `edit of ${declined.id}: 📞 Video call · declined`,
      `edit of ${given.id}: 📞 Missed voice call`,
    ])
    await alice.send('and on')
    await until('what came behind', () => linked.bridge.said.includes('and on'))
    assert.equal(linked.bridge.events.length, 7)
    wa.assertNoSurprises()
  })

  test('one that another linked device turns down by itself rings on, until the phone or the caller ends it', async () => {
    const { linked, wa, alice } = await open()
    await using _ = linked
    const [taken, missed] = [alice.call(), alice.call()]
    for (const call of [taken, missed]) call.rejectByDevice(22)
    taken.accept()
    missed.timeout()
    await until('the acks', () => wa.pending.length === 0)
    await until('all of it', () => linked.bridge.events.length === 4)
    assert.deepEqual(heard(linked), [
      `${taken.id}: 📞 Voice call`,
      `${missed.id}: 📞 Voice call`,
      `edit of ${taken.id}: 📞 Voice call · answered`,
      `edit of ${missed.id}: 📞 Missed voice call`,
    ])
    wa.assertNoSurprises()
  })

  test('one whose caller hangs up was not missed when it says how long it was, or goes on in a group', async () => {
    const { linked, wa, alice, bob } = await open()
    await using _ = linked
    const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
    const [long, many] = [alice.call(), alice.call({ group })]
    long.terminate({ seconds: 61 })
    many.terminate()
    await alice.send('and on', { to: group })
    await until('what came behind', () => linked.bridge.said.includes('and on'))
    await until('what became of it', () => linked.bridge.changes.length > 0)
    assert.deepEqual(
      linked.bridge.changes.map(({ target, id }) => [target.id, id]),
      [[long.id, `${long.id}.answered`]],
    )
    wa.assertNoSurprises()
  })

  test('what a client writes down of one takes the place of what was told', async () => {
    const { linked, wa, alice } = await open()
    await using _ = linked
    const call = alice.call()
    await until('the call', () => linked.bridge.events.length === 1)
    await alice.send({ callLogMesssage: { durationSecs: 201 } }, { id: call.id })
    await alice.send({ callLogMesssage: { isVideo: true, callOutcome: 1 } }, { id: 'NEVERTOLD' })
    await until('both', () => linked.bridge.events.length === 3)
    assert.deepEqual(heard(linked).slice(1), [
      `edit of ${call.id}: 📞 Voice call: 3:21`,
      'NEVERTOLD: 📞 Video call: missed',
    ])
    wa.assertNoSurprises()
  })

  test('one to a group stands in the group, with who calls', async () => {
    const { linked, wa, alice, bob } = await open()
    await using _ = linked
    const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
    bob.call({ group })
    const event = await until('the call', () => linked.bridge.events[1])
    assert.equal(event.chat, `whatsapp:${group.jid}`)
    assert.equal(event.sender.person, `whatsapp:${bob.lid}`)
    assert.equal(linked.bridge.said[1], '📞 Group voice call')
  })
})

test('a post of a channel comes as its message', async () => {
  const { linked, wa } = await open()
  await using _ = linked
  const channel = wa.addChannel()
  const id = channel.post('news')
  const event = await until('the post', () => linked.bridge.events[0])
  assert.deepEqual([event.chat, event.id], [`whatsapp:${channel.jid}`, id])
  assert.deepEqual(linked.bridge.said, ['news'])
  await until('the ack', () => wa.pending.length === 0)
  wa.assertNoSurprises()
})

test('a disk that does not take a notice keeps it from being acknowledged', async () => {
  const { linked, wa, alice } = await open()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice] })
  await until('the first', () => linked.bridge.events.length === 1)
  await until('its ack', () => wa.pending.length === 0)
  const { set } = linked.bridge.sessions
  Object.assign(linked.bridge.sessions, {
    set: () => {
      throw new StoreError('disk full')
    },
  })
  group.rename('New', alice)
  await until('the end of the connection', () => linked.connection.status.state === 'connecting')
  assert.equal(wa.pending.length, 1)
  Object.assign(linked.bridge.sessions, { set })
  await until('the notice', () => linked.bridge.said.includes('Renamed the group to: New'))
  await until('its ack', () => wa.pending.length === 0)
})
