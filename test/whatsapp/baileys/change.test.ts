import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { before, test } from 'node:test'
import type { proto } from '@whiskeysockets/baileys'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { AppointmentContent, PollContent } from '../../../src/bridge/content.ts'
import type { SentPart, StandIn } from '../../../src/bridge/network.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { rawOf } from '../../../src/whatsapp/baileys/parse/context.ts'
import { files, samples } from '../../simulators/samples.ts'
import type { Contact, Group } from '../../simulators/whatsapp/index.ts'
import { trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { until } from '../support.ts'
import { changeOf, failureOf, lastSent, type What, words } from './changes.ts'
import { Linked } from './linked.ts'

before(trustTestCa)

const minute = 60_000

const chatOf = (jid: string): ChatRef => `whatsapp:${jid}`

/** A message of somebody, as the bridge knows it. */
const seen = (id: string, by: Contact, message: proto.IMessage = {}): StandIn => ({
  id,
  fromMe: false,
  byBridge: false,
  person: chatOf(by.lid),
  at: Date.now(),
  raw: rawOf(message),
})

const secret = () => ({ messageContextInfo: { messageSecret: randomBytes(32) } })

const open = async () => {
  const linked = await Linked.started()
  const { wa } = linked
  const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
  const family = wa.addGroup({ subject: 'Family', participants: [alice, bob] })
  return {
    linked,
    wa,
    alice,
    bob,
    family,
    /** Carries a change out and waits until phones have taken it. */
    async change(what: What, init: Parameters<typeof changeOf>[2]): Promise<void> {
      const change = changeOf(linked, what, init)
      const before = wa.changes.length
      await linked.connection.change(change)
      await until('phones to take it', () => wa.changes.length > before)
      wa.assertNoSurprises()
    },
    line: (id: string) => wa.transcript.find(each => each.id === id),
    [Symbol.asyncDispose]: () => linked[Symbol.asyncDispose](),
  }
}

const jidOf = (chat: Contact | Group) =>
  'jid' in chat ? chat.jid : chat.addressing === 'lid' ? chat.lid : chat.pn

test('words that were edited show on phones as edited, in private and in a group, and are kept for quotes', async () => {
  await using it = await open()
  const old = it.wa.addContact({ name: 'Olaf', addressing: 'pn' })
  const byNumber = it.wa.addGroup({ subject: 'Old', participants: [it.bob], addressing: 'pn' })
  for (const place of [it.alice, old, it.family, byNumber]) {
    const chat = chatOf(jidOf(place))
    await it.linked.deliver('helo', { chat })
    const part = lastSent(it.linked)
    await until('the message', () => it.line(part.id))
    const after: SentPart[] = []
    await it.change(words('hello'), { chat, parts: [part], onSent: sent => after.push(sent) })
    assert.equal(it.line(part.id)?.shown?.text, 'hello')
    const [kept] = after
    assert.equal(kept?.id, part.id)
    const now = it.linked.readSent(kept?.raw ?? '')
    assert.equal(now.extendedTextMessage?.text, 'hello')
    const { messageSecret } = it.linked.readSent(part.raw ?? '').messageContextInfo ?? {}
    assert.deepEqual(now.messageContextInfo?.messageSecret, messageSecret)
    await it.change(words('hello again'), { chat, parts: [{ ...part, raw: kept?.raw ?? '' }] })
    assert.equal(it.line(part.id)?.shown?.text, 'hello again')
  }
})

test('a member of a group who is named is mentioned, as the group knows them, in messages and in edits', async () => {
  await using it = await open()
  const byNumber = it.wa.addGroup({ subject: 'Old', participants: [it.alice, it.bob], addressing: 'pn' })
  await until('the name', () => it.linked.bridge.known.some(({ name }) => name === 'Bob'))
  for (const [group, address] of [
    [it.family, it.bob.lid],
    [byNumber, it.bob.pn],
  ] as const) {
    const chat = chatOf(group.jid)
    await it.linked.deliver('@Bob, are you there?', { chat })
    const part = lastSent(it.linked)
    const line = await until('the message', () => it.line(part.id))
    const digits = address.slice(0, address.indexOf('@'))
    const { text, contextInfo } = line.message.extendedTextMessage ?? {}
    assert.deepEqual([text, contextInfo?.mentionedJid], [`@${digits}, are you there?`, [address]])
    await it.change(words('@bob and @Nobody'), { chat, parts: [part] })
    const edited = line.edited?.extendedTextMessage
    assert.deepEqual([edited?.text, edited?.contextInfo?.mentionedJid], [`@${digits} and @Nobody`, [address]])
  }
})

test('an answer in a group says whose message it answers, as the group knows them', async () => {
  await using it = await open()
  const byNumber = it.wa.addGroup({ subject: 'Old', participants: [it.alice, it.bob], addressing: 'pn' })
  const { pn, lid } = it.wa.account
  for (const [group, bob, me] of [
    [it.family, it.bob.lid, lid],
    [byNumber, it.bob.pn, pn],
  ] as const) {
    const chat = chatOf(group.jid)
    const theirs = seen(`${group.subject}1`, it.bob, { conversation: 'where?' })
    const own = { ...theirs, id: `${group.subject}2`, fromMe: true, byBridge: true }
    for (const [replyTo, author] of [
      [theirs, bob],
      [own, me],
    ] as const) {
      await it.linked.deliver('here', { chat, replyTo })
      const line = await until('the message', () => it.line(lastSent(it.linked).id))
      const { stanzaId, participant } = line.message.extendedTextMessage?.contextInfo ?? {}
      assert.deepEqual([stanzaId, participant], [replyTo.id, author])
    }
  }
})

test('an edit of what answers something, in a chat with a timer, keeps both', async () => {
  await using it = await open()
  const chat = chatOf(it.alice.lid)
  const expiration = 86_400
  await it.alice.send({ extendedTextMessage: { text: 'where?', contextInfo: { expiration } } }, { id: 'A1' })
  await until('the question', () => it.linked.bridge.said.includes('where?'))
  const { raw = '' } = it.linked.bridge.arrivals.find(({ event }) => event.id === 'A1') ?? {}
  const replyTo = { ...seen('A1', it.alice), raw }
  const photo = { kind: 'media', as: 'image', media: { source: 'x' }, caption: plainText('heer') } as const
  const openMedia = async () => Readable.from([files.photo()])
  for (const content of [photo, 'heer']) {
    await it.linked.deliver(content, { chat, replyTo, openMedia })
    const part = lastSent(it.linked)
    await until('the answer', () => it.line(part.id))
    await it.change(words('here'), { chat, parts: [part] })
    const { text, quote, lasts } = it.line(part.id)?.shown ?? {}
    assert.deepEqual([text, quote?.text, lasts], ['here', 'where?', expiration])
  }
})

test('a caption is edited without another upload; of a file and its words the words are', async () => {
  await using it = await open()
  const chat = chatOf(it.alice.lid)
  for (const field of ['photo', 'document'] as const) {
    const message = { ...(await samples[field](it.wa.media)), ...secret() }
    await it.wa.phone.send(it.alice, message, { id: field })
    const part = { id: field, fromMe: true, byBridge: false, at: Date.now(), raw: rawOf(message) }
    // A caption may be taken away, and come again.
    for (const caption of ['the lake', '', 'the lake again']) {
      await it.change(words(caption), { chat, parts: [part] })
      assert.equal(it.line(field)?.shown?.text, caption)
    }
  }
  await it.linked.deliver('the words', { chat })
  const text = lastSent(it.linked)
  const voice = { id: 'V', fromMe: true, byBridge: true, raw: rawOf(await samples.voice(it.wa.media)) }
  await it.change(words('other words'), { chat, parts: [voice, text] })
  assert.equal(it.line(text.id)?.shown?.text, 'other words')
})

test('what phones would not show is refused with a reason, and nothing is sent', async () => {
  await using it = await open()
  const chat = chatOf(it.alice.lid)
  await it.linked.deliver('hello', { chat })
  const mine = lastSent(it.linked)
  const theirs = seen('A1', it.alice, { conversation: 'hi' })
  const sticker = { ...mine, raw: rawOf(await samples.sticker(it.wa.media)) }
  const old = (age: number) => ({ ...mine, at: Date.now() - age })
  const edit = words('hullo')
  const deletion: What = { kind: 'deletion', by: 'author' }
  const refused: readonly (readonly [What, StandIn[], RegExp])[] = [
    [edit, [old(16 * minute)], /15 minutes/],
    [edit, [theirs], /others wrote/],
    [edit, [sticker], /of this kind/],
    [edit, [], /not delivered/],
    [words(''), [mine], /empty/],
    [deletion, [old(49 * 60 * minute)], /two days/],
    [deletion, [theirs], /others wrote/],
    [{ kind: 'vote', choice: [0] }, [theirs], /no such option/],
    [{ kind: 'vote', choice: [] }, [theirs], /key is not known/],
  ]
  for (const [what, parts, why] of refused) {
    const failure = await failureOf(it.linked.connection.change(changeOf(it.linked, what, { chat, parts })))
    assert.equal(failure.verdict.kind, 'reject')
    assert.match(failure.message, why)
  }
  assert.deepEqual(it.wa.changes, [])
})

test('a message is deleted on phones, all its parts; an administrator deletes those of others', async () => {
  await using it = await open()
  const chat = chatOf(it.family.jid)
  await it.linked.deliver('one', { chat })
  const first = lastSent(it.linked)
  await it.linked.deliver('two', { chat })
  const second = lastSent(it.linked)
  await it.alice.send('nonsense', { to: it.family, id: 'A1' })
  await until('all', () => it.line(second.id))
  const deletion: What = { kind: 'deletion', by: 'author' }
  await it.change(deletion, { chat, parts: [first, second] })
  await until('both to go', () => it.line(first.id)?.deleted && it.line(second.id)?.deleted)
  await it.change(deletion, { chat, parts: [seen('A1', it.alice)] })
  assert.equal(it.line('A1')?.deleted, true)
  const plain = it.wa.addGroup({ subject: 'Plain', participants: [it.alice], admins: [it.alice] })
  await it.alice.send('sense', { to: plain, id: 'A2' })
  const change = changeOf(it.linked, deletion, { chat: chatOf(plain.jid), parts: [seen('A2', it.alice)] })
  assert.match((await failureOf(it.linked.connection.change(change))).message, /administrator/)
})

test('a reaction names the message as its chat knows it, and none takes it back', async () => {
  await using it = await open()
  const byNumber = it.wa.addGroup({ subject: 'Old', participants: [it.alice, it.bob], addressing: 'pn' })
  const { lid } = it.wa.account
  for (const place of [it.alice, it.family, byNumber]) {
    const id = `A${jidOf(place)}`
    await it.alice.send('look', { id, ...('jid' in place && { to: place }) })
    const init = { chat: chatOf(jidOf(place)), parts: [seen(id, it.alice)] }
    await it.change({ kind: 'reaction', emoji: '👍' }, init)
    assert.equal(it.line(id)?.reactions?.[lid], '👍')
    await it.change({ kind: 'reaction', emoji: '' }, init)
    assert.equal(it.line(id)?.reactions?.[lid], '')
  }
  const chat = chatOf(it.family.jid)
  await it.linked.deliver('mine', { chat })
  const mine = lastSent(it.linked)
  await it.change({ kind: 'reaction', emoji: '❤' }, { chat, parts: [mine] })
  assert.equal(it.line(mine.id)?.reactions?.[lid], '❤')
})

test('a reaction to a message whose file was replaced stands under both files, and under no words beside one', async () => {
  await using it = await open()
  const chat = chatOf(it.family.jid)
  const photo = { kind: 'media', as: 'image', media: { source: 'x' }, caption: plainText('') } as const
  const parts: StandIn[] = []
  for (const content of [photo, photo, 'words']) {
    await it.linked.deliver(content, { chat, openMedia: async () => Readable.from([files.photo()]) })
    parts.push(lastSent(it.linked))
  }
  const [old, anew, beside] = parts.map(({ id }) => id)
  const sign = (id = '') => it.line(id)?.reactions?.[it.wa.account.lid]
  await it.change({ kind: 'reaction', emoji: '👍' }, { chat, parts: parts.slice(1) })
  assert.deepEqual([old, anew, beside].map(sign), [undefined, '👍', undefined])
  await it.change({ kind: 'reaction', emoji: '❤' }, { chat, parts })
  await until('both', () => [old, anew].every(id => sign(id) === '❤'))
  assert.equal(sign(beside), undefined)
})

test('in the announcement group of a community reactions and edits are sealed', async () => {
  await using it = await open()
  const news = it.wa.addGroup({
    subject: 'News',
    participants: [it.alice],
    community: true,
    admins: ['me', it.alice],
  })
  const chat = chatOf(news.jid)
  const message = { conversation: 'news', ...secret() }
  await it.alice.send(message, { to: news, id: 'A1' })
  await it.change({ kind: 'reaction', emoji: '👍' }, { chat, parts: [seen('A1', it.alice, message)] })
  assert.equal(it.line('A1')?.reactions?.[it.wa.account.lid], '👍')
  await it.linked.deliver('helo', { chat })
  const part = lastSent(it.linked)
  await until('the message', () => it.line(part.id))
  await it.change(words('hello'), { chat, parts: [part] })
  assert.equal(it.line(part.id)?.shown?.text, 'hello')
})

const poll: PollContent = { kind: 'poll', question: 'Where?', options: ['Here', 'There'], choices: 1 }

test('a vote counts on phones: in polls of others and of our own, private and in groups, and is taken back', async () => {
  await using it = await open()
  const byNumber = it.wa.addGroup({ subject: 'Old', participants: [it.alice], addressing: 'pn' })
  const { lid } = it.wa.account
  const message = { ...samples.poll(), ...secret() }
  for (const place of [it.alice, it.family, byNumber]) {
    const id = `P${jidOf(place)}`
    await it.alice.send(message, { id, ...('jid' in place && { to: place }) })
    const init = { chat: chatOf(jidOf(place)), parts: [seen(id, it.alice, message)], content: poll }
    await it.change({ kind: 'vote', choice: [1] }, init)
    assert.deepEqual(it.line(id)?.votes?.[lid], ['Noodles'])
    await it.change({ kind: 'vote', choice: [] }, init)
    assert.deepEqual(it.line(id)?.votes?.[lid], [])
  }
  const chat = chatOf(it.family.jid)
  for (const choices of [1, 0]) {
    await it.linked.deliver({ ...poll, choices }, { chat })
    const mine = lastSent(it.linked)
    await until('the poll', () => it.line(mine.id))
    const choice = choices === 1 ? [0] : [0, 1]
    await it.change({ kind: 'vote', choice }, { chat, parts: [mine], content: { ...poll, choices } })
    assert.deepEqual(it.line(mine.id)?.votes?.[lid], choices === 1 ? ['Here'] : ['Here', 'There'])
  }
})

test('an appointment is answered', async () => {
  await using it = await open()
  const content: AppointmentContent = { kind: 'appointment', title: 'Party' }
  const message = { eventMessage: { name: 'Party', startTime: 1_800_000_000 }, ...secret() }
  await it.alice.send(message, { to: it.family, id: 'E1' })
  const init = { chat: chatOf(it.family.jid), parts: [seen('E1', it.alice, message)], content }
  for (const [choice, answer] of [
    [[0], 'GOING'],
    [[1], 'MAYBE'],
    [[2], 'NOT_GOING'],
    [[], 'UNKNOWN'],
  ] as const) {
    await it.change({ kind: 'vote', choice: [...choice], guests: 1 }, init)
    assert.deepEqual(it.line('E1')?.votes?.[it.wa.account.lid], [answer])
  }
})

test('a pin holds for as long as WhatsApp can, and not longer than was asked for', async () => {
  await using it = await open()
  await it.alice.send('look', { id: 'A1' })
  const init = { chat: chatOf(it.alice.lid), parts: [seen('A1', it.alice)] }
  for (const [seconds, pinned] of [
    [undefined, 2_592_000],
    [3600, 86_400],
    [100_000, 604_800],
  ]) {
    await it.change({ kind: 'pin', pinned: true, ...(seconds !== undefined && { seconds }) }, init)
    assert.equal(it.line('A1')?.pinned, pinned)
  }
  await it.change({ kind: 'pin', pinned: false }, init)
  assert.equal(it.line('A1')?.pinned, 0)
})

test('a change sent again under its id is the same change; a lost ack leaves it in doubt', async () => {
  await using it = await open()
  const chat = chatOf(it.alice.lid)
  await it.alice.send('look', { id: 'A1' })
  const change = changeOf(
    it.linked,
    { kind: 'reaction', emoji: '👍' },
    { chat, parts: [seen('A1', it.alice)] },
  )
  it.wa.cutNextSend('before-ack')
  assert.equal((await failureOf(it.linked.connection.change(change))).verdict.kind, 'unsure')
  await until('the way back', () => it.linked.connection.status.state === 'connected' && it.wa.isLive)
  await it.linked.connection.change(change)
  await until('both copies', () => it.wa.changes[0]?.copies === 2)
  assert.equal(it.wa.changes.length, 1)
  it.wa.refuseNext(463)
  const failure = await failureOf(it.linked.connection.change(change))
  assert.equal(failure.verdict.kind, 'reject')
  await it.linked.stop()
  assert.equal((await failureOf(it.linked.connection.change(change))).verdict.kind, 'offline')
})

test('a phone that could not read a change gets it again', async () => {
  await using it = await open()
  const chat = chatOf(it.alice.lid)
  await it.linked.deliver('helo', { chat })
  const part = lastSent(it.linked)
  await until('the message', () => it.line(part.id))
  it.alice.failToRead()
  await it.linked.connection.change(changeOf(it.linked, words('hello'), { chat, parts: [part] }))
  await until('the edit', () => it.line(part.id)?.shown?.text === 'hello')
  it.wa.assertNoSurprises()
})
