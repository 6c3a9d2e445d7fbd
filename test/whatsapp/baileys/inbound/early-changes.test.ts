import '../../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { isMessage } from '../../../../src/bridge/event.ts'
import { openLogger } from '../../../../src/support/log.ts'
import { EarlyChanges } from '../../../../src/whatsapp/baileys/inbound/early-changes.ts'
import type { Contact } from '../../../simulators/whatsapp/index.ts'
import { el, unixSeconds } from '../../../simulators/whatsapp/node.ts'
import { sealAs } from '../../../simulators/whatsapp/sealing.ts'
import { RecordingBridge, refuseEvents, silentLogger, TempDir, until } from '../../support.ts'
import { Linked } from '../linked.ts'

const secret = randomBytes(32)
const poll: proto.IMessage = {
  pollCreationMessageV3: {
    name: 'Lunch?',
    options: [{ optionName: 'Pizza' }, { optionName: 'Sushi' }],
    selectableOptionsCount: 1,
  },
  messageContextInfo: { messageSecret: secret },
}

/** A message that our keys do not open. */
const sendUnreadable = (
  { wa }: Linked,
  { lid, pn, pushName }: Contact,
  id: string,
  sentAt = unixSeconds(),
): void =>
  wa.inject(
    el('message', { from: lid, sender_pn: pn, notify: pushName, id, t: String(sentAt), type: 'text' }, [
      el('enc', { v: '2', type: 'msg' }, randomBytes(100)),
    ]),
  )

const keyOf = ({ wa }: Linked, id: string) => ({ remoteJid: wa.account.lid, fromMe: true, id })
const sealed = ({ lid }: Contact, id: string, purpose: string, plain: Uint8Array) =>
  sealAs(plain, { secret, id, author: lid, sender: lid, purpose })

const voteOf = (linked: Linked, who: Contact, id: string, option: string): proto.IMessage => {
  const selectedOptions = [createHash('sha256').update(option).digest()]
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish()
  return {
    pollUpdateMessage: {
      pollCreationMessageKey: keyOf(linked, id),
      vote: sealed(who, id, 'Poll Vote', plain),
      senderTimestampMs: Date.now(),
    },
  }
}
const vote = (linked: Linked, who: Contact, id: string, option: string): Promise<string> =>
  who.send(voteOf(linked, who, id, option))

const edit = (linked: Linked, who: Contact, id: string, words: string): Promise<string> => {
  const protocolMessage = {
    key: keyOf(linked, id),
    type: proto.Message.ProtocolMessage.Type.MESSAGE_EDIT,
    editedMessage: { conversation: words },
  }
  const plain = proto.Message.encode({ protocolMessage }).finish()
  return who.send({
    secretEncryptedMessage: {
      targetMessageKey: keyOf(linked, id),
      secretEncType: proto.Message.SecretEncryptedMessage.SecretEncType.MESSAGE_EDIT,
      ...sealed(who, id, 'Message Edit', plain),
    },
  })
}

/** The phone hands on, since it was asked, what the bridge could not read: in one answer, as it was sent. */
const handOn = ({ wa }: Linked, messages: readonly proto.IWebMessageInfo[]): Promise<void> =>
  wa.phone.tellCompanion({
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: {
        peerDataOperationResult: messages.map(message => ({
          placeholderMessageResendResponse: {
            webMessageInfoBytes: proto.WebMessageInfo.encode(message).finish(),
          },
        })),
      },
    },
  })

const comment = (linked: Linked, who: Contact, id: string, words: string): Promise<string> => {
  const plain = proto.Message.encode({ conversation: words }).finish()
  return who.send({
    encCommentMessage: { targetMessageKey: keyOf(linked, id), ...sealed(who, id, 'Enc Comment', plain) },
  })
}

/** WhatsApp has said what time it is. */
const at = (now: () => number) => ({
  get now() {
    return now()
  },
  time: {
    get now() {
      return now()
    },
  },
})

/** What the bridge has got, in a few words each. */
const heard = ({ bridge }: Linked): string[] =>
  bridge.events.map(event => {
    if (event.kind === 'vote') return `vote ${event.choice} in ${event.target.id}`
    if (event.kind === 'reaction') return `${event.emoji} on ${event.target.id}`
    if (!('content' in event)) return event.kind
    const { content } = event
    const words =
      content.kind === 'text'
        ? content.body.text
        : content.kind === 'placeholder'
          ? content.label
          : content.kind
    if (!isMessage(event)) return `${event.kind} of ${event.target.id}: ${words}`
    return `${event.pending ? 'pending ' : ''}${event.id}: ${words}`
  })

test('A vote, an edit and a comment that come before the message they are about can be read wait for it, over a restart too', async () => {
  await using linked = await Linked.started({ waitingMs: 50 })
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  for (const [position, id] of ['POLL', 'TEXT'].entries()) {
    sendUnreadable(linked, alice, id)
    await until(`the placeholder for ${id}`, () => linked.bridge.messages.length === position + 1)
  }
  await vote(linked, alice, 'POLL', 'Pizza')
  await vote(linked, alice, 'POLL', 'Sushi')
  await edit(linked, alice, 'TEXT', 'Good day')
  const remark = await comment(linked, alice, 'TEXT', 'and good night')
  const after = await alice.send('that was that')
  const waits = 'Waiting for this message; it may be on the phone already'
  await until('what came last', () => linked.bridge.messages.some(({ id }) => id === after))
  assert.deepEqual(heard(linked), [
    `pending POLL: ${waits}`,
    `pending TEXT: ${waits}`,
    `pending ${remark}: Commented; see it on the phone`,
    `${after}: that was that`,
  ])

  await linked.restart()
  await alice.send(poll, { id: 'POLL' })
  await alice.send(
    { conversation: 'Good dya', messageContextInfo: { messageSecret: secret } },
    { id: 'TEXT' },
  )
  await until('the edit', () => heard(linked).at(-1)?.startsWith('edit'))
  assert.deepEqual(heard(linked), [
    'POLL: poll',
    'TEXT: Good dya',
    `${remark}: and good night`,
    `${after}: that was that`,
    'vote 0 in POLL',
    'vote 1 in POLL',
    'edit of TEXT: Good day',
  ])
  assert.deepEqual([...linked.bridge.sessions.list('held')], [])
})

test('A vote and an edit that the phone hands on before what they are about wait for it, too', async () => {
  await using linked = await Linked.started({ waitingMs: 60_000 })
  const alice = linked.wa.addContact({ name: 'Alice' })
  for (const id of ['POLL', 'TEXT', 'VOTE', 'EDIT']) sendUnreadable(linked, alice, id)
  const rows = (type: string) => [...linked.bridge.sessions.list(type)].length
  await until('four to be waited for', () => rows('waiting') === 4)
  const type = proto.Message.ProtocolMessage.Type.MESSAGE_EDIT
  const change = { key: keyOf(linked, 'TEXT'), type, editedMessage: { conversation: 'Good day' } }
  const webOf = (id: string, message: proto.IMessage): proto.IWebMessageInfo => ({
    key: { remoteJid: alice.lid, fromMe: false, id },
    messageTimestamp: unixSeconds(),
    message,
  })
  await handOn(linked, [
    webOf('VOTE', voteOf(linked, alice, 'POLL', 'Sushi')),
    webOf('EDIT', { protocolMessage: change }),
  ])
  await until('both to be kept', () => rows('held') === 2)
  assert.deepEqual([heard(linked), rows('waiting')], [[], 2])

  await handOn(linked, [webOf('POLL', poll), webOf('TEXT', { conversation: 'Good dya' })])
  await until('all', () => linked.bridge.events.length === 4)
  assert.deepEqual(heard(linked), [
    'POLL: poll',
    'TEXT: Good dya',
    'vote 1 in POLL',
    'edit of TEXT: Good day',
  ])
  assert.deepEqual([rows('waiting'), rows('held')], [0, 0])
})

for (const [when, waitingMs] of [
  ['before it is announced', 60_000],
  ['when it was announced', 50],
] as const)
  test(`What the phone could not read either, and hands on ${when}, is waited for all the same`, async () => {
    await using linked = await Linked.started({ waitingMs })
    const alice = linked.wa.addContact({ name: 'Alice' })
    const known = () => [...linked.bridge.sessions.list('waiting')].length + linked.bridge.messages.length
    for (const [position, id] of ['EMPTY', 'SEALED'].entries()) {
      sendUnreadable(linked, alice, id)
      await until(`the wait for ${id}`, () => known() === position + 1)
    }
    if (waitingMs < 1000) await until('the placeholders', () => linked.bridge.messages.length === 2)
    const rowOf = (id: string) => ({
      key: { remoteJid: alice.lid, fromMe: false, id },
      messageTimestamp: unixSeconds(),
    })
    const messageStubType = proto.WebMessageInfo.StubType.CIPHERTEXT
    await handOn(linked, [rowOf('EMPTY'), { ...rowOf('SEALED'), messageStubType }])
    await alice.send('next', { id: 'NEXT' })
    await until('what came behind it', () => heard(linked).includes('NEXT: next'))
    assert.deepEqual([linked.bridge.changes, known()], [[], 3])

    for (const id of ['EMPTY', 'SEALED']) await alice.send('at last', { id })
    await until('both', () => heard(linked).includes('SEALED: at last'))
    assert.deepEqual(heard(linked).sort(), ['EMPTY: at last', 'NEXT: next', 'SEALED: at last'])
    assert.deepEqual([...linked.bridge.sessions.list('waiting')], [])
  })

/** A reaction to and an edit of a message that could not be decrypted, neither of them sealed. */
const changeUnreadable = async (linked: Linked, alice: Contact): Promise<void> => {
  sendUnreadable(linked, alice, 'TEXT')
  const key = keyOf(linked, 'TEXT')
  await alice.send({ reactionMessage: { key, text: '👍', senderTimestampMs: Date.now() } })
  const type = proto.Message.ProtocolMessage.Type.MESSAGE_EDIT
  await alice.send({ protocolMessage: { key, type, editedMessage: { conversation: 'Good day' } } })
}

test('What is about a message that is not even announced yet waits, too', async () => {
  await using linked = await Linked.started({ waitingMs: 60_000 })
  const alice = linked.wa.addContact({ name: 'Alice' })
  await changeUnreadable(linked, alice)
  await until('both to be kept', () => [...linked.bridge.sessions.list('held')].length === 2)
  assert.deepEqual(heard(linked), [])
  await alice.send('Good dya', { id: 'TEXT' })
  await until('the edit', () => linked.bridge.events.length === 3)
  assert.deepEqual(heard(linked), ['TEXT: Good dya', '👍 on TEXT', 'edit of TEXT: Good day'])
})

test('A reaction needs no more than a placeholder, but an edit would be undone by the message', async () => {
  await using linked = await Linked.started({ waitingMs: 500 })
  const alice = linked.wa.addContact({ name: 'Alice' })
  await changeUnreadable(linked, alice)
  await until('the reaction', () => heard(linked).includes('👍 on TEXT'))
  await until('the edit to be kept', () => [...linked.bridge.sessions.list('held')].length === 1)
  assert.equal(linked.bridge.events.length, 2)
  await alice.send('Good dya', { id: 'TEXT' })
  await until('the edit', () => linked.bridge.events.length === 3)
  assert.deepEqual(heard(linked), ['TEXT: Good dya', '👍 on TEXT', 'edit of TEXT: Good day'])
})

test('What waits is bounded, and the log says when the oldest, the huge or the two weeks old is left out', async () => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  const { sessions } = bridge
  const lines: string[] = []
  const logger = await openLogger({ level: 'warn', format: 'human', write: line => lines.push(line) })
  const said = () => lines.splice(0).map(line => line.slice(line.indexOf('warn')).trimEnd())
  let now = Date.UTC(2026, 10, 1)
  const sentAt = now / 1000
  const held = new EarlyChanges(
    sessions,
    logger,
    at(() => now),
  )
  const target = { chat: 'whatsapp:1@lid', id: 'T' } as const
  const message = (id: string, words = 'x') => ({
    key: { id, remoteJid: '1@lid' },
    message: { conversation: words },
    messageTimestamp: Math.max(sentAt, now / 1000 - 60),
  })
  const keep = (count: number) => sessions.set(held.keep(target, message(`M${count}`)))
  for (let count = 0; count < 500; count += 1) keep(count)
  assert.deepEqual(said(), [])
  for (let count = 500; count < 510; count += 1) keep(count)
  const tooMany = said()
  assert.equal(tooMany.length, 10)
  assert.match(tooMany[0] ?? '', /Changes were left out, since their message is one of too many/)
  const ids = held.about([target]).map(({ web }) => web.key.id)
  assert.deepEqual([ids.length, ids[0], ids.at(-1)], [500, 'M10', 'M509'])
  assert.deepEqual(held.keep(target, message('huge', 'x'.repeat(300_000))), [])
  assert.match(said().join(), /A change that is too large for one was left out/)
  const [first] = held.about([target])
  assert.equal(first?.web.message?.conversation, 'x')
  now += 13 * 86_400_000
  const other = { chat: 'whatsapp:2@lid', id: 'T' } as const
  sessions.set(held.keep(other, message('N1')))
  assert.match(said().join(), /one of too many/)
  assert.equal(held.about([target]).length, 499)
  now += 2 * 86_400_000
  sessions.set(held.keep(other, message('N2')))
  assert.equal(held.about([target]).length, 0)
  assert.equal(held.about([other]).length, 2)
  assert.match(said().join(), /did not come in two weeks/)
})

test('A change that waits since the clock had not been set yet is read when its message comes, also in a later run', async t => {
  await using linked = await Linked.started({ waitingMs: 60_000 })
  const alice = linked.wa.addContact({ name: 'Alice' })
  const right = Date.now
  const sinceBoot = right()
  const { mock } = t.mock.method(Date, 'now', () => right() - sinceBoot)
  linked.wa.advanceClock(sinceBoot)
  sendUnreadable(linked, alice, 'M1')
  await until('the wait', () => [...linked.bridge.sessions.list('waiting')].length === 1)
  const type = proto.Message.ProtocolMessage.Type.MESSAGE_EDIT
  const change = { key: keyOf(linked, 'M1'), type, editedMessage: { conversation: 'Good day' } }
  await alice.send({ protocolMessage: change }, { id: 'E1' })
  await until('what is held', () => [...linked.bridge.sessions.list('held')].length === 1)
  mock.restore()
  linked.wa.advanceClock(-sinceBoot)
  await linked.restart()
  await alice.send('Good dya', { id: 'M1' })
  await until('the edit', () => linked.bridge.events.length === 2)
  assert.deepEqual(heard(linked), ['M1: Good dya', 'edit of M1: Good day'])
})

test('Changes that WhatsApp kept for three weeks wait for their messages all the same', async () => {
  await using linked = await Linked.started({ waitingMs: 60_000 })
  const alice = linked.wa.addContact({ name: 'Alice' })
  const timestamp = unixSeconds() - 21 * 86_400
  const type = proto.Message.ProtocolMessage.Type.MESSAGE_EDIT
  for (const id of ['M1', 'M2']) {
    sendUnreadable(linked, alice, id, timestamp)
    const change = { key: keyOf(linked, id), type, editedMessage: { conversation: `${id} in other words` } }
    await alice.send({ protocolMessage: change }, { id: `E${id}`, timestamp })
  }
  await until(
    'what is held',
    () => linked.bridge.sessions.get('held', `whatsapp:${alice.lid} M2 EM2`) !== undefined,
  )
  for (const id of ['M1', 'M2']) await alice.send(id, { id, timestamp })
  await until('the last edit', () => heard(linked).includes('edit of M2: M2 in other words'))
  assert.ok(heard(linked).includes('edit of M1: M1 in other words'))
})

test('Nothing is given up by a clock that is years ahead, before WhatsApp has said what time it is', t => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  const { sessions } = bridge
  const target = { chat: 'whatsapp:1@lid', id: 'T' } as const
  const change = (id: string) => ({
    key: { id, remoteJid: '1@lid' },
    message: { conversation: 'x' },
    messageTimestamp: unixSeconds(),
  })
  sessions.set(new EarlyChanges(sessions, silentLogger(), at(Date.now)).keep(target, change('E1')))
  const inAYear = Date.now() + 400 * 86_400_000
  t.mock.method(Date, 'now', () => inAYear)
  const ahead = { now: inAYear, time: { now: undefined } }
  const held = new EarlyChanges(sessions, silentLogger(), ahead)
  sessions.set(held.keep(target, change('E2')))
  assert.equal(held.about([target]).length, 2)
})

test('What is given up is remembered no more: nobody looks for it when its message comes', () => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  let looks = 0
  const sessions = Object.create(bridge.sessions, {
    list: {
      value: (type: string) => {
        looks += 1
        return bridge.sessions.list(type)
      },
    },
  }) as typeof bridge.sessions
  const held = new EarlyChanges(
    sessions,
    silentLogger(),
    at(() => 0),
  )
  const target = (count: number) => ({ chat: 'whatsapp:1@lid', id: `T${count}` }) as const
  const change = (id: string) => ({ key: { id, remoteJid: '1@lid' }, message: { conversation: 'x' } })
  for (let count = 0; count < 501; count += 1) {
    bridge.sessions.set(held.keep(target(count), change('M')))
    if (count < 2) bridge.sessions.set(held.keep(target(1), change(`N${count}`)))
  }
  looks = 0
  for (const [count, found] of [
    [0, 0],
    [1, 1],
    [2, 1],
    [500, 1],
  ] as const)
    assert.equal(held.about([target(count)]).length, found, `T${count}`)
  assert.equal(looks, 3)
})

test('A change that cannot be stored when its message has come costs the message nothing', async () => {
  await using linked = await Linked.started({ waitingMs: 60_000 })
  const alice = linked.wa.addContact({ name: 'Alice' })
  refuseEvents(linked.dir.path, '"emoji":"🦓"')
  sendUnreadable(linked, alice, 'M1')
  await until('the wait', () => [...linked.bridge.sessions.list('waiting')].length === 1)
  await alice.send({ reactionMessage: { key: keyOf(linked, 'M1'), text: '🦓' } }, { id: 'R1' })
  await until('what is held', () => [...linked.bridge.sessions.list('held')].length === 1)
  await alice.send('hello', { id: 'M1' })
  await alice.send('next')
  await until('all', () => linked.bridge.said.includes('next'))
  assert.deepEqual(linked.bridge.said, ['hello', 'A message that could not be read; open WhatsApp', 'next'])
  assert.deepEqual([...linked.bridge.sessions.list('held')], [])
})

test('What waits for a message of a number is read when the message comes under the LID that is known by then', async () => {
  await using linked = await Linked.started({ waitingMs: 60_000 })
  const { wa } = linked
  const alice = wa.addContact({ pushName: 'Alice', addressing: 'pn', pair: 'unknown' })
  const attrs = { from: alice.pn, id: 'POLL', t: String(unixSeconds()), type: 'text' }
  wa.inject(el('message', attrs, [el('enc', { v: '2', type: 'msg' }, randomBytes(100))]))
  const rows = (type: string) => [...linked.bridge.sessions.list(type)].map(({ id }) => id)
  await until('the wait', () => rows('waiting').length === 1)
  await vote(linked, alice, 'POLL', 'Sushi')
  await until('the vote that waits', () => rows('held').length === 1)
  const number = `whatsapp:${alice.pn} POLL`
  assert.deepEqual([rows('waiting')[0], rows('held')[0]?.startsWith(number)], [number, true])

  alice.addressing = 'lid'
  alice.pair = 'told'
  await linked.restart()
  await vote(linked, alice, 'POLL', 'Pizza')
  await until('the vote under the LID', () => rows('held').length === 2)
  await alice.send(poll, { id: 'POLL' })
  await until('both votes', () => linked.bridge.changes.length === 2)
  assert.deepEqual(heard(linked), ['POLL: poll', 'vote 1 in POLL', 'vote 0 in POLL'])
  assert.equal(linked.bridge.messages[0]?.chat, `whatsapp:${alice.lid}`)
  assert.deepEqual([rows('waiting'), rows('held')], [[], []])
})
