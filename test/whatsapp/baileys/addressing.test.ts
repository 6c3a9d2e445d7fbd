import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { chatOfJid, userOf } from '../../../src/whatsapp/address.ts'
import type { BaileysOptions } from '../../../src/whatsapp/baileys/connection.ts'
import type { Contact } from '../../simulators/whatsapp/contact.ts'
import { historyMessage } from '../../simulators/whatsapp/history-sync.ts'
import { until } from '../support.ts'
import { changeOf, failureOf, lastSent, words } from './changes.ts'
import { Linked } from './linked.ts'

const begin = async (more: Partial<BaileysOptions> = {}) => {
  const linked = await Linked.started(more)
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const id = await alice.send('This is Alice')
  await until('her message', () => linked.bridge.said.length === 1)
  /** Where messages of ours went since this was asked last, whatever became of them. */
  let seen = 0
  const ways = (): string[] => {
    const all = wa.requests.filter(({ tag }) => tag === 'message').map(({ attrs }) => attrs['to'] ?? '')
    const news = all.slice(seen).map(to => to.replace(/^.*@/, ''))
    seen = all.length
    return news
  }
  const write = (text: string, to: string) => linked.deliver(text, { chat: chatOfJid(to) ?? assert.fail() })
  const inboxOf = (person: Contact) => person.inbox.map(({ shown, copies }) => `${shown?.text} ${copies}`)
  return {
    linked,
    wa,
    alice,
    hers: { id, fromMe: false, byBridge: false, at: Date.now() },
    ways,
    write,
    inboxOf,
  }
}

const LID = 'lid'
const NUMBER = 's.whatsapp.net'

test('An account that has not moved to LIDs finds out with one message, and sends and changes by number from then on', async () => {
  const { linked, wa, alice, hers, ways, write, inboxOf } = await begin()
  await using _ = linked
  wa.account.migrated = false
  await write('one', alice.lid)
  assert.deepEqual(ways(), [LID, NUMBER])
  const chat = chatOfJid(alice.lid) ?? assert.fail()
  await linked.connection.change(changeOf(linked, words('two'), { chat, parts: [lastSent(linked)] }))
  await linked.connection.change(changeOf(linked, { kind: 'reaction', emoji: '👍' }, { chat, parts: [hers] }))
  await until('the reaction', () => wa.changes.length === 2)
  assert.deepEqual(
    wa.changes.map(({ ignored }) => ignored),
    [undefined, undefined],
  )
  alice.failToRead()
  await write('three', alice.lid)
  await until('what she could not read', () => alice.inbox.length === 2)
  assert.deepEqual(ways(), [NUMBER, NUMBER, NUMBER, NUMBER])
  await linked.connection.change(
    changeOf(linked, { kind: 'deletion', by: 'author' }, { chat, parts: [lastSent(linked)] }),
  )
  await linked.restart()
  await write('four', alice.lid)
  // Whose the own number is need not be asked.
  wa.refuseQuery('usync get usync', 500)
  await write('me', wa.account.lid)
  await until('all of it', () => alice.inbox.length === 3)
  assert.deepEqual(ways(), [NUMBER, NUMBER, NUMBER])
  assert.deepEqual(inboxOf(alice), ['one 1', 'three 1', 'four 1'])
  wa.assertNoSurprises()
})

for (const byNumber of ['refused', 'no devices'] as const)
  test(`An account that moves to LIDs goes on by LID, and forgets what was so before (by number: ${byNumber})`, async () => {
    const { linked, wa, alice, ways, write, inboxOf } = await begin()
    await using _ = linked
    wa.account.migrated = false
    await write('one', alice.lid)
    Object.assign(wa.account, { migrated: true, byNumber })
    await linked.restart()
    ways()
    await write('two', alice.lid)
    assert.deepEqual(ways(), byNumber === 'refused' ? [NUMBER, LID] : [LID])
    await write('three', alice.lid)
    await until('all of it', () => alice.inbox.length === 3)
    assert.deepEqual(ways(), [LID])
    assert.equal(wa.phone.inbox.filter(({ shown }) => shown?.text === 'two')[0]?.copies, 1)
    assert.deepEqual(inboxOf(alice), ['one 1', 'two 1', 'three 1'])
    const surprises = byNumber === 'refused' ? 1 : 0
    assert.equal(wa.takeSurprises().length, surprises)
  })

test('Where neither address is taken a message goes to each once, and its sender reads why', async () => {
  const { linked, wa, alice, ways, write } = await begin()
  await using _ = linked
  wa.account.migrated = false
  wa.account.needsTokens = true
  for (const text of ['one', 'two']) {
    const failure = await failureOf(write(text, alice.lid))
    assert.match(failure.message, /write from the phone/)
    assert.equal(failure.verdict.kind, 'reject')
    assert.deepEqual(ways(), [LID, NUMBER])
  }
  wa.account.needsTokens = false
  await write('three', alice.lid)
  wa.account.needsTokens = true
  ways()
  const failure = await failureOf(write('four', alice.lid))
  assert.match(failure.message, /write from the phone/)
  assert.deepEqual(ways(), [NUMBER, LID])
  wa.account.needsTokens = false
  await write('five', alice.lid)
  assert.deepEqual(ways(), [NUMBER])
  wa.assertNoSurprises()
})

for (const isRestarted of [false, true])
  test(`Where messages have gone by LID, what WhatsApp refuses as invalid is said to be that (restarted: ${isRestarted})`, async () => {
    const { linked, wa, alice, ways, write } = await begin()
    await using _ = linked
    await write('one', alice.lid)
    if (isRestarted) await linked.restart()
    ways()
    wa.refuseNext(400)
    const failure = await failureOf(write('two', alice.lid))
    assert.equal(failure.message, 'WhatsApp refused the message (400)')
    assert.equal(failure.verdict.kind, 'reject')
    assert.deepEqual(ways(), [LID, NUMBER])
    await write('three', alice.lid)
    assert.deepEqual(ways(), [LID])
  })

test('A LID without a number cannot be written to from an account that takes numbers alone, and that is said', async () => {
  const { linked, wa, ways, write } = await begin()
  await using _ = linked
  const stranger = wa.addContact({ pushName: 'Stranger', pair: 'unknown' })
  wa.account.migrated = false
  const failure = await failureOf(write('one', stranger.lid))
  assert.match(failure.message, /phone numbers only/)
  assert.deepEqual(ways(), [LID])
})

for (const byNumber of ['refused', 'no devices'] as const)
  test(`The first message to a number goes to its LID (by number: ${byNumber})`, async () => {
    const { linked, wa, ways, write, inboxOf } = await begin()
    await using _ = linked
    wa.account.byNumber = byNumber
    const stranger = wa.addContact({ pushName: 'Stranger', pair: 'asked' })
    await write('one', stranger.pn)
    await until('the message', () => stranger.inbox.length === 1)
    const [{ attrs } = assert.fail()] = wa.requests.filter(({ tag }) => tag === 'message')
    assert.equal(attrs['peer_recipient_pn'], stranger.pn)
    assert.deepEqual(ways(), [LID])
    await linked.connection.change(
      changeOf(linked, words('two'), {
        chat: chatOfJid(stranger.pn) ?? assert.fail(),
        parts: [lastSent(linked)],
      }),
    )
    await until('the edit', () => wa.changes.length === 1)
    assert.deepEqual(ways(), [LID])
    assert.equal(wa.changes[0]?.ignored, undefined)
    assert.deepEqual(inboxOf(stranger), ['one 1'])
    wa.assertNoSurprises()
  })

test('Where WhatsApp does not say for now which LID a number has, nothing is sent, and it is tried again', async () => {
  const { linked, wa, ways, write } = await begin()
  await using _ = linked
  const stranger = wa.addContact({ pushName: 'Stranger', pair: 'asked' })
  linked.wa.refuseQuery('usync get usync', 429)
  assert.equal((await failureOf(write('one', stranger.pn))).verdict.kind, 'retry')
  assert.deepEqual(ways(), [])
})

test('Where WhatsApp names no device of somebody nothing is sent, to the own phone neither', async () => {
  const { linked, wa, alice, ways, write } = await begin()
  await using _ = linked
  alice.hasNoDevices = true
  const failure = await failureOf(write('one', alice.lid))
  assert.match(failure.message, /names no device/)
  assert.equal(failure.verdict.kind, 'reject')
  assert.equal(linked.sent.length, 0)
  assert.deepEqual(ways(), [])
  await write('to myself', wa.account.lid)
  assert.equal(linked.sent.length, 1)
  alice.hasNoDevices = false
  await write('one', alice.lid)
  await until('the message', () => alice.inbox.length === 1)
  wa.assertNoSurprises()
})

for (const how of [500, 'silence'] as const)
  test(`It is tried again where WhatsApp, asked once more for the devices, does not say that there are none (${how})`, async () => {
    const { linked, wa, alice } = await begin()
    await using _ = linked
    alice.hasNoDevices = true
    const stop = new AbortController()
    const asked = () => wa.requests.filter(({ attrs }) => attrs['xmlns'] === 'usync').length
    const before = asked()
    wa.refuseQuery('usync get usync', how, { after: 1 })
    const failing = failureOf(
      linked.deliver('one', { chat: chatOfJid(alice.lid) ?? assert.fail(), signal: stop.signal }),
    )
    await until('the second question', () => asked() === before + 2)
    // Before there is an answer the bridge may stop.
    if (how === 'silence') stop.abort()
    assert.equal((await failing).verdict.kind, 'retry')
    alice.hasNoDevices = false
    await linked.deliver('two', { chat: chatOfJid(alice.lid) ?? assert.fail() })
    await until('the next one', () => alice.inbox.length === 1)
    wa.assertNoSurprises()
  })

test('Where WhatsApp wants the token of a chat, a message goes once more when that comes, and goes again with it', async () => {
  const { linked, wa, alice, ways, write, inboxOf } = await begin({ timing: { token: 120_000 } })
  await using _ = linked
  wa.account.needsTokens = true
  const sending = write('one', alice.lid)
  await until('the refusal', () =>
    wa.requests.some(({ attrs }) => attrs['xmlns'] === 'privacy' && attrs['type'] === 'set'),
  )
  alice.failToRead()
  alice.giveToken()
  await sending
  await until('the message', () => alice.inbox.length === 1)
  await write('two', alice.lid)
  await until('the next one', () => alice.inbox.length === 2)
  assert.deepEqual(ways(), [LID, LID, LID, LID])
  assert.deepEqual(inboxOf(alice), ['one 1', 'two 1'])
  wa.assertNoSurprises()
})

test('Where it does not come, the sender reads what to do, and not that the contact were new', async () => {
  const { linked, wa, alice, ways, write } = await begin({ timing: { token: 10 } })
  await using _ = linked
  wa.account.needsTokens = true
  const failure = await failureOf(write('one', alice.lid))
  assert.match(failure.message, /write from the phone/)
  assert.equal(failure.verdict.kind, 'reject')
  assert.deepEqual(ways(), [LID])
  const bob = wa.addContact({ name: 'Bob' })
  assert.match((await failureOf(write('one', bob.lid))).message, /new contacts/)
  wa.assertNoSurprises()
})

test('Nor is somebody new with whom the phone had a chat before it was linked', async () => {
  const { linked, wa, write } = await begin({ timing: { token: 10 } })
  await using _ = linked
  const bob = wa.addContact({ name: 'Bob' })
  const message = {
    key: { remoteJid: bob.lid, fromMe: false, id: 'OLD1' },
    message: { conversation: 'last year' },
    messageTimestamp: 1_700_000_000,
  }
  const conversations = [{ jid: bob.lid, pn: bob.pn, messages: [message] }]
  await wa.phone.tellCompanion(historyMessage({ type: 'RECENT', conversations }))
  await until('the chat', () =>
    linked.bridge.known.some(({ lastActivity }) => lastActivity === 1_700_000_000_000),
  )
  wa.account.needsTokens = true
  assert.match((await failureOf(write('one', bob.lid))).message, /write from the phone/)
})

for (const isKnown of [true, false])
  test(`What is for somebody never goes to a number that is another person's by now (known before: ${isKnown})`, async () => {
    const { linked, wa, alice, ways, write } = await begin()
    await using _ = linked
    const bob = wa.addContact(isKnown ? { name: 'Bob' } : { pushName: 'Bob', pair: 'asked' })
    if (isKnown) {
      await bob.send('This is Bob')
      await until('his message', () => linked.bridge.said.length === 2)
    }
    // She had his number before him, and what was learned of it then is still there (lib/Signal/lid-mapping.js).
    const [hers, his] = [userOf(alice.lid), userOf(bob.pn)]
    const learned = { [`${hers}_reverse`]: his, ...(!isKnown && { [his]: hers }) }
    linked.bridge.sessions.set(
      Object.entries(learned).map(([id, value]) => ({
        type: 'lid-mapping',
        id,
        value: JSON.stringify(value),
      })),
    )
    if (isKnown) {
      await write('one', alice.lid)
      await until('the message', () => alice.inbox.length === 1)
      const last = wa.requests.findLast(({ tag }) => tag === 'message')
      assert.equal(last?.attrs['peer_recipient_pn'], undefined)
    } else {
      const delivery = linked.delivery('one', { chat: chatOfJid(alice.lid) ?? assert.fail() })
      assert.equal((await failureOf(linked.connection.send(delivery))).verdict.kind, 'retry')
      assert.match(wa.takeSurprises().join(), /is not the number of/)
      await linked.connection.send(delivery)
      await until('the message', () => alice.inbox.length === 1)
    }
    ways()
    wa.account.migrated = false
    const failure = await failureOf(write('for Alice alone', alice.lid))
    assert.equal(failure.message, 'WhatsApp refused the message (400)')
    assert.deepEqual(ways(), [LID])
    await write('for Bob', bob.pn)
    await write('for Alice', alice.pn)
    await until('both', () => bob.inbox.length === 1 && alice.inbox.at(-1)?.shown?.text === 'for Alice')
    // It is known by now that numbers are taken, and still this one is not hers.
    await assert.rejects(write('for Alice alone', alice.lid))
    assert.equal(bob.inbox.length, 1)
  })

test('A message whose token comes while the bridge stops is not given up', async () => {
  const { linked, wa, alice } = await begin({ timing: { token: 120_000 } })
  await using _ = linked
  wa.account.needsTokens = true
  const stop = new AbortController()
  const chat = chatOfJid(alice.lid) ?? assert.fail()
  const failing = failureOf(linked.deliver('one', { chat, signal: stop.signal }))
  // Baileys gives a token of ours away behind the message, and once more when that is refused.
  const isToken = ({ attrs }: BinaryNode) => attrs['xmlns'] === 'privacy' && attrs['type'] === 'set'
  await until('the refusal', () => wa.requests.filter(isToken).length === 2)
  stop.abort()
  assert.equal((await failing).verdict.kind, 'retry')
})
