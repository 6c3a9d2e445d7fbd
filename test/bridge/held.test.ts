import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { ChangeEvent, Content } from '../../src/bridge/event.ts'
import { startRelease } from '../../src/bridge/release.ts'
import { VirtualClock } from '../outbox/virtual-clock.ts'
import { type SimChat, type SimTopic, startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, quiet } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [mum, boss] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const
const poll: Content = { kind: 'poll', question: 'Lunch?', options: ['yes', 'no'], choices: 1 }

/**
 * A group of the owner's to which the reply about the first message gets lost, and Telegram says nothing of it until it is
 * `freed`. What is in `middle` may be stopped and begun anew over the same store.
 */
const openDoubt = async ({ inTopic = false, isBasic = false, isLater = false } = {}) => {
  const opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = isBasic
    ? tg.addGroup({ title: 'WhatsApp', members: [owner] })
    : tg.addSupergroup({ title: 'WhatsApp', forum: inTopic, botRights: {}, members: [owner] })
  const topic = inTopic ? group.addTopic({ name: 'Mum' }) : undefined
  const place: SimChat | SimTopic = topic ?? group
  const telegram = `telegram:${group.id}${topic ? `/${topic.message_thread_id}` : ''}` as const
  const store = opened.use(tempStore())
  let isFree = false
  let isLost = !isLater
  tg.faults.next('sendMessage', 'reply-lost', { when: () => isLost })
  tg.faults.next(
    'editMessageReplyMarkup',
    { error: 429, retryAfter: 1 },
    { times: 1_000_000, when: () => !isFree },
  )
  const begin = async () => {
    const middle = openMiddle(store, tg)
    await middle.start()
    return middle
  }
  let middle = await begin()
  opened.defer(() => middle[Symbol.asyncDispose]())
  const held = () => [...store.session('held').list('event')].length
  return {
    tg,
    owner,
    group,
    place,
    telegram,
    store,
    held,
    get middle() {
      return middle
    },
    /** Where that `isLater`: from now on. */
    loses() {
      isLost = true
    },
    free() {
      isFree = true
    },
    /** Shows a message of WhatsApp's in Telegram, without anybody knowing; returns its id there. */
    async show(from: ChatRef, content: Content | string, me = false, person = from): Promise<number> {
      const before = group.transcript().length
      middle.inbox.receive([{ event: event(from, content, { id: 'M1', sender: { person, me } }) }])
      await tg.until('it to be shown', () => group.transcript().length > before)
      const id = group.transcript().at(-1)?.id ?? 0
      assert.deepEqual(store.links.chatsWith(String(id)), [])
      return id
    },
    async restart() {
      await middle[Symbol.asyncDispose]()
      middle = await begin()
    },
    waitsFor: (count: number) => tg.until(`${count} to be kept back`, () => held() === count),
    isDone: () => tg.until('it to be done', () => middle.outbox.counts().pending === 0 && held() === 0),
    shown: () => middle.whatsapp.shown.map(({ chat, text, replyTo }) => [chat, text, replyTo]),
    notices: () => group.transcript().flatMap(({ text }) => (/^Not /.test(text) ? [text] : [])),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

type Doubt = Awaited<ReturnType<typeof openDoubt>>

/** What an owner can do with a message, and as what it is to reach WhatsApp. */
const acts: Record<string, [(doubt: Doubt, id: number) => void, ChangeEvent['kind'], (Content | string)?]> = {
  'a reaction': [({ owner, place }, id) => owner.reacts(place, id, '👍'), 'reaction'],
  'a vote': [({ owner, place }, id) => owner.presses(place, id, 'yes'), 'vote', poll],
  'a pin': [({ owner, place }, id) => owner.pins(place, id), 'pin'],
  '/delete': [({ owner, place }, id) => owner.sends(place, { text: '/delete', reply_to: id }), 'deletion'],
}

for (const inTopic of [false, true]) {
  for (const [what, [act, kind, content = 'Lunch?']] of Object.entries(acts)) {
    test(`${what} reaches a message that is in doubt ${inTopic ? 'in a topic ' : ''}as soon as it is found, over a restart`, async () => {
      await using doubt = await openDoubt({ inTopic })
      doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
      const id = await doubt.show(mum, content, true)
      act(doubt, id)
      await doubt.waitsFor(1)
      assert.equal(doubt.middle.whatsapp.changes.length, 0)
      await doubt.restart()
      doubt.free()
      await doubt.isDone()
      assert.deepEqual(
        doubt.middle.whatsapp.changes.map(change => [change.chat, change.event.kind, change.event.target.id]),
        [[mum, kind, String(id)]],
      )
      assert.deepEqual(
        doubt.middle.whatsapp.changes[0]?.changed.parts.map(part => part.id),
        ['M1'],
      )
      assert.deepEqual(doubt.notices(), [])
    })
  }
}

test('an answer to a message in doubt quotes it, and what was written behind it comes behind it, over a restart', async () => {
  await using doubt = await openDoubt()
  doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
  const { owner, place } = doubt
  const id = await doubt.show(mum, 'Lunch?')
  const answer = owner.sends(place, { text: 'yse', reply_to: id })
  owner.sends(place, 'at one')
  owner.edits(place, answer.message_id, 'yes')
  await doubt.waitsFor(3)
  await doubt.restart()
  owner.sends(place, 'or two')
  await doubt.waitsFor(4)
  doubt.free()
  await doubt.isDone()
  assert.deepEqual(doubt.shown(), [
    [mum, 'yes', 'M1'],
    [mum, 'at one', undefined],
    [mum, 'or two', undefined],
  ])
})

test('what was kept back when a backup was made goes under the same id when the backup is put back', async () => {
  await using doubt = await openDoubt()
  doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
  const id = await doubt.show(mum, 'Lunch?')
  doubt.owner.sends(doubt.place, { text: 'yes', reply_to: id })
  doubt.owner.reacts(doubt.place, id, '👍')
  await doubt.waitsFor(2)
  using backup = tempStore()
  backup.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
  backup
    .session('held')
    .set([...doubt.store.session('held').list('event')].map(row => ({ type: 'event', ...row })))
  doubt.free()
  await doubt.isDone()
  await doubt.middle.telegram[Symbol.asyncDispose]()

  await using again = openMiddle(backup, doubt.tg)
  await again.start()
  again.release()
  await doubt.tg.until('it to go once more', () => again.whatsapp.shown.length === 1)
  assert.deepEqual(
    again.whatsapp.shown.map(({ text, id }) => [text, id]),
    doubt.middle.whatsapp.shown.map(({ text, id }) => [text, id]),
  )
})

test('an answer to the last of several messages that a backup brings back waits for that one', async () => {
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({ title: 'WhatsApp', botRights: {}, members: [owner] })
  const open = (store: ReturnType<typeof tempStore>) => {
    store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
    const middle = openMiddle(store, tg)
    for (const id of ['M1', 'M2', 'M3']) {
      middle.inbox.receive([{ event: event(mum, id, { id, sender: { person: mum, me: false } }) }])
    }
    return middle
  }
  {
    using since = tempStore()
    await using middle = open(since)
    await middle.start()
    await tg.until('all to be shown', () => middle.outbox.counts().pending === 0)
  }
  const ids = group.transcript().map(({ id }) => id)
  assert.equal(ids.length, 3)

  using store = tempStore()
  const isFound = (id = 0): boolean => store.links.chatsWith(String(id)).length > 0
  let [isFree, isLast] = [false, false]
  tg.faults.next(
    'editMessageReplyMarkup',
    { error: 429, retryAfter: 1 },
    { times: 1_000_000, when: () => !isFree || (isFound(ids[0]) && !isLast) },
  )
  await using middle = open(store)
  store.database.run('UPDATE jobs SET unsure = 1, restored = 1, mark = ?', `${group.id}:${(ids[0] ?? 0) - 1}`)
  await middle.start()
  const held = () => [...store.session('held').list('event')].length
  owner.sends(group, { text: 'to the third', reply_to: ids[2] ?? 0 })
  await tg.until('it to be kept back', () => held() === 1)
  isFree = true
  await tg.until('the first to be done with', () => middle.outbox.counts().pending < 3)
  assert.deepEqual([isFound(ids[0]), isFound(ids[2]), held()], [true, false, 1])
  isLast = true
  await tg.until('it to cross', () => middle.whatsapp.shown.length === 1)
  assert.deepEqual(
    middle.whatsapp.shown.map(({ text, replyTo }) => [text, replyTo]),
    [['to the third', 'M3']],
  )
  assert.equal(group.transcript().length, 4)
})

test('nothing else waits for a message in doubt', async () => {
  await using doubt = await openDoubt()
  doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
  const { owner, place, tg } = doubt
  const before = owner.sends(place, 'hello')
  await tg.until('it to cross', () => doubt.shown().length === 1)
  const id = await doubt.show(mum, 'Lunch?')
  owner.reacts(place, id, '👍')
  await doubt.waitsFor(1)
  owner.reacts(place, before.message_id, '❤')
  const theirs = tg.addUser({ id: 555, first_name: 'Sam' }).sends(place, 'hi')
  owner.pins(place, theirs.message_id)
  owner.sends(place, { text: 'me again', reply_to: before.message_id })
  await tg.until('both to cross', () => doubt.shown().length === 2)
  await tg.until('the reaction to cross', () => doubt.middle.whatsapp.changes.length === 1)
  assert.equal(doubt.held(), 1)
  assert.equal(doubt.middle.whatsapp.changes[0]?.event.target.id, String(before.message_id))
})

test('an answer to what stood there before all that is in doubt waits for none of it', async () => {
  await using doubt = await openDoubt({ isLater: true })
  doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
  const { owner, place, tg, group } = doubt
  owner.sends(place, '/id')
  await tg.until('an answer of the bot', () => group.transcript().length > 1)
  const { id } = group.transcript().at(-1) ?? { id: 0 }
  owner.sends(place, 'hello')
  await tg.until('it to cross', () => doubt.shown().length === 1)
  doubt.loses()
  await doubt.show(mum, 'Lunch?')
  owner.sends(place, { text: 'thanks', reply_to: id })
  owner.sends(place, 'at one')
  await tg.until('both to cross', () => doubt.shown().length === 3)
  assert.deepEqual(
    doubt.shown().map(([, text]) => text),
    ['hello', 'thanks', 'at one'],
  )
  assert.equal(doubt.held(), 0)
})

const openTwo = async () => {
  const doubt = await openDoubt()
  doubt.store.chats.learn({ chat: mum, name: 'Mum' })
  doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
  doubt.store.mappings.add({ whatsapp: boss, telegram: doubt.telegram, toTelegramOnly: true })
  return doubt
}

test('an answer to a message in doubt is never sent to another chat that comes to the same place', async () => {
  await using doubt = await openTwo()
  const id = await doubt.show(boss, 'Where are you?')
  doubt.owner.sends(doubt.place, { text: 'I quit', reply_to: id })
  doubt.owner.sends(doubt.place, 'Lunch?')
  await doubt.waitsFor(2)
  doubt.free()
  await doubt.isDone()
  assert.deepEqual(doubt.shown(), [[mum, 'Lunch?', undefined]])
  assert.equal(doubt.notices().length, 1)
  assert.match(doubt.notices()[0] ?? '', /^Not sent: messages from .* are only shown here/)
})

for (const several of [false, true]) {
  test(`an answer to a message of which nothing is ever known ${several ? 'is refused where several chats come' : 'goes to the only chat there is'}`, async () => {
    await using doubt = several ? await openTwo() : await openDoubt()
    if (!several) doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
    const id = await doubt.show(mum, 'Where are you?')
    doubt.owner.sends(doubt.place, { text: 'At home', reply_to: id })
    doubt.owner.reacts(doubt.place, id, '👍')
    await doubt.waitsFor(2)
    doubt.middle.release(() => true)
    doubt.owner.sends(doubt.place, { text: 'Still', reply_to: id })
    doubt.owner.sends(doubt.place, 'So?')
    await doubt.waitsFor(2)
    assert.deepEqual(
      doubt.middle.release(() => true),
      true,
    )
    await doubt.tg.until('what crosses', () => doubt.shown().length === (several ? 1 : 3))
    const said = ['So?']
    if (!several) said.unshift('At home', 'Still')
    assert.deepEqual(
      doubt.shown().map(([chat, text]) => [chat, text]),
      said.map(text => [mum, text]),
    )
    assert.deepEqual(doubt.middle.whatsapp.changes, [])
    doubt.free()
    await doubt.isDone()
    assert.deepEqual(
      doubt.notices(),
      Array(several ? 2 : 0).fill(
        'Not sent: several WhatsApp chats come here, and I do not know from which one the message is that you answered. What answers no message goes to "Mum"',
      ),
    )
  })
}

test('a vote in a poll of which nothing is ever known is answered with a word', async () => {
  await using doubt = await openDoubt()
  doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
  const id = await doubt.show(mum, poll)
  doubt.owner.presses(doubt.place, id, 'yes')
  await doubt.waitsFor(1)
  doubt.middle.release(() => true)
  doubt.free()
  await doubt.tg.until('the word', () => doubt.notices().length > 0)
  await doubt.isDone()
  assert.deepEqual(doubt.notices(), ['Not done in WhatsApp: I do not know which message there this one is'])
  assert.deepEqual(doubt.middle.whatsapp.changes, [])
})

test('what is kept back when its group becomes a supergroup goes: its message has another id from then on', async () => {
  await using doubt = await openDoubt({ isBasic: true })
  doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
  const id = await doubt.show(mum, 'Lunch?')
  doubt.owner.sends(doubt.place, { text: 'yes', reply_to: id })
  doubt.owner.sends(doubt.place, 'call me at five')
  await doubt.waitsFor(2)
  const moved = doubt.tg.migrate(doubt.group)
  doubt.owner.sends(moved, 'or at six')
  await doubt.tg.until('all to cross', () => doubt.shown().length === 3)
  doubt.free()
  await doubt.isDone()
  assert.deepEqual(
    doubt.shown().map(([chat, text]) => [chat, text]),
    ['yes', 'call me at five', 'or at six'].map(text => [mum, text]),
  )
  assert.deepEqual(doubt.store.mappings.forSource(mum)[0]?.telegram, `telegram:${moved.id}`)
})

for (const what of ['an answer', 'a vote']) {
  test(`${what} that is kept back when its group becomes a supergroup and cannot go is told of there`, async () => {
    await using doubt = await openDoubt({ isBasic: true })
    doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
    if (what === 'an answer')
      doubt.store.mappings.add({ whatsapp: boss, telegram: doubt.telegram, toTelegramOnly: true })
    const id = await doubt.show(mum, poll)
    if (what === 'an answer') doubt.owner.sends(doubt.place, { text: 'I quit', reply_to: id })
    else doubt.owner.presses(doubt.place, id, 'yes')
    await doubt.waitsFor(1)
    const moved = doubt.tg.migrate(doubt.group)
    const said = (): string[] => moved.transcript().flatMap(({ text }) => (/^Not /.test(text) ? [text] : []))
    await doubt.tg.until('a word about it', () => said().length > 0)
    doubt.free()
    await doubt.isDone()
    assert.deepEqual(doubt.shown(), [])
    assert.deepEqual(doubt.middle.whatsapp.changes, [])
    assert.equal(said().length, 1)
    assert.match(
      said()[0] ?? '',
      what === 'an answer' ? /^Not sent: several WhatsApp chats/ : /^Not done in WhatsApp/,
    )
  })
}

for (const isFound of [true, false]) {
  test(`what is kept back for one person never goes to another who is mapped later, whether its message is ${isFound ? 'found' : 'never found'}`, async () => {
    await using doubt = await openDoubt()
    const { owner, place, store, telegram } = doubt
    store.mappings.add({ whatsapp: mum, telegram })
    const id = await doubt.show(mum, 'Lunch?')
    owner.sends(place, { text: 'yes mum', reply_to: id })
    owner.sends(place, 'my boss is an idiot')
    await doubt.waitsFor(2)
    store.mappings.remove(mum)
    store.mappings.add({ whatsapp: boss, telegram })
    // What is written from now on is for whom it goes to.
    owner.sends(place, 'good morning')
    await doubt.waitsFor(3)
    if (!isFound) doubt.middle.release(() => true)
    doubt.free()
    await doubt.isDone()
    assert.deepEqual(
      doubt.shown().map(([chat, text]) => [chat, text]),
      [[boss, 'good morning']],
    )
    assert.deepEqual(
      doubt.notices(),
      Array(2).fill('Not sent: this chat was mapped to somebody else before it could go'),
    )
  })
}

test('what waits, and was written before its chat was mapped, goes to nobody', async () => {
  await using doubt = await openDoubt()
  const { owner, place, store, telegram } = doubt
  store.mappings.add({ whatsapp: mum, telegram })
  const id = await doubt.show(mum, 'Lunch?')
  store.mappings.remove(mum)
  store.mappings.add({ whatsapp: boss, telegram, since: Date.now() + 600_000 })
  owner.sends(place, { text: 'yes mum', reply_to: id })
  owner.sends(place, 'my boss is an idiot')
  await doubt.waitsFor(2)
  doubt.middle.release(() => true)
  doubt.free()
  await doubt.isDone()
  assert.deepEqual(doubt.shown(), [])
  assert.deepEqual(
    doubt.notices(),
    Array(2).fill('Not sent: this chat was mapped to somebody else before it could go'),
  )
})

test('what is kept back where nobody hears it goes to nobody who is mapped later', async () => {
  await using doubt = await openDoubt()
  const { owner, place, store, telegram } = doubt
  store.mappings.add({ whatsapp: mum, telegram, toTelegramOnly: true })
  const id = await doubt.show(mum, 'Lunch?')
  owner.sends(place, { text: 'yes mum', reply_to: id })
  await doubt.waitsFor(1)
  store.mappings.add({ whatsapp: boss, telegram })
  doubt.middle.release(() => true)
  doubt.free()
  await doubt.isDone()
  assert.deepEqual(doubt.shown(), [])
  assert.equal(doubt.notices().length, 1)
})

test('what answers the word under what was kept back where nobody hears it goes to nobody who is mapped later', async () => {
  await using doubt = await openDoubt()
  const { tg, owner, group, place, store, telegram } = doubt
  store.mappings.add({ whatsapp: mum, telegram, toTelegramOnly: true })
  const id = await doubt.show(mum, 'Lunch?')
  const { message_id: own } = owner.sends(place, { text: 'yes mum', reply_to: id })
  await doubt.waitsFor(1)
  store.mappings.remove(mum)
  store.mappings.add({ whatsapp: boss, telegram })
  doubt.middle.release(() => true)
  doubt.free()
  await doubt.isDone()
  const told = group.transcript().find(({ replyTo }) => replyTo === own)
  assert.ok(told)
  const { message_id: answer } = owner.sends(place, { text: 'at one, mum', reply_to: told.id })
  owner.sends(place, 'good morning')
  await tg.until('it to be read', () =>
    doubt.middle.whatsapp.shown.some(({ text }) => text === 'good morning'),
  )
  await doubt.isDone()
  assert.deepEqual(
    doubt.shown().map(([chat, text]) => [chat, text]),
    [[boss, 'good morning']],
  )
  assert.match(
    group.transcript().find(({ replyTo }) => replyTo === answer)?.text ?? '',
    /^Not sent: that message went to nobody/,
  )
})

test('an answer to a status in doubt goes to whoever posted that, whoever the place is mapped to by then', async () => {
  await using doubt = await openDoubt()
  const { owner, place, store, telegram } = doubt
  const [statuses, anna] = ['whatsapp:status@broadcast', 'whatsapp:77@lid'] as const
  store.chats.learn({ chat: statuses, kind: 'broadcast' })
  store.mappings.add({ whatsapp: statuses, telegram, toTelegramOnly: true })
  store.mappings.add({ whatsapp: mum, telegram })
  const id = await doubt.show(statuses, 'At the lake', false, anna)
  owner.sends(place, { text: 'Which one?', reply_to: id })
  owner.sends(place, 'Lunch?')
  await doubt.waitsFor(2)
  store.mappings.remove(mum)
  store.mappings.add({ whatsapp: boss, telegram })
  doubt.free()
  await doubt.isDone()
  assert.deepEqual(doubt.shown(), [[anna, 'Which one?', 'M1']])
  assert.deepEqual(doubt.notices(), ['Not sent: this chat was mapped to somebody else before it could go'])
})

test('what is kept back goes to its person where the mapping is there again, and whose number has become an id', async () => {
  await using doubt = await openDoubt()
  const { owner, place, store, telegram } = doubt
  const number = 'whatsapp:4915550000001@s.whatsapp.net'
  store.mappings.add({ whatsapp: number, telegram })
  const id = await doubt.show(number, 'Lunch?')
  owner.sends(place, { text: 'yes', reply_to: id })
  await doubt.waitsFor(1)
  store.mappings.remove(number)
  store.chats.learn({ chat: mum, aliases: [number] })
  store.mappings.add({ whatsapp: mum, telegram })
  doubt.free()
  await doubt.isDone()
  assert.deepEqual(doubt.shown(), [[mum, 'yes', 'M1']])
  assert.deepEqual(doubt.notices(), [])
})

test('what is kept back when its mapping is removed is told of', async () => {
  await using doubt = await openDoubt()
  doubt.store.mappings.add({ whatsapp: mum, telegram: doubt.telegram })
  const id = await doubt.show(mum, 'Lunch?')
  doubt.owner.sends(doubt.place, { text: 'yes', reply_to: id })
  doubt.owner.sends(doubt.place, 'at one')
  doubt.owner.reacts(doubt.place, id, '👍')
  await doubt.waitsFor(3)
  doubt.store.mappings.remove(mum)
  doubt.free()
  await doubt.isDone()
  assert.deepEqual(doubt.shown(), [])
  assert.deepEqual(
    doubt.notices(),
    Array(2).fill('Not sent: the mapping of this chat was removed before it could go'),
  )
})

/** In which minutes it is over for what was kept back in minute 0, where Telegram can be asked in some of them. */
const overIn = async (isOnline: (minute: number) => boolean): Promise<number[]> => {
  const clock = new VirtualClock()
  const begin = clock.now()
  const minutes = (): number => (clock.now() - begin) / 60_000
  const looks: number[] = []
  using _ = startRelease({
    release: isOver => {
      if (isOver(begin, mum)) looks.push(minutes())
      return false
    },
    isOnline: () => isOnline(minutes()),
    wake: () => undefined,
    log: quiet,
    clock,
  })
  await clock.runUntil(() => minutes() >= 90)
  return looks
}

const from = (first: number): number[] =>
  Array.from({ length: (90 - first) * 4 + 1 }, (_, look) => first + look / 4)

test('nothing is kept back for longer than a while in which Telegram could be asked', async () => {
  assert.deepEqual(await overIn(minute => minute < 10 || minute >= 60), from(65))
  assert.deepEqual(await overIn(() => true), from(15))
  assert.deepEqual(await overIn(() => false), [])
})

test('a line to Telegram that comes and goes keeps nothing back for ever', async () => {
  assert.deepEqual(await overIn(minute => Math.floor(minute) % 4 === 0), from(57))
})
