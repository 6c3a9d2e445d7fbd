import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeliveryError } from '../../../src/bridge/verdict.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

/** Each opens a session with the bridge, which uses up one of its prekeys on the server. */
const meet = async ({ wa }: Linked, count: number): Promise<string[]> => {
  const greetings: string[] = []
  for (let each = 0; each < count; each += 1) {
    const somebody = wa.addContact({})
    greetings.push(`hello from ${somebody.pushName}`)
    await somebody.send(`hello from ${somebody.pushName}`)
  }
  return greetings
}

const retries = ({ wa }: Linked) =>
  wa.requests.filter(({ tag, attrs }) => tag === 'receipt' && attrs['type'] === 'retry')

const SECURITY_CODE = /security code/

test('When prekeys run low at WhatsApp, it gets new ones, and everybody who writes is read', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const greetings: string[] = []
  for (let round = 0; round < 3; round += 1) {
    wa.takePreKeys(6)
    greetings.push(...(await meet(linked, 2)))
    await until('new prekeys', () => wa.preKeyCount > 6)
  }
  await until('all', () => bridge.said.length === greetings.length)
  assert.deepEqual(bridge.said, greetings)
  assert.deepEqual(wa.nacks, [])
  wa.assertNoSurprises()
})

test('While WhatsApp takes no prekeys, messages come all the same; the next login brings new ones', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  wa.refusePreKeys(1000)
  wa.takePreKeys(2)
  // The last ones find no prekey any more.
  const greetings = await meet(linked, 5)
  await until('all', () => bridge.said.length === greetings.length)
  assert.deepEqual(bridge.said, greetings)
  assert.equal(wa.preKeyCount, 0)
  await linked.stop()
  wa.refusePreKeys(0)
  await linked.restart({ stopped: true })
  await until('new prekeys', () => wa.preKeyCount > 0)
  await meet(linked, 3)
  await until('more', () => linked.bridge.said.length === 8)
  assert.deepEqual(wa.nacks, [])
})

test('Somebody with a new phone to whom we have written by then is read on, though what they wrote before that comes behind it', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  await alice.send('on the old phone')
  await until('the first', () => linked.bridge.said.length === 1)
  alice.reinstall()
  const asked = () =>
    wa.requests.filter(({ tag, attrs }) => tag === 'iq' && attrs['xmlns'] === 'encrypt').length
  const before = asked()
  await until('the new keys', () => asked() > before)
  await wa.heard()
  // What she writes now is on its way while we write to her.
  wa.deafen()
  await alice.send('on the new phone')
  await linked.deliver('welcome back', { chat: `whatsapp:${alice.lid}` })
  await until('our message', () => alice.inbox.length === 1)
  await alice.send('thank you')
  wa.dropConnection()
  await until('all', () => linked.bridge.said.includes('thank you') && wa.pending.length === 0)
  assert.deepEqual(linked.bridge.said, ['on the old phone', 'on the new phone', 'thank you'])
  assert.deepEqual(retries(linked), [])
  wa.assertNoSurprises()
})

for (const [refusal, uploads] of [
  [500, 1000],
  [503, 1000],
  ['close', 2],
  ['silence', 1000],
] as const) {
  test(`A login ends well though WhatsApp takes no prekeys (${refusal}); the next connection brings them, and messages are read`, async () => {
    await using linked = await Linked.unlinked()
    const { wa } = linked
    for await (const step of linked.connection.login()) {
      linked.steps.push(step)
      if (step.kind === 'qr') void wa.phone.scan(step.payload).catch(() => undefined)
      if (step.kind !== 'pairing') continue
      await until('the device', () => wa.companion !== undefined)
      wa.refusePreKeys(uploads, refusal)
    }
    assert.equal(linked.steps.at(-1)?.kind, 'linked')
    if (refusal === 'close') assert.equal(wa.preKeyRefusals, 0, 'it was closed twice')
    else assert.equal(wa.preKeyCount, 0)
    wa.refusePreKeys(0)
    await linked.start()
    await until('prekeys', () => wa.preKeyCount > 0)
    const greetings = await meet(linked, 2)
    await until('all', () => linked.bridge.said.length === greetings.length)
    assert.deepEqual(linked.bridge.said, greetings)
    assert.deepEqual(wa.nacks, [])
  })
}

for (const away of [false, true]) {
  test(`Somebody with a new phone is read and reads on${away ? ', also if it came while the bridge was away' : ''}`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice' })
    const group = wa.addGroup({ subject: 'Class', participants: [alice] })
    const chat = `whatsapp:${alice.lid}` as const
    await alice.send('old phone')
    await alice.send('old phone, group', { to: group })
    await linked.deliver('to the old one', { chat })
    await until('both', () => linked.bridge.said.includes('old phone, group') && alice.inbox.length === 1)
    if (away) await linked.stop()
    alice.reinstall()
    if (away) await linked.restart({ stopped: true })
    await alice.send('new phone')
    await alice.send('new phone, group', { to: group })
    await until('both', () => linked.bridge.said.includes('new phone, group'))
    await linked.deliver('to the new one', { chat })
    await linked.deliver('to the new one, group', { chat: `whatsapp:${group.jid}` as 'whatsapp:1' })
    await until('all', () => alice.inbox.length === 3)
    assert.deepEqual(
      linked.bridge.said.filter(text => text.includes('phone')),
      ['old phone', 'old phone, group', 'new phone', 'new phone, group'],
    )
    assert.deepEqual(wa.nacks, [])
    assert.ok(!linked.bridge.said.some(text => SECURITY_CODE.test(text)), 'nobody asked to be told')
  })

  test(`A new security code is told where that is wanted${away ? ', also if it came while the bridge was away' : ''}`, async () => {
    await using linked = await Linked.started({ securityCodes: true })
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice' })
    await alice.send('before')
    await until('the first', () => linked.bridge.said.includes('before'))
    if (away) await linked.stop()
    alice.reinstall()
    await alice.send('after')
    if (away) await linked.restart({ stopped: true })
    await until('the last', () => linked.bridge.said.includes('after'))
    const told = linked.bridge.messages.filter(({ chat }) => chat === `whatsapp:${alice.lid}`)
    assert.deepEqual(
      told.map(({ content }) => (content.kind === 'placeholder' ? content.label : content.kind)),
      ['text', '🔐 The security code of Alice has changed', 'text'],
    )
    await until('the acks', () => wa.pending.length === 0)
    wa.assertNoSurprises()
  })
}

test('Keys of a new identity that WhatsApp has not told of are taken to send something again, and the owner is told once', async () => {
  await using linked = await Linked.started({ securityCodes: true })
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const laptop = alice.link()
  await alice.send('before')
  await until('the first', () => linked.bridge.said.includes('before'))
  await linked.deliver('for Alice', { chat: `whatsapp:${alice.lid}` })
  await until('it', () => alice.inbox[0]?.copies === 1 && laptop.inbox.length === 1)
  const { id = '' } = alice.inbox[0] ?? {}
  const told = () => linked.bridge.said.filter(text => text === '🔐 The security code of Alice has changed')
  const ask = async (copies: number): Promise<void> => {
    alice.askAgain(id)
    await until('a copy', () => alice.inbox[0]?.copies === copies && wa.pending.length === 0)
  }
  await ask(2)
  assert.equal(told().length, 0)
  alice.handset.renew()
  await ask(3)
  await until('the news', () => told().length === 1)
  await ask(4)
  await linked.restart()
  await ask(5)
  assert.equal(told().length, 1)
  // Of one that WhatsApp tells of, it is told once, too.
  await linked.stop()
  alice.reinstall()
  await linked.restart({ stopped: true })
  await ask(6)
  await until('the news', () => told().length === 2)
  // Linked devices have no code to compare.
  laptop.renew()
  const t = String(Math.floor(Date.now() / 1000))
  const [from] = alice.lid.split('@')
  const attrs = { from: `${from}:1@lid`, id, t, type: 'retry' }
  wa.enqueue({ tag: 'receipt', attrs, content: laptop.retryNodes(id, t) })
  await until('a copy', () => laptop.inbox[0]?.copies === 2 && wa.pending.length === 0)
  assert.equal(told().length, 2)
  assert.deepEqual(wa.nacks, [])
  wa.assertNoSurprises()
})

test('A group message whose sender key is missing is asked for, and crosses once', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  await alice.send('one', { to: group })
  await until('the first', () => linked.bridge.said.includes('one'))
  await until('its receipt', () => wa.pending.length === 0)
  // As after a restored backup: the key is gone here, and nobody gives it twice.
  const { sessions } = linked.bridge
  sessions.set([...sessions.list('sender-key')].map(({ id }) => ({ type: 'sender-key', id, value: null })))
  await alice.send('two', { to: group })
  await bob.send('three', { to: group })
  await until('all', () => linked.bridge.said.includes('two') && linked.bridge.said.includes('three'))
  await alice.send('four', { to: group })
  await until('the last', () => linked.bridge.said.includes('four'))
  const texts = linked.bridge.messages.flatMap(({ content }) =>
    content.kind === 'text' ? [content.body.text] : [],
  )
  assert.deepEqual(texts.toSorted(), ['four', 'one', 'three', 'two'])
  assert.equal(retries(linked).length, 1)
  await until('everything', () => wa.pending.length === 0)
})

test('Somebody who goes over to another address in the middle of traffic stays one chat, in order', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice', addressing: 'pn' })
  const addresses = [alice.pn, alice.lid]
  const sent: string[] = []
  const answers: string[] = []
  for (const away of [false, true, false, true]) {
    if (away) await linked.stop()
    for (const addressing of ['pn', 'lid', 'lid', 'pn', 'lid'] as const) {
      alice.addressing = addressing
      sent.push(`message ${sent.length}`)
      await alice.send(sent.at(-1) ?? '')
    }
    if (away) await linked.restart({ stopped: true })
    for (const address of addresses) {
      answers.push(`answer ${answers.length}`)
      await linked.deliver(answers.at(-1) ?? '', { chat: `whatsapp:${address}` as 'whatsapp:1' })
      sent.push(`message ${sent.length}`)
      await alice.send(sent.at(-1) ?? '')
    }
    const all = sent.length
    await until('all so far', () => linked.bridge.said.length === all)
  }
  await until('the answers', () => alice.inbox.length === answers.length)
  assert.deepEqual(linked.bridge.said, sent)
  assert.deepEqual([...new Set(linked.bridge.messages.map(({ chat }) => chat))], [`whatsapp:${alice.lid}`])
  assert.deepEqual(
    alice.inbox.map(({ message }) => message.extendedTextMessage?.text ?? message.conversation),
    answers,
  )
  assert.deepEqual(wa.nacks, [])
  assert.deepEqual(wa.problems, [])
  assert.deepEqual(retries(linked), [])
})

test('A group that goes over to LIDs in the middle of traffic is read and written to', async () => {
  await using linked = await Linked.started()
  const { wa } = linked
  const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
  const group = wa.addGroup({ subject: 'Class', participants: [alice, bob], addressing: 'pn' })
  const chat = `whatsapp:${group.jid}` as 'whatsapp:1'
  await alice.send('one', { to: group })
  await linked.deliver('answer one', { chat })
  group.addressing = 'lid'
  await alice.send('two', { to: group })
  await bob.send('three', { to: group })
  const delivery = linked.delivery('answer two', { chat })
  await assert.rejects(linked.connection.send(delivery), (error: unknown) => {
    assert.ok(error instanceof DeliveryError && error.verdict.kind === 'retry', String(error))
    return true
  })
  await linked.connection.send(delivery)
  assert.match(wa.takeSurprises().join(), /^Message refused \(421\)[^,]*$/)
  await alice.send('four', { to: group })
  const texts = () =>
    linked.bridge.messages.flatMap(({ content, sender }) =>
      content.kind === 'text' ? [`${sender.name}: ${content.body.text}`] : [],
    )
  await until('all', () => texts().length === 4 && alice.inbox.length === 2 && bob.inbox.length === 2)
  assert.deepEqual(texts(), ['Alice: one', 'Alice: two', 'Bob: three', 'Alice: four'])
  const authors = linked.bridge.messages.flatMap(({ content, sender }) =>
    content.kind === 'text' ? [sender.person] : [],
  )
  assert.deepEqual([...new Set(authors)].toSorted(), [`whatsapp:${alice.lid}`, `whatsapp:${bob.lid}`])
  assert.deepEqual(wa.nacks, [])
  wa.assertNoSurprises()
})
