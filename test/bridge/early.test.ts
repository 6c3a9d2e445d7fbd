import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOf } from '../../src/telegram/address.ts'
import { checkChat } from '../../src/telegram/check-chat.ts'
import { files } from '../simulators/samples.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [mum, boss] = ['whatsapp:1@lid', 'whatsapp:2@lid'] as const
const hour = 3_600_000

/** The owner in a group of Telegram that is mapped to nobody. The bridge is off; its machine's clock may be `wrongBy` milliseconds. */
const open = async ({ wrongBy = 0, dates = true } = {}) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator({ dates }))
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({ title: 'WhatsApp', botRights: {}, members: [owner] })
  const store = opened.use(tempStore())
  for (const [chat, name] of [
    [mum, 'Mum'],
    [boss, 'Boss'],
  ] as const)
    store.chats.learn({ chat, name })
  const telegram = `telegram:${group.id}` as const
  const begin = async () => {
    const middle = openMiddle(store, tg, { now: () => Date.now() + wrongBy })
    await middle.start()
    return middle
  }
  const rest = opened.move()
  return {
    ...{ tg, owner, group, store, telegram, begin },
    /** As `map add` does it. */
    async map(whatsapp: typeof mum | typeof boss, toTelegramOnly = false) {
      const { token, apiRoot } = tg
      const found = await checkChat({ token, apiRoot, place: placeOf(telegram) })
      assert.ok(found.ok)
      const since = found.time === undefined ? {} : { since: found.time }
      return store.mappings.add({ whatsapp, telegram, toTelegramOnly, ...since })
    },
    /** Lets so much time pass that nobody can take what was before for what comes then. */
    later: () => tg.advanceClock(10_000),
    words: () => group.transcript().filter(({ text }) => text.startsWith('Not ')),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

const shownIn = ({ whatsapp }: ReturnType<typeof openMiddle>) =>
  whatsapp.shown.map(({ chat, text }) => [chat, text])

for (const [clock, wrongBy] of [
  ['is right', 0],
  ['is an hour behind', -hour],
  ['is an hour ahead', hour],
] as const) {
  test(`what was written before its chat was mapped goes to nobody, and what was written behind that goes, where the clock ${clock}`, async () => {
    await using it = await open({ wrongBy })
    const { owner, group } = it
    const first = owner.sends(group, 'setting up that thing for my boss (annoying)')
    owner.sends(group, { photo: { bytes: files.photo() }, caption: 'the dog' })
    owner.sends(group, 'milk, bread')
    it.later()
    await it.map(boss)
    owner.sends(group, 'good morning')
    await using middle = await it.begin()
    await it.tg.until('the greeting', () => middle.whatsapp.shown.length > 0)
    await it.tg.until('the word about the others', () => it.words().length > 0)
    owner.sends(group, 'shall we meet?')
    await it.tg.until('the question', () => middle.whatsapp.shown.length > 1)
    await it.tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
    assert.deepEqual(shownIn(middle), [
      [boss, 'good morning'],
      [boss, 'shall we meet?'],
    ])
    assert.deepEqual(
      it.words().map(({ replyTo }) => replyTo),
      [first.message_id],
    )
    assert.match(it.words()[0]?.text ?? '', /^Not sent: you wrote this before this chat was mapped\. /)
    it.tg.assertNoSurprises()
  })
}

test('what was written for one person goes to no other who is mapped there while the bridge is off', async () => {
  await using it = await open()
  const { owner, group, store } = it
  await it.map(mum)
  owner.sends(group, 'love you mum')
  it.later()
  store.mappings.remove(mum)
  await it.map(boss)
  {
    await using middle = await it.begin()
    await it.tg.until('the word', () => it.words().length === 1)
    assert.deepEqual(shownIn(middle), [])
  }
  // Each mapping has its say.
  owner.sends(group, 'good morning, boss')
  it.later()
  store.mappings.remove(boss)
  await it.map(mum)
  await using middle = await it.begin()
  await it.tg.until('another word', () => it.words().length === 2)
  owner.sends(group, 'hello mum')
  await it.tg.until('the greeting', () => middle.whatsapp.shown.length > 0)
  assert.deepEqual(shownIn(middle), [[mum, 'hello mum']])
})

test('what the owner does with a message that was written before reaches nobody either', async () => {
  await using it = await open()
  const { owner, group } = it
  const words = owner.sends(group, 'the dog is sick')
  const photo = owner.sends(group, { photo: { bytes: files.photo() }, caption: 'the dog' })
  it.later()
  await it.map(boss)
  owner.edits(group, words.message_id, 'the dog is well')
  owner.edits(group, photo.message_id, { caption: 'our dog' })
  owner.edits(group, photo.message_id, { photo: { bytes: files.photo() }, caption: 'another dog' })
  owner.reacts(group, words.message_id, '👍')
  owner.pins(group, words.message_id)
  owner.sends(group, { text: '/delete', reply_to: words.message_id })
  owner.sends(group, 'good morning')
  await using middle = await it.begin()
  await it.tg.until('the greeting', () => middle.whatsapp.shown.length > 0)
  await it.tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.deepEqual(shownIn(middle), [[boss, 'good morning']])
  assert.deepEqual(middle.whatsapp.changes, [])
  assert.deepEqual(
    it.words().map(({ replyTo }) => replyTo),
    [words.message_id],
  )
})

test('an answer goes to whom it is for, also where the chat was mapped anew since', async () => {
  await using it = await open()
  const { owner, group, store } = it
  await it.map(mum)
  const shown = async (): Promise<number> => {
    await using middle = await it.begin()
    middle.inbox.receive([{ event: event(mum, 'Lunch?') }])
    await it.tg.until('the question', () => group.transcript().some(({ text }) => text === 'Lunch?'))
    await it.tg.until('its link', () => middle.outbox.counts().pending === 0)
    return group.transcript().at(-1)?.id ?? 0
  }
  const asked = await shown()
  owner.sends(group, { text: 'at one', reply_to: asked })
  const rest = owner.sends(group, 'and bring the dog')
  it.later()
  store.mappings.remove(mum)
  await it.map(mum)
  await using middle = await it.begin()
  await it.tg.until('the answer', () => middle.whatsapp.shown.length > 0)
  await it.tg.until('the word', () => it.words().length > 0)
  assert.deepEqual(shownIn(middle), [[mum, 'at one']])
  assert.deepEqual(
    it.words().map(({ replyTo }) => replyTo),
    [rest.message_id],
  )
})

test('where Telegram does not say what time it is, what was written goes to whoever is mapped', async () => {
  await using it = await open({ dates: false })
  it.owner.sends(it.group, 'before')
  it.later()
  assert.equal((await it.map(boss)).since, undefined)
  await using middle = await it.begin()
  await it.tg.until('the words', () => middle.whatsapp.shown.length > 0)
  assert.deepEqual(shownIn(middle), [[boss, 'before']])
})
