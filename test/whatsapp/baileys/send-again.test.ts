import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chatOfJid } from '../../../src/whatsapp/address.ts'
import type { Contact } from '../../simulators/whatsapp/contact.ts'
import type { Group } from '../../simulators/whatsapp/group.ts'
import { until } from '../support.ts'
import { changeOf, lastSent } from './changes.ts'
import { Linked } from './linked.ts'

/** Hands over a retry receipt as the server words it, whose word alone says whose it is; resolves when it is dealt with. */
const askAs = async (
  { wa }: Linked,
  asker: Pick<Contact, 'handset'>,
  id: string,
  attrs: Record<string, string>,
): Promise<void> => {
  const settled = () => !wa.pending.some(node => node.attrs['id'] === id)
  await until('an ack of all other receipts', settled)
  const t = String(Math.floor(Date.now() / 1000))
  const content = asker.handset.retryNodes(id, t)
  wa.enqueue({ tag: 'receipt', attrs: { ...attrs, id, t, type: 'retry' }, content })
  await until('an ack of this one', settled)
}

/** Retry receipts that are acknowledged and not answered yet. */
const owed = ({ bridge }: Linked) => [...bridge.sessions.list('owed')]

/** Resolves when we have heard of it. */
const joins = async ({ wa, bridge }: Linked, person: Contact, group: Group): Promise<void> => {
  await until('all that came before', () => wa.pending.length === 0)
  const before = bridge.said.length
  group.add([person])
  await until('the notice', () => bridge.said.length > before)
}

const begin = async () => {
  const linked = await Linked.started()
  const { wa } = linked
  const [alice, bob, mallory] = ['Alice', 'Bob', 'Mallory'].map(name => wa.addContact({ name }))
  assert.ok(alice && bob && mallory)
  for (const person of [alice, bob, mallory]) await person.send(`This is ${person.pushName}`)
  await until('their messages', () => linked.bridge.said.length === 3)
  const write = async (text: string, to: string): Promise<string> => {
    const chat = chatOfJid(to) ?? assert.fail()
    const delivery = linked.delivery(text, { chat })
    await linked.connection.send(delivery)
    return delivery.messageId
  }
  /** How often messages of ours name somebody as a receiver. */
  const stanzasTo = (person: Contact): number =>
    JSON.stringify(wa.requests.filter(({ tag }) => tag === 'message')).split(
      person.lid.slice(0, person.lid.indexOf('@')),
    ).length - 1
  return { linked, wa, alice, bob, mallory, write, stanzasTo }
}

test('Nobody but those whom a message is for gets it again, whatever the server says who asks for it', async () => {
  const { linked, wa, alice, mallory, write, stanzasTo } = await begin()
  await using _ = linked
  const id = await write('for Alice', alice.lid)
  await until('the message', () => alice.inbox.length === 1)
  const [user] = mallory.lid.split('@')
  await askAs(linked, mallory, id, { from: mallory.lid })
  await askAs(linked, mallory, id, { from: mallory.pn })
  await askAs(linked, mallory, id, { from: `${user}:1@lid` })
  await askAs(linked, mallory, id, { from: alice.lid, participant: `${user}:1@lid` })
  await askAs(linked, alice, id, { from: alice.lid })
  await until('a copy for Alice', () => alice.inbox[0]?.copies === 2)
  assert.deepEqual(mallory.inbox, [])
  assert.equal(stanzasTo(mallory), 0)
  wa.assertNoSurprises()
})

test('A message to a group goes again to its members alone', async () => {
  const { linked, wa, alice, bob, mallory, write, stanzasTo } = await begin()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  const id = await write('for the class', group.jid)
  await until('the message', () => alice.inbox.length === 1 && bob.inbox.length === 1)
  const [user] = mallory.lid.split('@')
  await askAs(linked, mallory, id, { from: group.jid, participant: mallory.lid })
  await askAs(linked, mallory, id, { from: group.jid, participant: `${user}:1@lid` })
  await askAs(linked, alice, id, { from: group.jid, participant: alice.lid })
  await until('a copy for Alice', () => alice.inbox[0]?.copies === 2)
  assert.deepEqual(mallory.inbox, [])
  assert.equal(stanzasTo(mallory), 0)
  wa.assertNoSurprises()
})

test('A post in the announcement group of a community is read by members whom WhatsApp does not name, too', async () => {
  const { linked, wa, alice, bob, write } = await begin()
  await using _ = linked
  const group = wa.addGroup({
    subject: 'Community',
    participants: [alice, bob],
    incognito: true,
    admins: ['me', alice],
  })
  const id = await write('for all', group.jid)
  await until('the message', () => [alice, bob].every(({ inbox }) => inbox.some(entry => entry.id === id)))
  wa.assertNoSurprises()
})

test('A message goes again to the device that asks alone, and five times at most', async () => {
  const { linked, wa, alice, bob, write } = await begin()
  await using _ = linked
  const laptop = alice.link()
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  for (const [to, attrs] of [
    [alice.lid, { from: alice.lid }],
    [group.jid, { from: group.jid, participant: alice.lid }],
  ] as const) {
    const id = await write('for Alice', to)
    const copies = ({ inbox }: Pick<Contact, 'inbox'>) => inbox.find(entry => entry.id === id)?.copies
    await until('the message', () => copies(alice) === 1 && copies(laptop) === 1 && copies(wa.phone) === 1)
    for (let times = 0; times < 7; times += 1) await askAs(linked, alice, id, attrs)
    await until('its copies', () => copies(alice) === 6)
    assert.deepEqual([copies(laptop), copies(wa.phone)], [1, 1])
    assert.equal(copies(bob), to === group.jid ? 1 : undefined)
  }
  wa.assertNoSurprises()
})

for (const [what, spoil, isAgain] of [
  ['was cut off', (wa: Linked['wa']) => wa.cutNextSend('before-delivery'), true],
  ['was refused', (wa: Linked['wa']) => wa.refuseNext(479), false],
] as const)
  test(`What ${what} on its way to a group handed its key to nobody: what comes next can be read without asking`, async () => {
    const { linked, wa, alice, bob } = await begin()
    await using _ = linked
    const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
    const first = linked.delivery('first', { chat: chatOfJid(group.jid) ?? assert.fail() })
    spoil(wa)
    await assert.rejects(linked.connection.send(first))
    await until('the connection', () => linked.connection.status.state === 'connected')
    await linked.connection.send(
      isAgain ? first : { ...first, messageId: `${first.messageId.slice(0, -1)}0` },
    )
    await until('the message', () => alice.inbox.length === 1 && bob.inbox.length === 1)
    assert.deepEqual(wa.problems, [])
    wa.assertNoSurprises()
  })

test('What may have been cut off before a restart hands out the key of its group once more', async () => {
  const { linked, wa, alice, bob, write, stanzasTo } = await begin()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  await write('first', group.jid)
  await until('the message', () => alice.inbox.length === 1)
  assert.equal(stanzasTo(alice), 1)
  await write('second', group.jid)
  assert.equal(stanzasTo(alice), 1)
  await linked.restart()
  const chat = chatOfJid(group.jid) ?? assert.fail()
  for (const text of ['third', 'fourth']) {
    await linked.connection.send({ ...linked.delivery(text, { chat }), inDoubt: true })
    assert.equal(stanzasTo(alice), 2)
  }
  await until('all of them', () => alice.inbox.length === 4 && bob.inbox.length === 4)
  assert.deepEqual(wa.problems, [])
  wa.assertNoSurprises()
})

test('A linked device that asks gets the message again, in private and in a group', async () => {
  const { linked, wa, alice, bob, write } = await begin()
  await using _ = linked
  const laptop = alice.link()
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  for (const to of [alice.lid, group.jid]) {
    laptop.failToRead(1)
    const id = await write('for Alice', to)
    await until('the message on her laptop', () => laptop.inbox.some(entry => entry.id === id))
    assert.equal(alice.inbox.find(entry => entry.id === id)?.copies, 1)
  }
  wa.assertNoSurprises()
})

test('The own phone gets again what was sent to somebody, also after a restart', async () => {
  const { linked, wa, alice, write } = await begin()
  await using _ = linked
  const id = await write('for Alice', alice.lid)
  const own = () => wa.phone.inbox.find(entry => entry.id === id)
  await until('the copy for the phone', () => own()?.copies === 1)
  wa.phone.askAgain(id, alice)
  await until('a second copy', () => own()?.copies === 2)
  await linked.restart()
  wa.phone.askAgain(id, alice)
  await until('a third copy', () => own()?.copies === 3)
  wa.assertNoSurprises()
})

test('Somebody written to under her number gets it again under either of her addresses', async () => {
  const { linked, wa, alice, write } = await begin()
  await using _ = linked
  const id = await write('for Alice', alice.pn)
  await until('the message', () => alice.inbox.length === 1)
  await askAs(linked, alice, id, { from: alice.lid })
  await until('a copy', () => alice.inbox[0]?.copies === 2)
  await askAs(linked, alice, id, { from: alice.pn })
  await until('another', () => alice.inbox[0]?.copies === 3)
  wa.assertNoSurprises()
})

/** Somebody of whom WhatsApp tells no other address while her number is written to. */
const beginWithNumber = async () => {
  const it = await begin()
  const carol = it.wa.addContact({ pushName: 'Carol', addressing: 'pn', pair: 'unknown' })
  const id = await it.write('for Carol', carol.pn)
  await until('the message', () => carol.inbox.length === 1)
  const copies = (): number => carol.inbox.reduce((sum, entry) => sum + entry.copies, 0)
  return { ...it, carol, id, copies }
}

test('Somebody written to under her number asks under a LID that nobody knew: WhatsApp is asked whose it is', async () => {
  const { linked, wa, carol, mallory, id, copies } = await beginWithNumber()
  await using _ = linked
  await askAs(linked, carol, id, { from: carol.lid })
  assert.equal(copies(), 1)
  carol.pair = 'asked'
  await askAs(linked, mallory, id, { from: mallory.lid })
  await askAs(linked, carol, id, { from: carol.lid })
  await until('a copy', () => copies() === 2)
  assert.deepEqual(mallory.inbox, [])
  wa.assertNoSurprises()
})

test('A retry receipt that says the number of whoever asks is answered, also after a restart', async () => {
  const { linked, wa, carol, id, copies } = await beginWithNumber()
  await using _ = linked
  await linked.restart()
  await askAs(linked, carol, id, { from: carol.lid, sender_pn: carol.pn })
  await until('a copy', () => copies() === 2)
  wa.assertNoSurprises()
})

test('A retry receipt that pairs a known number or LID otherwise is not answered, and nothing is learned of it', async () => {
  const { linked, wa, alice, mallory, carol, id, write, stanzasTo } = await beginWithNumber()
  await using _ = linked
  // Nobody knows this one.
  const eve = wa.addContact({ name: 'Eve', pair: 'unknown' })
  const first = await write('for Alice', alice.pn)
  await until('the message', () => alice.inbox.length === 1)
  await askAs(linked, mallory, first, { from: mallory.lid, sender_pn: alice.pn })
  await askAs(linked, eve, first, { from: eve.lid, sender_pn: alice.pn })
  await askAs(linked, mallory, id, { from: mallory.lid, sender_pn: carol.pn })
  await write('for Alice, too', alice.pn)
  await until('the next message', () => alice.inbox.length === 2)
  await askAs(linked, alice, first, { from: alice.lid, sender_pn: alice.pn })
  await until('a copy for Alice', () => alice.inbox[0]?.copies === 2)
  for (const other of [mallory, eve]) {
    assert.deepEqual(other.inbox, [])
    assert.equal(stanzasTo(other), 0)
  }
  wa.assertNoSurprises()
})

test('Members of a group get a message again also where WhatsApp does not say who is in it now, and strangers do not', async () => {
  const { linked, wa, alice, bob, mallory, write, stanzasTo } = await begin()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  const id = await write('for the class', group.jid)
  await until('the message', () => alice.inbox.length === 1 && bob.inbox.length === 1)
  wa.dropConnection()
  await until('a new connection', () => linked.connection.status.state === 'connected' && wa.isLive)
  wa.refuseQuery('w:g2 get query', 429)
  await askAs(linked, mallory, id, { from: group.jid, participant: mallory.lid })
  wa.refuseQuery('w:g2 get query', 429)
  await askAs(linked, alice, id, { from: group.jid, participant: alice.lid })
  await until('a copy for Alice', () => alice.inbox[0]?.copies === 2)
  assert.deepEqual(mallory.inbox, [])
  assert.equal(stanzasTo(mallory), 0)
  wa.assertNoSurprises()
})

test('Where WhatsApp does not say for now who is in a group, members wait for a message again a moment longer, also after a restart', async () => {
  const { linked, wa, alice, bob, mallory, write, stanzasTo } = await begin()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  const id = await write('for the class', group.jid)
  await until('the message', () => alice.inbox.length === 1 && bob.inbox.length === 1)
  await linked.restart()
  wa.refuseQuery('w:g2 get query', 429)
  await askAs(linked, mallory, id, { from: group.jid, participant: mallory.lid })
  wa.dropConnection()
  await until('a new connection', () => linked.connection.status.state === 'connected' && wa.isLive)
  wa.refuseQuery('w:g2 get query', 429)
  await askAs(linked, alice, id, { from: group.jid, participant: alice.lid })
  await until('a copy for Alice', () => alice.inbox[0]?.copies === 2)
  await until('an end of both', () => owed(linked).length === 0)
  assert.equal(bob.inbox[0]?.copies, 1)
  assert.deepEqual(mallory.inbox, [])
  assert.equal(stanzasTo(mallory), 0)
  wa.assertNoSurprises()
})

/** A message to a group that Alice asks for again behind a restart: WhatsApp has to say who is in the group. */
const beginBehindRestart = async () => {
  const it = await begin()
  const { linked, wa, alice, bob, write } = it
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  const id = await write('for the class', group.jid)
  await until('the message', () => alice.inbox.length === 1 && bob.inbox.length === 1)
  await linked.restart()
  await until('all that came before', () => wa.pending.length === 0)
  return { ...it, id, group, copies: () => alice.inbox[0]?.copies }
}

for (const [question, refusal] of [
  ['w:g2 get query', 429],
  ['encrypt get key', 503],
] as const)
  test(`What asks for a message again is acknowledged before WhatsApp lets it be answered ("${question}" refused for now)`, async () => {
    const { linked, wa, alice, id, group, copies } = await beginBehindRestart()
    await using _ = linked
    wa.refuseQuery(question, refusal)
    alice.askAgain(id, group)
    await until('a copy', () => copies() === 2)
    const done = wa.requests.filter(
      ({ tag, attrs }) => attrs['id'] === id && (tag === 'message' || attrs['type'] === 'retry'),
    )
    assert.deepEqual(
      done.map(({ tag }) => tag),
      ['message', 'ack', 'message'],
    )
    await until('an end of it', () => owed(linked).length === 0)
    wa.assertNoSurprises()
  })

test('What is acknowledged before it is answered is answered in the next run, and only there', async () => {
  const { linked, wa, alice, id, group, copies } = await beginBehindRestart()
  await using _ = linked
  wa.refuseQuery('w:g2 get query', 'silence')
  alice.askAgain(id, group)
  await until('an ack', () => wa.pending.length === 0)
  assert.equal(copies(), 1)
  await linked.restart()
  await until('a copy', () => copies() === 2)
  await until('an end of it', () => owed(linked).length === 0)
  await linked.restart()
  await askAs(linked, alice, id, { from: group.jid, participant: alice.lid })
  await until('one more copy, for one more receipt', () => copies() === 3)
  wa.assertNoSurprises()
})

test('Its answer goes again where the connection breaks before WhatsApp has it', async () => {
  const { linked, wa, alice, id, group, copies } = await beginBehindRestart()
  await using _ = linked
  wa.refuseQuery('w:g2 get query', 429)
  wa.cutNextSend('before-delivery')
  alice.askAgain(id, group)
  await until('a copy', () => copies() === 2)
  const answers = wa.requests.filter(({ tag, attrs }) => tag === 'message' && attrs['id'] === id)
  assert.equal(answers.length, 3)
  await until('an end of it', () => owed(linked).length === 0)
  wa.assertNoSurprises()
})

test('To a group that we have left nothing goes again, whoever asks', async () => {
  const { linked, wa, alice, bob, write } = await begin()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  const id = await write('for the class', group.jid)
  await until('the message', () => alice.inbox.length === 1 && bob.inbox.length === 1)
  await linked.stop()
  group.remove('me')
  await linked.restart({ stopped: true })
  const messages = () =>
    wa.requests.filter(({ tag, attrs }) => tag === 'message' && attrs['id'] === id).length
  await askAs(linked, alice, id, { from: group.jid, participant: alice.lid })
  assert.equal(messages(), 1)
  assert.equal(alice.inbox[0]?.copies, 1)
  assert.match(wa.takeSurprises().join(), /^403 [^,]*$/)
})

test('What somebody else wrote is given to nobody as ours, neither to a member of its group nor to whoever wrote it', async () => {
  const { linked, wa, alice, bob, mallory, write } = await begin()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  const hers = await alice.send('to the class', { to: group })
  const alone = await alice.send('to you')
  await until('both', () => ['to the class', 'to you'].every(text => linked.bridge.said.includes(text)))
  await joins(linked, mallory, group)
  await askAs(linked, mallory, hers, { from: group.jid, participant: mallory.lid })
  await askAs(linked, bob, hers, { from: group.jid, participant: bob.lid })
  await askAs(linked, alice, hers, { from: group.jid, participant: alice.lid })
  await askAs(linked, alice, alone, { from: alice.lid })
  await write('of ours', group.jid)
  await until('what is ours', () => [alice, bob, mallory].every(({ inbox }) => inbox.length === 1))
  assert.equal(wa.requests.filter(({ tag }) => tag === 'message').length, 1)
  wa.assertNoSurprises()
})

test('What the owner wrote on another device goes again', async () => {
  const { linked, wa, alice } = await begin()
  await using _ = linked
  const id = await wa.phone.send(alice, 'from the phone')
  await until('it', () => linked.bridge.said.length === 4)
  await askAs(linked, alice, id, { from: alice.lid })
  await until('a copy', () => alice.inbox.some(entry => entry.id === id))
  wa.assertNoSurprises()
})

test('Who joins a group behind a message does not get it, as long as it is known who was there', async () => {
  const { linked, wa, alice, bob, mallory, write } = await begin()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  const ids = [await write('one', group.jid), await write('two', group.jid)]
  await joins(linked, mallory, group)
  for (const id of ids) {
    await askAs(linked, mallory, id, { from: group.jid, participant: mallory.lid })
    await askAs(linked, bob, id, { from: group.jid, participant: bob.lid })
  }
  await until('copies for Bob', () => bob.inbox.filter(({ copies }) => copies === 2).length === 2)
  assert.deepEqual(mallory.inbox, [])
  await linked.restart()
  // Who was there when is known no more: members count.
  await askAs(linked, mallory, ids[0] ?? '', { from: group.jid, participant: mallory.lid })
  await until('a copy', () => mallory.inbox.length === 1)
  wa.assertNoSurprises()
})

test('What was taken back for everybody does not go again', async () => {
  const { linked, wa, alice } = await begin()
  await using _ = linked
  const chat = `whatsapp:${alice.lid}` as const
  await linked.deliver('regretted', { chat })
  const parts = [lastSent(linked)]
  await linked.connection.change(changeOf(linked, { kind: 'deletion', by: 'author' }, { chat, parts }))
  const id = parts[0]?.id ?? ''
  await askAs(linked, alice, id, { from: alice.lid })
  const messages = wa.requests.filter(({ tag, attrs }) => tag === 'message' && attrs['id'] === id)
  assert.equal(messages.length, 1)
  wa.assertNoSurprises()
})

test('Only what has gone counts as an answer, and answers count over all connections', async () => {
  const { linked, wa, alice, write } = await begin()
  await using _ = linked
  const id = await write('for Alice', alice.lid)
  await until('the message', () => alice.inbox.length === 1)
  const t = String(Math.floor(Date.now() / 1000))
  const content = [{ tag: 'retry', attrs: { count: '1', id, t, v: '1' } }]
  for (let times = 0; times < 4; times += 1) {
    // Each is answered at the second try.
    wa.refuseQuery('encrypt get key', 503)
    wa.enqueue({ tag: 'receipt', attrs: { from: alice.lid, id, t, type: 'retry' }, content })
    await until('an ack', () => wa.pending.length === 0)
  }
  await until('four copies', () => alice.inbox[0]?.copies === 5)
  wa.dropConnection()
  await until('a new connection', () => linked.connection.status.state === 'connected' && wa.isLive)
  for (let times = 0; times < 3; times += 1) await askAs(linked, alice, id, { from: alice.lid })
  await until('a fifth', () => alice.inbox[0]?.copies === 6)
  assert.equal(wa.requests.filter(({ tag, attrs }) => tag === 'message' && attrs['id'] === id).length, 6)
})

test('An answer says how often was asked where that is a number, and nothing else that the asker says there', async () => {
  const { linked, wa, alice, write } = await begin()
  await using _ = linked
  const t = String(Math.floor(Date.now() / 1000))
  const said = { '-3': '1', Infinity: '1', '1e99': '1', '1.5': '1', '6': '1', '0': '1', '1': '1', '5': '5' }
  for (const [count, stands] of Object.entries(said)) {
    const id = await write('for Alice', alice.lid)
    const content = [{ tag: 'retry', attrs: { count, id, t, v: '1' } }]
    wa.enqueue({ tag: 'receipt', attrs: { from: alice.lid, id, t, type: 'retry' }, content })
    const again = await until(
      'the answer',
      () => wa.requests.filter(({ tag, attrs }) => tag === 'message' && attrs['id'] === id)[1],
    )
    const children = Array.isArray(again.content) ? again.content : []
    assert.equal(children.find(({ tag }) => tag === 'enc')?.attrs['count'], stands, count)
  }
  wa.assertNoSurprises()
})

test('A member of a group gets it as the group is addressed, and its key once more, under whichever address they ask', async () => {
  const { linked, wa, alice, bob, write, stanzasTo } = await begin()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  const id = await write('one', group.jid)
  await until('the message', () => alice.inbox.length === 1 && bob.inbox.length === 1)
  await askAs(linked, alice, id, { from: group.jid, participant: alice.pn })
  await until('a copy', () => alice.inbox[0]?.copies === 2)
  const before = [alice, bob].map(stanzasTo)
  await write('two', group.jid)
  await until('the next one', () => alice.inbox.length === 2 && bob.inbox.length === 2)
  assert.deepEqual([alice, bob].map(stanzasTo), [(before[0] ?? 0) + 1, before[1]])
  wa.assertNoSurprises()
})

test('What asks for a message again while the connection ends is answered over the next one', async () => {
  const { linked, wa, alice, bob, write } = await begin()
  await using _ = linked
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  const id = await write('for the class', group.jid)
  await until('the message', () => alice.inbox.length === 1 && bob.inbox.length === 1)
  await linked.restart()
  const questions = () =>
    wa.requests.filter(({ tag, attrs }) => tag === 'iq' && attrs['to'] === group.jid).length
  const before = questions()
  wa.refuseQuery('w:g2 get query', 'silence')
  alice.askAgain(id, group)
  await until('the question', () => questions() > before)
  wa.dropConnection()
  await until('a copy for Alice', () => alice.inbox[0]?.copies === 2)
  await until('its ack', () => wa.pending.length === 0)
  assert.equal(alice.inbox[0]?.copies, 2)
  wa.assertNoSurprises()
})

test('A phone that asks with keys of its own can read the answer also where it comes twice', async () => {
  const { linked, wa, alice, write } = await begin()
  await using _ = linked
  const id = await write('for Alice', alice.lid)
  await until('the message', () => alice.inbox.length === 1)
  // Phones give keys from the second time on.
  alice.handset.retryNodes(id, '0')
  // What is asked is not settled with the connection that breaks behind the answer, so it is answered over the next, too.
  wa.cutNextSend('before-ack')
  alice.askAgain(id)
  await until('both answers', () => alice.inbox[0]?.copies === 3)
  await write('for Alice, too', alice.lid)
  await until('the next message', () => alice.inbox.length === 2)
  assert.deepEqual(wa.problems, [])
  wa.assertNoSurprises()
})

test('Nor does it make another session where she has answered before it comes twice', async () => {
  const { linked, wa, alice, write } = await begin()
  await using _ = linked
  const id = await write('for Alice', alice.lid)
  await until('the message', () => alice.inbox.length === 1)
  const t = String(Math.floor(Date.now() / 1000))
  const receipts = [1, 2, 3].map(() => {
    const content = alice.handset.retryNodes(id, t)
    return { tag: 'receipt', attrs: { from: alice.lid, id, t, type: 'retry' }, content }
  })
  for (const receipt of receipts) {
    wa.enqueue(receipt)
    await until('its ack', () => wa.pending.length === 0)
  }
  await alice.send('got it')
  await until('her answer', () => linked.bridge.said.length === 4)
  await linked.restart()
  for (const receipt of receipts.slice(1)) {
    wa.enqueue(receipt)
    await until('its ack', () => wa.pending.length === 0)
  }
  await until('all answers', () => alice.inbox[0]?.copies === 6)
  await write('for Alice, too', alice.lid)
  await until('the next message', () => alice.inbox.length === 2)
  assert.deepEqual(wa.problems, [])
  wa.assertNoSurprises()
})

test('An answer goes again with what it answers, also after a restart, and alone where that is known no more', async () => {
  const { linked, wa, alice } = await begin()
  await using _ = linked
  const id = await alice.send('where?')
  const raw = await until(
    'her question',
    () => linked.bridge.arrivals.find(({ event }) => event.id === id)?.raw,
  )
  const answer = async (text: string, to: string) => {
    const replyTo = { id: to, fromMe: false, byBridge: false, raw }
    const delivery = linked.delivery(text, { chat: `whatsapp:${alice.lid}`, replyTo })
    await linked.connection.send(delivery)
    return delivery.messageId
  }
  const answers = [await answer('here', id), await answer('there', 'FORGOTTEN')]
  await until('both', () => alice.inbox.length === 2)
  await linked.restart()
  // As if she had read neither.
  alice.inbox.splice(0)
  for (const each of answers) alice.askAgain(each)
  await until('both again', () => alice.inbox.length === 2)
  const shown = new Map(alice.inbox.map(({ id: each, shown: seen }) => [each, seen]))
  assert.deepEqual(
    answers.map(each => [shown.get(each)?.text, shown.get(each)?.quote]),
    [
      ['here', { id, author: alice.lid, text: 'where?' }],
      ['there', undefined],
    ],
  )
  wa.assertNoSurprises()
})
