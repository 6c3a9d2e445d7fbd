import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOf } from '../../src/telegram/address.ts'
import { checkChat } from '../../src/telegram/check-chat.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [mum, boss] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const

/** A group of Telegram, and the owner's chat with the bot; neither is mapped. */
const open = async () => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const friend = tg.addUser({ id: 7002, first_name: 'Otto' })
  const home = tg.addPrivateChat(owner)
  const group = tg.addSupergroup({ title: 'WhatsApp', botRights: {}, members: [owner, friend] })
  /** A run with data of its own. */
  const begin = async () => {
    await using mine = new AsyncDisposableStack()
    const store = mine.use(tempStore())
    for (const [chat, name] of [
      [mum, 'Mum'],
      [boss, 'Boss'],
    ] as const)
      store.chats.learn({ chat, name })
    const middle = mine.use(openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` }))
    await middle.start()
    const all = mine.move()
    return {
      ...{ store, middle },
      /** As `map add` does it, so late that nobody can take what was before for what comes then. */
      async map(whatsapp: typeof mum | typeof boss, { id }: { readonly id: number } = group) {
        tg.advanceClock(10_000)
        const telegram = `telegram:${id}` as const
        const { token, apiRoot } = tg
        const found = await checkChat({ token, apiRoot, place: placeOf(telegram) })
        assert.ok(found.ok && found.time !== undefined)
        store.mappings.add({ whatsapp, telegram, since: found.time })
      },
      /** A word from Mum; returns its id in the group. */
      async mumSays(text: string): Promise<number> {
        middle.inbox.receive([{ event: event(mum, text) }])
        const shown = await tg.until('her word', () => group.transcript().find(each => each.text === text))
        await tg.until('its link', () => middle.outbox.counts().pending === 0)
        return shown.id
      },
      /** Says something to the boss behind all of that, and returns what has gone to WhatsApp, and where. */
      async gone(chat: Parameters<typeof owner.sends>[0] = group) {
        owner.sends(chat, 'good morning')
        const { shown } = middle.whatsapp
        await tg.until('the greeting', () => shown.some(({ text }) => text === 'good morning'))
        await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
        return shown.map(({ chat: to, text }) => [to, text])
      },
      [Symbol.asyncDispose]: () => all.disposeAsync(),
    }
  }
  const rest = opened.move()
  return {
    ...{ tg, owner, friend, home, group, begin },
    wordsUnder: (id: number, chat: typeof home | typeof group = group) =>
      chat.transcript().flatMap(({ text, replyTo }) => (replyTo === id ? [text] : [])),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

const earlier =
  'Not sent: the message that you answered was written before this chat was mapped, and I do not know for whom the answer is. Write it as no answer if it is for whoever is mapped here now'

test('an answer to a message that is forgotten by now goes to nobody else who is mapped there since', async () => {
  await using it = await open()
  await using run = await it.begin()
  await run.map(mum)
  const asked = await run.mumSays('Do you love me?')
  run.store.links.forget({ before: Date.now() + 86_400_000, after: 0, limit: 100 })
  run.store.mappings.remove(mum)
  await run.map(boss)
  const answer = it.owner.sends(it.group, { text: 'I do', reply_to: asked })
  assert.deepEqual(await run.gone(), [[boss, 'good morning']])
  assert.deepEqual(it.wordsUnder(answer.message_id), [earlier])
  it.tg.assertNoSurprises()
})

test('an answer to what stands there of an earlier installation goes to nobody else who is mapped there in this one', async () => {
  await using it = await open()
  const asked = await (async () => {
    await using former = await it.begin()
    await former.map(mum)
    return await former.mumSays('Do you love me?')
  })()
  await using run = await it.begin()
  await run.map(boss)
  const answer = it.owner.sends(it.group, { text: 'I do', reply_to: asked })
  assert.deepEqual(await run.gone(), [[boss, 'good morning']])
  assert.deepEqual(it.wordsUnder(answer.message_id), [earlier])
  it.tg.assertNoSurprises()
})

test('an answer to a message of which nothing is known goes where it was written behind the mapping', async () => {
  await using it = await open()
  await using run = await it.begin()
  await run.map(mum)
  const asked = await run.mumSays('Lunch?')
  run.store.links.forget({ before: Date.now() + 86_400_000, after: 0, limit: 100 })
  it.owner.sends(it.group, { text: 'at one', reply_to: asked })
  assert.deepEqual(await run.gone(), [
    [mum, 'at one'],
    [mum, 'good morning'],
  ])
})

for (const answered of ['the message', 'the word under it'] as const) {
  test(`where an answer was refused, what answers that goes to nobody else who is mapped there: ${answered}`, async () => {
    await using it = await open()
    await using run = await it.begin()
    const { tg, owner, group } = it
    await run.map(mum)
    const asked = await run.mumSays('Do you love me?')
    run.store.mappings.remove(mum)
    await run.map(boss)
    const own = owner.sends(group, { text: 'I do', reply_to: asked })
    const told = await tg.until('the word under it', () =>
      group.transcript().find(({ replyTo }) => replyTo === own.message_id),
    )
    await tg.until('its link', () => run.middle.outbox.counts().pending === 0)
    const { message_id: id } = owner.sends(group, {
      text: 'Very much',
      reply_to: answered === 'the message' ? own.message_id : told.id,
    })
    assert.deepEqual(await run.gone(), [[boss, 'good morning']])
    assert.deepEqual(it.wordsUnder(id), [
      'Not sent: that message belongs to Mum, and that chat is not mapped to this one',
    ])
    tg.assertNoSurprises()
  })
}

test('where an answer was refused, its new words and its new file go to nobody else who is mapped there', async () => {
  await using it = await open()
  await using run = await it.begin()
  const { tg, owner, group } = it
  await run.map(mum)
  const asked = await run.mumSays('Which one?')
  run.store.mappings.remove(mum)
  await run.map(boss)
  const photo = (width: number) => ({ photo: { bytes: jpeg(width, 480), name: 'a.jpg' }, caption: 'this' })
  const { message_id: own } = owner.sends(group, { ...photo(640), reply_to: asked })
  const isDone = () => tg.pendingUpdates === 0 && run.middle.outbox.counts().pending === 0
  await tg.until('it to be refused', isDone)
  owner.edits(group, own, { caption: 'this one' })
  await tg.until('its words to be refused', isDone)
  owner.edits(group, own, photo(320))
  owner.reacts(group, own, '👍')
  assert.deepEqual(await run.gone(), [[boss, 'good morning']])
  assert.deepEqual(run.middle.whatsapp.changes, [])
  assert.deepEqual(it.wordsUnder(own), [
    'Not sent: that message belongs to Mum, and that chat is not mapped to this one',
    'Not done in WhatsApp: this message never went to WhatsApp',
    'Not sent: I cannot tell where this new file should go. Please send it as a message of its own',
  ])
  tg.assertNoSurprises()
})

test('a live location that was refused is told of once, however long it moves', async () => {
  await using it = await open()
  await using run = await it.begin()
  const { tg, owner, group } = it
  await run.map(mum)
  const asked = await run.mumSays('Where are you?')
  run.store.mappings.remove(mum)
  await run.map(boss)
  const at = (latitude: number) => ({ latitude, longitude: 13.4 })
  const { message_id: own } = owner.sends(group, {
    location: { ...at(52.5), live_period: 900 },
    reply_to: asked,
  })
  for (const latitude of [52.51, 52.52, 52.53])
    owner.edits(group, own, { location: { ...at(latitude), live_period: 900 } })
  owner.edits(group, own, { location: at(52.54) })
  assert.deepEqual(await run.gone(), [[boss, 'good morning']])
  assert.deepEqual(run.middle.whatsapp.changes, [])
  assert.deepEqual(it.wordsUnder(own), [
    'Not sent: that message belongs to Mum, and that chat is not mapped to this one',
  ])
  tg.assertNoSurprises()
})

for (const answered of ['the message', 'the word under it'] as const) {
  test(`where nobody knew for whom an answer was, what answers that goes to nobody either: ${answered}`, async () => {
    await using it = await open()
    await using run = await it.begin()
    const { tg, owner, group } = it
    await run.map(mum)
    const asked = await run.mumSays('Do you love me?')
    run.store.links.forget({ before: Date.now() + 86_400_000, after: 0, limit: 100 })
    run.store.mappings.remove(mum)
    await run.map(boss)
    const { message_id: own } = owner.sends(group, { text: 'I do', reply_to: asked })
    const told = await tg.until('the word under it', () =>
      group.transcript().find(({ replyTo }) => replyTo === own),
    )
    await tg.until('its link', () => run.middle.outbox.counts().pending === 0)
    const { message_id: id } = owner.sends(group, {
      text: 'Very much',
      reply_to: answered === 'the message' ? own : told.id,
    })
    assert.deepEqual(await run.gone(), [[boss, 'good morning']])
    assert.deepEqual(it.wordsUnder(id), [
      'Not sent: that message went to nobody, and I do not know for whom the answer is. Write it as no answer if it is for whoever is mapped here',
    ])
    tg.assertNoSurprises()
  })
}

test('what answers the word under a message that was written before the chat was mapped goes to nobody', async () => {
  await using it = await open()
  await using run = await it.begin()
  const { tg, owner, group } = it
  const come = tg.delayMessages()
  const { message_id: own } = owner.sends(group, 'for nobody')
  await run.map(boss)
  come()
  const told = await tg.until('the word under it', () =>
    group.transcript().find(({ replyTo }) => replyTo === own),
  )
  await tg.until('its link', () => run.middle.outbox.counts().pending === 0)
  const { message_id: id } = owner.sends(group, { text: 'I see', reply_to: told.id })
  assert.deepEqual(await run.gone(), [[boss, 'good morning']])
  assert.deepEqual(it.wordsUnder(id), [
    'Not sent: that message went to nobody, and I do not know for whom the answer is. Write it as no answer if it is for whoever is mapped here',
  ])
  tg.assertNoSurprises()
})

test('a new file in the place of one that was for nobody is for nobody who is mapped there since', async () => {
  await using it = await open()
  await using run = await it.begin()
  const { tg, owner, group } = it
  const photo = (width: number) => ({ photo: { bytes: jpeg(width, 480), name: 'a.jpg' }, caption: 'secret' })
  const own = owner.sends(group, photo(640))
  await tg.until('it to be read', () => tg.pendingUpdates === 0)
  await run.map(boss)
  owner.edits(group, own.message_id, photo(320))
  assert.deepEqual(await run.gone(), [[boss, 'good morning']])
  tg.assertNoSurprises()
})

test('what answers a word of the bridge that is about no chat goes to nobody', async () => {
  await using it = await open()
  await using run = await it.begin()
  const { tg, owner, friend, group, home } = it
  await run.map(mum)
  await run.map(boss, home)
  friend.sends(group, 'hello everybody')
  const told = await tg.until('it to be told', () =>
    home.transcript().find(({ text }) => text.startsWith('Otto wrote')),
  )
  await tg.until('its link', () => run.middle.outbox.counts().pending === 0)
  const answer = owner.sends(home, { text: 'Silly Otto', reply_to: told.id })
  assert.deepEqual(await run.gone(home), [[boss, 'good morning']])
  assert.deepEqual(it.wordsUnder(answer.message_id, home), [
    'Not sent: you answered what I have told you, and that is about no chat. Write it as no answer if it is for whoever is mapped here',
  ])
  tg.assertNoSurprises()
})

test('what answers a message of the bridge in the chat with the owner of which nothing is known any more goes to nobody', async () => {
  await using it = await open()
  await using run = await it.begin()
  const { tg, owner, friend, group, home } = it
  await run.map(boss, home)
  await run.map(mum)
  friend.sends(group, 'hello everybody')
  const told = await tg.until('it to be told', () =>
    home.transcript().find(({ text }) => text.startsWith('Otto wrote')),
  )
  await tg.until('its link', () => run.middle.outbox.counts().pending === 0)
  run.store.links.forget({ before: Date.now() + 86_400_000, after: 0, limit: 100 })
  const answer = owner.sends(home, { text: 'Silly Otto', reply_to: told.id })
  assert.deepEqual(await run.gone(home), [[boss, 'good morning']])
  assert.deepEqual(it.wordsUnder(answer.message_id, home), [
    'Not sent: I speak of several WhatsApp chats here, and I do not know from which one the message is that you answered. What answers no message goes to "Boss"',
  ])
  tg.assertNoSurprises()
})
