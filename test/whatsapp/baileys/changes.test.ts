import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { proto, type WAMessageKey } from '@whiskeysockets/baileys'
import type { KnownMessage } from '../../../src/bridge/network.ts'
import { type SealPurpose, seal } from '../../../src/whatsapp/baileys/keys/sealing.ts'
import { rawOf, readRaw } from '../../../src/whatsapp/baileys/parse/context.ts'
import { type ParseContext, parseMessage } from '../../../src/whatsapp/baileys/parse.ts'
import { encodeAddedOption } from '../../simulators/whatsapp/polls.ts'
import { ALICE, anyEventOf, BOB, context, eventOf, GROUP, MEDIA, web } from './parsing.ts'

const { Type } = proto.Message.ProtocolMessage
const target = { remoteJid: ALICE, fromMe: true, id: 'T1' }
const inGroup = (participant: string): WAMessageKey => ({ remoteJid: GROUP, remoteJidAlt: '', participant })

/** What is changed, without whose and when. */
const changeOf = (message: proto.IMessage, key: WAMessageKey = {}, with_ = context) => {
  const {
    version: _v,
    chat: _c,
    id: _i,
    sender: _s,
    sentAt: _t,
    ...change
  } = anyEventOf(web(message, key), with_)
  return change
}

const ignoredBecause = (message: proto.IMessage, key: WAMessageKey = {}, with_ = context): string => {
  const { arrivals, ignored = '' } = parseMessage(web(message, key), with_)
  assert.deepEqual(arrivals, [])
  return ignored
}

const text = (words: string) => ({ kind: 'text', body: { text: words, spans: [] } })

describe('edits', () => {
  const cases: Record<string, [proto.IMessage, unknown]> = {
    'of a text': [{ conversation: 'better' }, text('better')],
    'of a text with a preview': [{ extendedTextMessage: { text: 'better' } }, text('better')],
    'of a caption, without the keys of the file': [{ imageMessage: { caption: 'better' } }, text('better')],
    'of a caption, with the keys of the file': [{ videoMessage: { ...MEDIA, caption: 'x' } }, text('x')],
    'of a caption that is taken away': [{ imageMessage: {} }, text('')],
    'of a document in its wrapper': [
      { documentWithCaptionMessage: { message: { documentMessage: { caption: 'better' } } } },
      text('better'),
    ],
    'of a live location that moves': [
      { liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 2 } },
      { kind: 'location', latitude: 1, longitude: 2, live: 28_800 },
    ],
    'of a live location that has ended': [
      { locationMessage: { degreesLatitude: 1, degreesLongitude: 2 } },
      { kind: 'location', latitude: 1, longitude: 2, live: 0 },
    ],
  }
  for (const [name, [editedMessage, content]] of Object.entries(cases)) {
    test(`An edit ${name} puts the new thing in place of the old one`, () => {
      const protocolMessage = { key: target, type: Type.MESSAGE_EDIT, editedMessage }
      const expected = { kind: 'edit', target: { id: 'T1' }, content }
      assert.deepEqual(changeOf({ protocolMessage }), expected)
      assert.deepEqual(changeOf({ editedMessage: { message: { protocolMessage } } }), expected)
    })
  }

  test('An edit has an id of its own, and names of its target the id alone', () => {
    const protocolMessage = { key: target, type: Type.MESSAGE_EDIT, editedMessage: { conversation: 'x' } }
    const event = anyEventOf(web({ protocolMessage }, { id: 'E1' }))
    assert.equal(event.id, 'E1')
    assert.ok(event.kind === 'edit')
    assert.deepEqual(event.target, { id: 'T1' })
  })

  test('An edit that names nothing or says nothing is no event', () => {
    const edit = { key: target, type: Type.MESSAGE_EDIT }
    assert.match(ignoredBecause({ protocolMessage: edit }), /does not say of what/)
    const reaction = { reactionMessage: { key: target, text: '👍' } }
    assert.match(ignoredBecause({ protocolMessage: { ...edit, editedMessage: reaction } }), /to nothing/)
  })

  test('The better version of a picture takes the place of the first', () => {
    const message = {
      associatedChildMessage: { message: { imageMessage: MEDIA } },
      messageContextInfo: { messageAssociation: { associationType: 10, parentMessageKey: { id: 'P' } } },
    }
    const change = changeOf(message)
    assert.ok(change.kind === 'edit' && change.content.kind === 'media')
    assert.deepEqual(change.target, { id: 'P' })
  })
})

describe('deletions', () => {
  const revoke = (key: proto.IMessageKey | null) => ({ protocolMessage: { type: Type.REVOKE, key } })

  test('An author takes back what they wrote, under whichever address', () => {
    const deletion = { kind: 'deletion', target: { id: 'T1' }, by: 'author' }
    assert.deepEqual(changeOf(revoke(target)), deletion)
    const byNumber = { remoteJid: GROUP, id: 'T1', participant: '15550000003@s.whatsapp.net' }
    assert.deepEqual(changeOf(revoke(byNumber), inGroup(BOB)), deletion)
  })

  test('What somebody else wrote goes by an administrator; of others the group is asked about', () => {
    const key = { remoteJid: GROUP, id: 'T1', participant: ALICE }
    const isBob = (group: string, who: readonly string[]) => group === GROUP && who.includes(BOB)
    const admin: ParseContext = { ...context, lidOf: () => ALICE, isAdmin: isBob }
    const deletion = { kind: 'deletion', target: { id: 'T1', person: `whatsapp:${ALICE}` }, by: 'admin' }
    for (const participant of [ALICE, '15550000002@s.whatsapp.net'])
      assert.deepEqual(changeOf(revoke({ ...key, participant }), inGroup(BOB), admin), deletion)
    const { arrivals, asks } = parseMessage(web(revoke(key), inGroup(BOB)), context)
    assert.equal(asks, GROUP)
    assert.ok(arrivals[0]?.event.kind === 'deletion' && arrivals[0].event.by === 'author')
  })

  test('In a private chat nobody is an administrator', () => {
    const admin: ParseContext = { ...context, isAdmin: () => true }
    const change = changeOf(revoke({ ...target, participant: '900000000000009@lid' }), {}, admin)
    assert.ok(change.kind === 'deletion' && change.by === 'author')
  })

  test('A deletion of nothing is no event', () => {
    assert.match(ignoredBecause(revoke(null)), /does not say of what/)
  })
})

describe('what is kept from disappearing', () => {
  const keep = (keepType: proto.KeepType) => ({
    keepInChatMessage: { key: target, keepType, timestampMs: 1_790_000_000_123 },
  })
  const { KEEP_FOR_ALL, UNDO_KEEP_FOR_ALL } = proto.KeepType

  test('Who keeps a message or lets it go says so by their own clock', () => {
    for (const [type, kept] of [
      [KEEP_FOR_ALL, true],
      [UNDO_KEEP_FOR_ALL, false],
    ] as const) {
      const { sentAt, sender, ...event } = anyEventOf(web(keep(type)))
      assert.deepEqual([sentAt, sender.person], [1_790_000_000_123, `whatsapp:${ALICE}`])
      assert.ok(event.kind === 'kept')
      assert.deepEqual([event.target, event.kept, event.by], [{ id: 'T1' }, kept, 'anyone'])
    }
  })

  test('Where only administrators set the timer, others speak for their own messages alone; the group is asked about', () => {
    const strict: ParseContext = {
      ...context,
      maySetTimer: (group, who) => group === GROUP && who.includes(BOB),
    }
    const byOf = (who: string) => {
      const { arrivals, asks } = parseMessage(web(keep(KEEP_FOR_ALL), inGroup(who)), strict)
      const [event] = arrivals.map(each => each.event)
      return [event?.kind === 'kept' && event.by, asks]
    }
    assert.deepEqual(byOf(BOB), ['anyone', undefined])
    assert.deepEqual(byOf(ALICE), ['author', GROUP])
    const change = changeOf(keep(KEEP_FOR_ALL), {}, strict)
    assert.ok(change.kind === 'kept' && change.by === 'anyone')
  })

  test('What is kept before it can be read waits for it', () => {
    const { arrivals, holds } = parseMessage(web(keep(KEEP_FOR_ALL)), { ...context, isAwaited: () => true })
    assert.deepEqual([arrivals, holds], [[], { chat: `whatsapp:${ALICE}`, id: 'T1' }])
  })

  test('What names no message, or says neither, is no event', () => {
    assert.match(ignoredBecause({ keepInChatMessage: { keepType: KEEP_FOR_ALL } }), /does not say what/)
    assert.match(ignoredBecause(keep(proto.KeepType.UNKNOWN)), /does not say what/)
  })
})

describe('reactions and pins', () => {
  test('A reaction is the last word of its sender by their own clock, an empty one takes it back', () => {
    const reaction = { key: target, text: '❤️', senderTimestampMs: 1_790_000_000_123 }
    const event = anyEventOf(web({ reactionMessage: reaction }))
    assert.ok(event.kind === 'reaction')
    assert.deepEqual([event.emoji, event.sentAt], ['❤️', 1_790_000_000_123])
    const back = changeOf({ reactionMessage: { key: target, text: '' } })
    assert.deepEqual(back, { kind: 'reaction', target: { id: 'T1' }, emoji: '' })
  })

  test('A reaction without a target, or that is no emoji, is none', () => {
    assert.match(ignoredBecause({ reactionMessage: { text: '👍' } }), /to what/)
    assert.match(ignoredBecause({ reactionMessage: { key: target, text: 'x'.repeat(5000) } }), /no emoji/)
  })

  test('A pin lasts as long as the message says that carries it', () => {
    const messageContextInfo = { messageAddOnDurationInSecs: 86_400 }
    const pin = { pinInChatMessage: { key: target, type: 1 }, messageContextInfo }
    assert.deepEqual(changeOf(pin), { kind: 'pin', target: { id: 'T1' }, pinned: true, seconds: 86_400 })
    const unpin = { pinInChatMessage: { key: target, type: 2 } }
    assert.deepEqual(changeOf(unpin), { kind: 'pin', target: { id: 'T1' }, pinned: false })
    assert.match(ignoredBecause({ pinInChatMessage: { key: target, type: 0 } }), /pin/)
  })
})

describe('what is sealed', () => {
  const secret = randomBytes(32)
  const messageContextInfo = { messageSecret: secret }
  const poll = { name: 'Lunch?', options: [{ optionName: 'Pizza' }, { optionName: 'Sushi' }] }
  const key = { remoteJid: GROUP, fromMe: false, id: 'T1', participant: BOB }

  /** Bob's message `T1` is known; Alice speaks. */
  const knowing = (message: proto.IMessage, more: Partial<KnownMessage> = {}): ParseContext => {
    const known = {
      raw: rawOf(message),
      me: false,
      byBridge: false,
      author: `whatsapp:${BOB}` as const,
      ...more,
    }
    return { ...context, findMessage: ({ id }) => (id === 'T1' ? known : undefined) }
  }
  const sealed = (plain: Uint8Array, purpose: SealPurpose, { author = BOB, sender = ALICE } = {}) =>
    seal(plain, { purpose, secret, targetId: 'T1' }, { author, sender })
  const hash = (option: string) => createHash('sha256').update(option).digest()
  const alice = inGroup(ALICE)

  const vote = (options: string[], who = {}) => ({
    pollUpdateMessage: {
      pollCreationMessageKey: key,
      vote: sealed(
        proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(hash) }).finish(),
        'Poll Vote',
        who,
      ),
      senderTimestampMs: 1_790_000_000_500,
    },
  })

  for (const field of ['pollCreationMessage', 'pollCreationMessageV2', 'pollCreationMessageV3'] as const) {
    test(`A vote in a ${field} is the positions of the options chosen`, () => {
      const with_ = knowing({ [field]: poll, messageContextInfo })
      assert.deepEqual(changeOf(vote(['Sushi', 'Pizza']), alice, with_), {
        kind: 'vote',
        target: { id: 'T1' },
        choice: [1, 0],
      })
      assert.equal(anyEventOf(web(vote([]), alice), with_).sentAt, 1_790_000_000_500)
      assert.deepEqual(changeOf(vote([]), alice, with_), { kind: 'vote', target: { id: 'T1' }, choice: [] })
    })
  }

  test('A vote is opened under the numbers of both, and in polls of our own', () => {
    const with_ = knowing({ pollCreationMessage: poll, messageContextInfo })
    const numbers = { author: '15550000003@s.whatsapp.net' }
    assert.ok(changeOf(vote(['Pizza'], numbers), alice, with_).kind === 'vote')
    const own = knowing({ pollCreationMessage: poll, messageContextInfo }, { byBridge: true })
    for (const author of ['900000000000001@lid', '15550000001@s.whatsapp.net'])
      assert.ok(changeOf(vote(['Pizza'], { author }), alice, own).kind === 'vote')
  })

  test('A vote for what is no option, for no poll known here, or sealed by somebody else is none', () => {
    const with_ = knowing({ pollCreationMessage: poll, messageContextInfo })
    assert.match(ignoredBecause(vote(['Salad']), alice, with_), /no option/)
    assert.match(ignoredBecause(vote(['Pizza']), alice, context), /not known/)
    assert.match(ignoredBecause(vote(['Pizza']), inGroup(BOB), with_), /do not fit/)
    assert.match(ignoredBecause(vote(['Pizza']), alice, knowing({ pollCreationMessage: poll })), /not known/)
  })

  test('The answer to an appointment is its position among the answers, with guests', () => {
    const with_ = knowing({ eventMessage: { name: 'Picnic' }, messageContextInfo })
    for (const [response, choice] of [
      [0, []],
      [1, [0]],
      [2, [2]],
      [3, [1]],
    ] as const) {
      const plain = proto.Message.EventResponseMessage.encode({ response, extraGuestCount: 2 }).finish()
      const encEventResponseMessage = { eventCreationMessageKey: key, ...sealed(plain, 'Event Response') }
      assert.deepEqual(changeOf({ encEventResponseMessage }, alice, with_), {
        kind: 'vote',
        target: { id: 'T1' },
        choice: [...choice],
        guests: 2,
      })
    }
  })

  test('A sealed reaction is one to the message that is named outside', () => {
    const plain = proto.Message.ReactionMessage.encode({ text: '👍' }).finish()
    const encReactionMessage = { targetMessageKey: key, ...sealed(plain, 'Enc Reaction') }
    assert.deepEqual(
      changeOf({ encReactionMessage }, alice, knowing({ conversation: 'x', messageContextInfo })),
      {
        kind: 'reaction',
        target: { id: 'T1', person: `whatsapp:${BOB}` },
        emoji: '👍',
      },
    )
  })

  test('A sealed comment answers its message; what cannot be opened leaves a trace', () => {
    const plain = proto.Message.encode({ conversation: 'true' }).finish()
    const encCommentMessage = { targetMessageKey: key, ...sealed(plain, 'Enc Comment') }
    const with_ = knowing({ conversation: 'x', messageContextInfo })
    const { kind: _, ...comment } = changeOf({ encCommentMessage }, alice, with_)
    assert.deepEqual(comment, { content: text('true'), replyTo: { id: 'T1' } })
    const { content, replyTo } = eventOf({ encCommentMessage }, alice)
    assert.deepEqual(replyTo, { id: 'T1' })
    assert.deepEqual(content, { kind: 'placeholder', label: 'Commented; see it on the phone' })
  })

  const secretEdit = (inner: proto.IMessage, purpose: SealPurpose = 'Message Edit') => ({
    secretEncryptedMessage: {
      targetMessageKey: key,
      secretEncType: purpose === 'Event Edit' ? 1 : 2,
      ...sealed(proto.Message.encode(inner).finish(), purpose, { author: BOB, sender: BOB }),
    },
  })
  const edit = (id: string) => ({
    protocolMessage: { key: { id }, type: Type.MESSAGE_EDIT, editedMessage: { conversation: 'better' } },
  })

  test('A sealed edit is opened, also in wrappers, and says who sent it', () => {
    const with_ = knowing({ conversation: 'x', messageContextInfo })
    const expected = { kind: 'edit', target: { id: 'T1' }, content: text('better') }
    assert.deepEqual(changeOf(secretEdit(edit('T1')), inGroup(BOB), with_), expected)
    const wrapped = { ephemeralMessage: { message: { editedMessage: { message: edit('T1') } } } }
    assert.deepEqual(changeOf(secretEdit(wrapped), inGroup(BOB), with_), expected)
    assert.equal(
      anyEventOf(web(secretEdit(edit('T1')), inGroup(BOB)), with_).sender.person,
      `whatsapp:${BOB}`,
    )
  })

  test('A sealed edit for another message than the one that is named outside is none', () => {
    const with_ = knowing({ conversation: 'x', messageContextInfo })
    assert.match(ignoredBecause(secretEdit(edit('T2')), inGroup(BOB), with_), /another message/)
  })

  test('A sealed edit whose secret we lack is told where the message is known', () => {
    const with_ = knowing({ conversation: 'x' })
    const event = anyEventOf(web(secretEdit(edit('T1')), inGroup(BOB)), with_)
    assert.ok(event.kind === 'message')
    assert.deepEqual([event.replyTo, event.silent], [{ id: 'T1' }, true])
    assert.match(ignoredBecause(secretEdit(edit('T1')), inGroup(BOB)), /not known/)
  })

  test('A sealed change of an appointment brings it whole', () => {
    const with_ = knowing({ eventMessage: { name: 'Picnic' }, messageContextInfo })
    const eventMessage = { name: 'Picnic (moved)', isCanceled: true }
    assert.deepEqual(changeOf(secretEdit({ eventMessage }, 'Event Edit'), inGroup(BOB), with_), {
      kind: 'edit',
      target: { id: 'T1' },
      content: { kind: 'appointment', title: 'Picnic (moved)', cancelled: true },
    })
  })

  /** Sealed by Bob, whose poll it is, or by Alice. */
  const changedPoll = (
    plain: Uint8Array,
    purpose: 'Poll Edit' | 'Poll Add Option',
    sender = BOB,
  ): proto.IMessage => ({
    secretEncryptedMessage: {
      targetMessageKey: key,
      secretEncType: (purpose === 'Poll Edit' ? 4 : 5) as number,
      ...sealed(plain, purpose, { sender }),
    },
  })
  const renaming = (name: string, id = 'T1'): Uint8Array =>
    proto.Message.encode({
      protocolMessage: {
        key: { id },
        type: Type.MESSAGE_EDIT,
        editedMessage: { pollCreationMessageV3: { name } },
      },
    }).finish()
  const pollField = { pollCreationMessageV3: poll, messageContextInfo }

  test('Of an edited poll the question is another, and everything else as it was', () => {
    const with_ = knowing(pollField)
    const bob = inGroup(BOB)
    assert.deepEqual(changeOf(changedPoll(renaming('Dinner?'), 'Poll Edit'), bob, with_), {
      kind: 'edit',
      target: { id: 'T1' },
      content: { kind: 'poll', question: 'Dinner?', options: ['Pizza', 'Sushi'], choices: 0 },
    })
    assert.match(ignoredBecause(changedPoll(renaming('X', 'T2'), 'Poll Edit'), bob, with_), /another/)
    assert.match(ignoredBecause(changedPoll(renaming(' '), 'Poll Edit'), bob, with_), /without a question/)
    const text = knowing({ conversation: 'no poll', messageContextInfo })
    assert.match(ignoredBecause(changedPoll(renaming('X'), 'Poll Edit'), bob, text), /without a question/)
    const said = anyEventOf(
      web(changedPoll(renaming('X'), 'Poll Edit'), bob),
      knowing({ pollCreationMessage: poll }),
    )
    assert.ok(said.kind === 'message')
    assert.deepEqual(said.content, { kind: 'placeholder', label: '✏️ Edited; see it on the phone' })
  })

  test('An option that somebody adds comes with the poll as it is then, in which it can be voted for', () => {
    const added = changedPoll(encodeAddedOption(key, 'Crêpes'), 'Poll Add Option', ALICE)
    const { arrivals } = parseMessage(web(added, alice), knowing(pollField))
    const [arrival] = arrivals
    assert.ok(arrival?.event.kind === 'option')
    assert.deepEqual([arrival.event.target, arrival.event.option], [{ id: 'T1' }, 'Crêpes'])
    const then = knowing(readRaw(arrival.raw ?? ''))
    const chosen = changeOf(vote(['Crêpes', 'Pizza']), alice, then)
    assert.deepEqual(chosen.kind === 'vote' && chosen.choice, [2, 0])
    assert.match(ignoredBecause(added, alice, then), /already/)
  })

  test('An option for another poll, of nothing, of a book, or one too many is none', () => {
    const added = (name: string, to = key) =>
      changedPoll(encodeAddedOption(to, name), 'Poll Add Option', ALICE)
    const with_ = knowing(pollField)
    assert.match(ignoredBecause(added('Crêpes', { ...key, id: 'T2' }), alice, with_), /another poll/)
    assert.match(ignoredBecause(added(''), alice, with_), /no length/)
    assert.match(ignoredBecause(added('x'.repeat(2501)), alice, with_), /too long/)
    assert.match(ignoredBecause(added('Sushi'), alice, with_), /already/)
    const options = Array.from({ length: 20 }, (_, index) => ({ optionName: `${index}` }))
    const full = knowing({ pollCreationMessage: { ...poll, options }, messageContextInfo })
    assert.match(ignoredBecause(added('Crêpes'), alice, full), /too many/)
    // What is sealed as something else, or by somebody else, does not open.
    const asEdit = changedPoll(encodeAddedOption(key, 'X'), 'Poll Edit', ALICE)
    const mistaken = { ...asEdit.secretEncryptedMessage, secretEncType: 5 }
    assert.match(ignoredBecause({ secretEncryptedMessage: mistaken }, alice, with_), /do not fit/)
    assert.match(ignoredBecause(added('Crêpes'), inGroup(BOB), with_), /do not fit/)
    assert.match(
      ignoredBecause(changedPoll(renaming('X'), 'Poll Add Option', ALICE), alice, with_),
      /do not fit/,
    )
  })

  test('A sealed message for later is left alone', () => {
    const later = { secretEncryptedMessage: { targetMessageKey: key, secretEncType: 3 } }
    assert.match(ignoredBecause(later, alice, knowing(pollField)), /of the kind "3"/)
  })

  test('The secret is kept with the message, also where it rode outside a wrapper', () => {
    const { arrivals } = parseMessage(
      web({ ephemeralMessage: { message: { conversation: 'x' } }, messageContextInfo }),
      context,
    )
    const raw = proto.Message.decode(Buffer.from(arrivals[0]?.raw ?? '', 'base64'))
    assert.deepEqual(raw.messageContextInfo?.messageSecret, secret)
    assert.equal(raw.conversation, 'x')
  })
})
