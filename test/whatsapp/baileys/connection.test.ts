import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { before, describe, test } from 'node:test'
import { DeliveryError } from '../../../src/bridge/verdict.ts'
import { LoginError } from '../../../src/whatsapp/port.ts'
import { trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { until } from '../support.ts'
import { failureOf } from './changes.ts'
import { Linked } from './linked.ts'

before(trustTestCa)

const verdict = (kind: string) => (error: unknown) => {
  assert.ok(error instanceof DeliveryError, String(error))
  assert.equal(error.verdict.kind, kind, error.message)
  return true
}

describe('receiving', () => {
  test('a private message becomes an event, and is receipted', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice', pushName: 'Ali' })
    await alice.send('hello *there*')
    await until('the event', () => linked.bridge.events.length === 1)
    const [arrival] = linked.bridge.arrivals
    assert.equal(arrival?.event.chat, `whatsapp:${alice.lid}`)
    assert.deepEqual(arrival?.aliases, [`whatsapp:${alice.pn}`])
    assert.equal(arrival?.event.sender.name, 'Ali')
    assert.deepEqual(linked.bridge.said, ['hello there'])
    await until('the receipt', () => linked.wa.pending.length === 0)
    linked.wa.assertNoSurprises()
  })

  test('messages of a group come in order, with their senders, in both forms of addressing', async () => {
    await using linked = await Linked.started()
    const [alice, bob] = [linked.wa.addContact({ name: 'Alice' }), linked.wa.addContact({ pushName: 'Bob' })]
    for (const addressing of ['lid', 'pn'] as const) {
      const group = linked.wa.addGroup({ subject: 'Class', participants: [alice, bob], addressing })
      for (const turn of [1, 2, 3]) {
        await alice.send(`alice ${turn}`, { to: group })
        await bob.send(`bob ${turn}`, { to: group })
      }
      const events = await until('six events', () => {
        const here = linked.bridge.messages.filter(({ chat }) => chat === `whatsapp:${group.jid}`)
        const texts = here.filter(({ content }) => content.kind === 'text')
        return texts.length === 6 && texts
      })
      assert.deepEqual(
        events.map(({ content }) => content.kind === 'text' && content.body.text),
        ['alice 1', 'bob 1', 'alice 2', 'bob 2', 'alice 3', 'bob 3'],
      )
      assert.deepEqual(
        new Set(events.map(({ sender }) => sender.person)),
        new Set([`whatsapp:${alice.lid}`, `whatsapp:${bob.lid}`]),
      )
      await linked.restart()
    }
    linked.wa.assertNoSurprises()
  })

  test('what was sent while we were away comes at the next start, in order and once', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    await alice.send('0')
    await until('the first', () => linked.bridge.events.length === 1)
    await linked.stop()
    for (let turn = 1; turn <= 60; turn += 1) await alice.send(String(turn))
    await linked.restart({ stopped: true })
    await until('all of them', () => linked.bridge.events.length === 61)
    assert.deepEqual(
      linked.bridge.said,
      Array.from({ length: 61 }, (_, turn) => String(turn)),
    )
    await until('the receipts', () => linked.wa.pending.length === 0)
    assert.deepEqual(linked.bridge.again, [])
    linked.wa.assertNoSurprises()
  })

  test('how far what waited has come is told, until it is all there', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    // What the phone said last would wait beside them.
    await until('the end of the first sync', () => linked.wa.pending.length === 0)
    await linked.stop()
    for (let turn = 1; turn <= 60; turn += 1) await alice.send(String(turn))
    const restarted = linked.restart({ stopped: true })
    /** How many there were when one more was handed over. */
    const before: (number | undefined)[] = []
    const { bridge } = linked
    const receive = bridge.receive.bind(bridge)
    bridge.receive = (...given) => {
      before.push(linked.connection.status.catchingUp?.done)
      receive(...given)
    }
    const seen: number[] = []
    await until('the end', () => {
      const { catchingUp, upToDate } = linked.connection.status
      if (catchingUp !== undefined) {
        assert.equal(catchingUp.total, 60)
        assert.equal(upToDate, undefined)
        seen.push(catchingUp.done)
      }
      return seen.length > 0 && catchingUp === undefined
    })
    await restarted
    assert.equal(linked.bridge.events.length, 60)
    assert.deepEqual(
      before,
      Array.from({ length: 60 }, (_, done) => done),
    )
    assert.deepEqual(
      seen,
      seen.toSorted((one, other) => one - other),
    )
    const { state, upToDate } = linked.connection.status
    assert.deepEqual([state, upToDate], ['connected', true])
    linked.wa.dropConnection()
    await until('the loss of it', () => linked.connection.status.state === 'connecting')
    assert.equal(linked.connection.status.upToDate, undefined)
    await until('the next', () => linked.connection.status.upToDate)
  })

  test('what the owner types on the phone comes in as their own', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    await linked.wa.phone.send(alice, 'from the phone')
    await linked.wa.phone.send('me', 'note to self')
    await until('both', () => linked.bridge.events.length === 2)
    assert.deepEqual(
      linked.bridge.events.map(({ chat, sender }) => [chat, sender.me]),
      [
        [`whatsapp:${alice.lid}`, true],
        ['whatsapp:900000000000001@lid', true],
      ],
    )
    linked.wa.assertNoSurprises()
  })

  test('a person who is addressed by number is the same chat as under the LID', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice', addressing: 'pn' })
    await alice.send('by number')
    alice.addressing = 'lid'
    await alice.send('by LID')
    await until('both', () => linked.bridge.events.length === 2)
    assert.deepEqual(
      new Set(linked.bridge.events.map(({ chat }) => chat)),
      new Set([`whatsapp:${alice.lid}`]),
    )
  })

  test('contacts and groups that the phone knows are learned', async () => {
    await using linked = await Linked.unlinked()
    const alice = linked.wa.addContact({ name: 'Alice Archer', pushName: 'Ali' })
    const group = linked.wa.addGroup({ subject: 'Class 3b', participants: [alice] })
    await linked.login()
    await linked.start()
    const names = () => linked.bridge.known.map(({ chat, name }) => [chat, name])
    await until('the names', () => {
      const text = JSON.stringify(names())
      return text.includes('Alice Archer') && text.includes('Class 3b')
    })
    assert.ok(
      linked.bridge.known.some(({ chat, kind }) => chat === `whatsapp:${group.jid}` && kind === 'group'),
    )
    linked.wa.assertNoSurprises()
  })

  test('a mention of the owner has the name that the account gives itself', async () => {
    await using linked = await Linked.started()
    const { wa, bridge } = linked
    const alice = wa.addContact({ name: 'Alice' })
    const text = `@${wa.account.lid.split('@')[0]} look`
    await alice.send({ extendedTextMessage: { text, contextInfo: { mentionedJid: [wa.account.lid] } } })
    await until('the event', () => bridge.events.length === 1)
    assert.deepEqual(bridge.said, [`@${wa.account.name} look`])
  })

  test('a picture crosses as a file that can be opened', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const bytes = randomBytes(100_000)
    const file = await linked.wa.media.put(bytes, 'image')
    await alice.send({ imageMessage: { ...file, mimetype: 'image/jpeg', caption: 'look' } })
    const event = await until('the event', () => linked.bridge.messages[0])
    assert.ok(event.content.kind === 'media')
    const stream = await linked.connection.openMedia(event.content.media, new AbortController().signal)
    assert.deepEqual(await buffer(stream), bytes)
  })
})

describe('sending', () => {
  test('text arrives, and is sent when the server has confirmed it', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    await linked.deliver('hello', { chat: `whatsapp:${alice.lid}`, messageId: '3EB0AABB' })
    assert.deepEqual(
      linked.sent.map(({ id }) => id),
      ['3EB0AABB'],
    )
    await until('the message', () => alice.inbox.length === 1 && linked.wa.phone.inbox.length === 1)
    assert.equal(alice.inbox[0]?.message.extendedTextMessage?.text, 'hello')
    linked.wa.assertNoSurprises()
  })

  test('a reply quotes the message that it answers', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const id = await alice.send('where?')
    const raw = await until('the event', () => linked.bridge.arrivals[0]?.raw)
    await linked.deliver('here', {
      chat: `whatsapp:${alice.lid}`,
      replyTo: { id, fromMe: false, byBridge: false, raw },
    })
    await until('the message', () => alice.inbox.length === 1)
    const info = alice.inbox[0]?.message.extendedTextMessage?.contextInfo
    assert.equal(info?.stanzaId, id)
    assert.equal(info?.participant, alice.lid)
    assert.equal(info?.quotedMessage?.conversation, 'where?')
  })

  test('where administrators alone write, the refusal says so, and it goes when all may', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const group = linked.wa.addGroup({
      subject: 'News',
      participants: [alice],
      admins: [alice],
      announce: true,
    })
    const chat = `whatsapp:${group.jid}` as const
    const error = await failureOf(linked.deliver('hello', { chat }))
    assert.equal(error.message, 'Only administrators can write in this WhatsApp group')
    assert.deepEqual([error.verdict.kind, error.chatUnreachable], ['reject', true])
    assert.equal(alice.inbox.length, 0)
    group.set({ announce: false }, alice)
    await until('the notice', () => linked.wa.pending.length === 0)
    await linked.deliver('hello', { chat })
    await until('the message', () => alice.inbox.length === 1)
  })

  test('a group reads what is written to it, and what is asked for again', async () => {
    await using linked = await Linked.started()
    const [alice, bob] = [linked.wa.addContact({ name: 'Alice' }), linked.wa.addContact({ name: 'Bob' })]
    const group = linked.wa.addGroup({ subject: 'Class', participants: [alice, bob] })
    bob.failToRead()
    await linked.deliver('hello class', { chat: `whatsapp:${group.jid}` })
    await linked.deliver('second', { chat: `whatsapp:${group.jid}` })
    await until('both with both', () => alice.inbox.length >= 2 && bob.inbox.length >= 2)
    const texts = bob.inbox.map(({ message }) => message.extendedTextMessage?.text)
    assert.deepEqual([...texts].sort(), ['hello class', 'second'])
    linked.wa.assertNoSurprises()
  })

  test('sending again under the same id is the same message', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const delivery = linked.delivery('once', { chat: `whatsapp:${alice.lid}` })
    linked.wa.cutNextSend('before-ack')
    await assert.rejects(linked.connection.send(delivery), verdict('unsure'))
    await until('a new connection', () => linked.connection.status.state === 'connected')
    await linked.connection.send(delivery)
    await until('the copy', () => (alice.inbox[0]?.copies ?? 0) >= 1)
    assert.equal(alice.inbox.length, 1)
    assert.equal(linked.sent.length, 1)
  })

  test('no ack in time is unsure and ends the connection, which may be deaf', async () => {
    await using linked = await Linked.started({ timing: { ack: 200 } as never })
    const alice = linked.wa.addContact({ name: 'Alice' })
    linked.wa.holdAcks(true)
    await assert.rejects(linked.deliver('x', { chat: `whatsapp:${alice.lid}` }), verdict('unsure'))
    await until('the end of the connection', () => linked.connection.status.state === 'connecting')
    linked.wa.holdAcks(false)
    await until('a new one', () => linked.connection.status.state === 'connected')
  })

  test('a refusal by the server becomes its verdict', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    linked.wa.refuseNext(463)
    await assert.rejects(linked.deliver('x', { chat: `whatsapp:${alice.lid}` }), verdict('reject'))
    linked.wa.refuseNext(479)
    await assert.rejects(linked.deliver('x', { chat: `whatsapp:${alice.lid}` }), verdict('retry'))
    await linked.deliver('x', { chat: `whatsapp:${alice.lid}` })
    assert.equal(linked.sent.length, 1)
  })

  test('what arrives though the server has refused it goes once more, for others may not have it, and is there once', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const delivery = linked.delivery('refused', { chat: `whatsapp:${alice.lid}` })
    linked.wa.refuseNext(479, { delivered: true })
    await assert.rejects(linked.connection.send(delivery), verdict('retry'))
    await until('her receipt', () => alice.inbox.length === 1 && linked.wa.pending.length === 0)
    await linked.connection.send(delivery)
    await until('the copy', () => alice.inbox[0]?.copies === 2)
    assert.deepEqual([linked.sent.length, alice.inbox.length], [1, 1])
  })

  test('so does what one phone of a group has confirmed, for another could not read the first attempt', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const [ann, bob] = [wa.addContact({ name: 'Ann' }), wa.addContact({ name: 'Bob' })]
    const group = wa.addGroup({ subject: 'Both', participants: [ann, bob] })
    const delivery = linked.delivery('for both', { chat: `whatsapp:${group.jid}` })
    bob.failToRead()
    wa.cutNextSend('before-ack')
    await assert.rejects(linked.connection.send(delivery), verdict('unsure'))
    await until('her copy', () => ann.inbox.length === 1)
    await linked.restart()
    await until('all receipts', () => wa.pending.length === 0)
    assert.equal(bob.inbox.length, 0)
    wa.refuseNext(479)
    await assert.rejects(linked.connection.send(delivery), verdict('retry'))
    wa.inject({
      tag: 'receipt',
      attrs: { id: delivery.messageId, from: group.jid, participant: ann.lid, t: '1' },
    })
    await ann.send('behind it')
    await until('what came behind it', () => linked.bridge.said.includes('behind it'))
    await linked.connection.send(delivery)
    await until('his copy', () => bob.inbox.length === 1)
    assert.deepEqual([linked.sent.length, ann.inbox.length], [1, 1])
  })

  test('a number without an account is never written to', async () => {
    await using linked = await Linked.started()
    await assert.rejects(
      linked.deliver('x', { chat: 'whatsapp:15559999999@s.whatsapp.net' }),
      (error: unknown) => {
        assert.ok(error instanceof DeliveryError && error.chatUnreachable, String(error))
        return verdict('reject')(error)
      },
    )
    const alice = linked.wa.addContact({ name: 'Alice' })
    await linked.deliver('x', { chat: `whatsapp:${alice.pn as `${string}`}` })
    await until('the message', () => alice.inbox.length === 1)
  })

  test('is offline when there is no connection', async () => {
    await using linked = await Linked.link()
    await assert.rejects(linked.deliver('x', { chat: 'whatsapp:1@lid' }), verdict('offline'))
  })
})

describe('staying connected', () => {
  for (const end of [503, 515, 500] as const) {
    test(`a stream error ${end} is followed by a new connection and loses nothing`, async () => {
      await using linked = await Linked.started()
      const alice = linked.wa.addContact({ name: 'Alice' })
      await alice.send('before')
      await until('the first', () => linked.bridge.events.length === 1)
      linked.wa.streamError(end)
      await alice.send('after')
      await until('the second', () => linked.bridge.events.length === 2)
      assert.equal(linked.connection.status.state, 'connected')
    })
  }

  test('a cut connection is replaced', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    linked.wa.dropConnection()
    await until('the end', () => linked.bridge.statuses.some(({ problem }) => problem !== undefined))
    await alice.send('after')
    await until('the message', () => linked.bridge.events.length === 1)
  })

  test('unlinked at the phone, it stops and says what to do', async () => {
    await using linked = await Linked.started()
    linked.wa.phone.unlink()
    await until('the end', () => linked.connection.status.state === 'logged_out')
    assert.match(linked.connection.status.problem ?? '', /wa2tg login/)
    assert.deepEqual([...linked.bridge.sessions.list('creds')], [])
    assert.deepEqual([...linked.bridge.sessions.list('session')], [])
  })

  test('replaced by another program, it stops and does not fight', async () => {
    await using linked = await Linked.started()
    linked.wa.streamError('conflict')
    await until('the end', () => linked.connection.status.state === 'stopped')
    assert.match(linked.connection.status.problem ?? '', /Another program/)
  })

  test('the account is never shown online', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    await alice.send('hi')
    await linked.deliver('hello', { chat: `whatsapp:${alice.lid}` })
    await linked.restart()
    const types = linked.wa.presenceSeen.map(({ attrs }) => attrs['type'])
    assert.ok(types.length > 0)
    assert.deepEqual(
      types.filter(type => type !== 'unavailable'),
      [],
    )
  })

  test('logout unlinks at WhatsApp and forgets the session', async () => {
    await using linked = await Linked.started()
    await linked.connection.logout()
    await until('the server to know', () => linked.wa.companion === undefined)
    assert.equal(linked.connection.status.state, 'unlinked')
    assert.deepEqual([...linked.bridge.sessions.list('creds')], [])
  })

  test('a server with a certificate of its own is refused', async () => {
    await using linked = await Linked.unlinked()
    await using other = await Linked.unlinked({
      server: { url: linked.wa.url, rootKey: '11'.repeat(32), mediaHost: linked.wa.mediaHost },
    })
    await assert.rejects(other.login(), (error: unknown) => {
      assert.ok(error instanceof LoginError)
      assert.equal(error.reason, 'refused')
      assert.match(error.message, /cannot prove/)
      return true
    })
  })

  for (const [shown, forged] of [
    ['the certificate of another', 'key'],
    ["a leaf of its own under WhatsApp's intermediate", 'leaf'],
  ] as const) {
    test(`a server that shows ${shown} is told nothing`, async () => {
      await using linked = await Linked.started()
      const { wa, connection } = linked
      wa.forgeHandshake(forged)
      const logins = wa.requests.length
      wa.dropConnection()
      await until('the refusal', () =>
        /cannot prove that it is WhatsApp/.test(connection.status.problem ?? ''),
      )
      assert.equal(wa.isConnected, false)
      assert.equal(wa.requests.length, logins)
    })
  }
})
