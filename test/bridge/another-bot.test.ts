import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../src/store/index.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const [mum, family, school] = ['whatsapp:1@lid', 'whatsapp:2@g.us', 'whatsapp:3@g.us'] as const

/** The bridge over these data as one bot after another; each has a private chat, a basic group and a supergroup. */
const runAs = async (token: string, store: Store) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator({ token }))
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const group = tg.addGroup({ title: 'Family', members: [owner] })
  const supergroup = tg.addSupergroup({ title: 'School', botRights: {}, members: [owner] })
  if (store.mappings.list().length === 0) {
    const places = [home, group, supergroup]
    for (const [index, whatsapp] of [mum, family, school].entries())
      store.mappings.add({ whatsapp, telegram: `telegram:${places[index]?.id}` })
  }
  const middle = opened.use(openMiddle(store, tg))
  await middle.start()
  const rest = opened.move()
  return {
    ...{ tg, owner, home, group, supergroup, middle },
    shown: () => middle.whatsapp.shown.map(({ chat, text }) => [chat, text]),
    edits: () => middle.whatsapp.changes.map(change => [change.chat, change.changed.parts.length]),
    quiet: () =>
      tg.until('nothing more to do', () => tg.pendingUpdates === 0 && middle.outbox.counts().pending === 0),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

const [first, second] = [`123456:${'A'.repeat(35)}`, `777777:${'A'.repeat(35)}`]

/** As one bot: three messages in the private chat, two in the group, one of each chat from WhatsApp. */
const live = async (store: Store): Promise<void> => {
  await using it = await runAs(first, store)
  const { tg, owner, home, group, supergroup, middle } = it
  for (const text of ['old 1', 'old 2', 'old 3']) owner.sends(home, text)
  for (const text of ['old 4', 'old 5']) owner.sends(group, text)
  owner.sends(supergroup, 'old 6')
  await tg.until('all of it', () => it.shown().length === 6)
  middle.inbox.receive([{ event: event(mum, 'hello', { id: 'W1' }) }])
  middle.inbox.receive([{ event: event(school, 'homework', { id: 'W2' }) }])
  await it.quiet()
}

test('another bot over the same data takes no message in a private chat or basic group for one of the former bot’s', async () => {
  using store = tempStore()
  await live(store)
  await using it = await runAs(second, store)
  const { tg, owner, home, group, middle } = it
  const texts = ['new 1', 'new 2', 'new 3', 'new 4', 'new 5']
  const sent = texts.map(text => owner.sends(home, text))
  for (const text of texts) owner.sends(group, text)
  await tg.until('all of it', () => it.shown().length === 10)
  for (const chat of [mum, family]) {
    const there = it.shown().filter(([shown]) => shown === chat)
    assert.deepEqual(
      there.map(([, text]) => text),
      texts,
    )
  }
  const latest = middle.whatsapp.shown.find(({ chat, text }) => chat === mum && text === 'new 1')?.id
  // An edit means what has this id now.
  owner.edits(home, sent[0]?.message_id ?? 0, 'new 1, better')
  await tg.until('the edit', () => middle.whatsapp.changes.length > 0)
  const [change] = middle.whatsapp.changes
  assert.deepEqual(
    change?.changed.parts.map(({ id }) => id),
    [latest],
  )
  // What comes again from WhatsApp is known as before; what is done there with old messages touches none of these here.
  middle.inbox.receive([{ event: event(mum, 'hello', { id: 'W1' }) }])
  middle.inbox.receive([{ event: event(mum, 'as I said', { id: 'W3', replyTo: { id: 'W1' } }) }])
  const old = store.database.get<{ id: string }>('SELECT id FROM messages WHERE chat = ? AND bridge = 1', mum)
  const head = { version: 1, chat: mum, sender: { person: mum, me: false }, sentAt: Date.now() } as const
  for (const id of ['W1', old?.id ?? '']) {
    middle.inbox.receive([
      { event: { ...head, kind: 'reaction', id: `R${id}`, emoji: '👍', target: { id } } },
    ])
    middle.inbox.receive([{ event: { ...head, kind: 'pin', id: `P${id}`, pinned: true, target: { id } } }])
    middle.inbox.receive([
      { event: { ...head, kind: 'receipt', id: `C${id}`, state: 'read', target: { id } } },
    ])
  }
  middle.inbox.receive([
    { event: { ...head, kind: 'deletion', id: 'D1', by: 'author', target: { id: 'W1' } } },
  ])
  await it.quiet()
  assert.equal(middle.outbox.counts().failed, 0)
  assert.ok(
    home.transcript().every(({ reactions, text }) => reactions.length === 0 && /^new |as I said/.test(text)),
  )
  assert.deepEqual(
    home
      .transcript()
      .filter(({ from }) => from.isBot)
      .map(({ text }) => text.split('\n').at(-1)),
    ['as I said'],
  )
  tg.assertNoSurprises()
})

test('another token of the same bot changes nothing of what is known', async () => {
  using store = tempStore()
  await live(store)
  const known = () => store.database.get<{ n: number }>('SELECT count(*) AS n FROM links')?.n
  const before = known()
  await using _ = await runAs(`123456:${'B'.repeat(35)}`, store)
  assert.equal(known(), before)
  assert.equal(store.links.chatsWith('W1').length, 1)
})

test('a token with a typing error is no other bot’s: what is known stays, and an edit finds its message behind it', async () => {
  using store = tempStore()
  await using tg = await startTelegramSimulator({ token: first })
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${home.id}` })
  const live = async (token: string) => {
    const middle = openMiddle(store, { token, apiRoot: tg.apiRoot })
    await middle.start()
    return middle
  }
  let sent = 0
  let shown: string | undefined
  {
    await using middle = await live(first)
    sent = owner.sends(home, 'see you at five').message_id
    await tg.until('the message', () => middle.whatsapp.shown.length === 1)
    await tg.until('its link', () => middle.outbox.counts().pending === 0)
    shown = middle.whatsapp.shown[0]?.id
  }
  {
    await using middle = await live(first.replace('123456', '123465'))
    await tg.until('the refusal', () => middle.telegram.status.state === 'logged_out')
  }
  await using middle = await live(first)
  owner.edits(home, sent, 'see you at six')
  await tg.until('the edit', () => middle.whatsapp.changes.length > 0)
  assert.equal(middle.whatsapp.changes[0]?.changed.parts[0]?.id, shown)
})

test('what WhatsApp brings before Telegram has said whose token it is touches no message of another bot', async () => {
  using store = tempStore()
  await live(store)
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator({ token: second }))
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  tg.faults.next('getMe', 'reply-lost', { times: 2 })
  const middle = opened.use(openMiddle(store, tg))
  const head = { version: 1, chat: mum, sender: { person: mum, me: false }, sentAt: Date.now() } as const
  const old = store.database.get<{ id: string }>('SELECT id FROM messages WHERE chat = ? AND bridge = 1', mum)
  middle.inbox.receive([
    { event: { ...head, kind: 'reaction', id: 'R1', emoji: '👍', target: { id: old?.id ?? '' } } },
    { event: { ...head, kind: 'deletion', id: 'D1', by: 'author', target: { id: 'W1' } } },
    { event: event(mum, 'as I said', { id: 'W3', replyTo: { id: old?.id ?? '' } }) },
  ])
  const texts = ['new 1', 'new 2', 'new 3', 'new 4', 'new 5', 'new 6', 'new 7']
  for (const text of texts) owner.sends(home, text)
  await middle.start()
  await tg.until('all of it', () => middle.whatsapp.shown.length === texts.length)
  await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  assert.equal(tg.faults.waiting, 0)
  assert.equal(middle.outbox.counts().failed, 0)
  const [last] = home.transcript().filter(({ from }) => from.isBot)
  assert.match(last?.text ?? '', /as I said$/)
  assert.equal(last?.replyTo, undefined)
  assert.deepEqual(
    home
      .transcript()
      .filter(({ from }) => !from.isBot)
      .map(({ text, reactions }) => [text, reactions.length]),
    texts.map(text => [text, 0]),
  )
  tg.assertNoSurprises()
})

test('a supergroup counts its messages for all bots: what is known of it stays', async () => {
  using store = tempStore()
  await live(store)
  const [mapping] = store.mappings.forSource(school)
  const inSupergroup = () =>
    store.links.standIns(
      store.links.find({ chat: school, id: 'W2' })?.key ?? 0,
      mapping?.telegram ?? 'telegram:1',
    )
  assert.equal(inSupergroup().length, 1)
  await using it = await runAs(second, store)
  assert.equal(inSupergroup().length, 1)
  assert.deepEqual(it.shown(), [])
})
