import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { ChangeEvent, MessageEvent, Sender } from '../../src/bridge/event.ts'
import { endWhatIsOver, startExpiry } from '../../src/bridge/expire.ts'
import { event, family, mum, mumInTelegram, openBridge, quiet, waitUntil } from './bridge.ts'

type Open = Awaited<ReturnType<typeof openBridge>>

const HOUR = 3_600_000
const DAY = 24 * HOUR
const [alice, bob]: Sender[] = (['whatsapp:77@lid', 'whatsapp:78@lid'] as const).map(person => ({
  person,
  me: false,
}))
const me: Sender = { person: 'whatsapp:9@lid', me: true }
const byOwner: Sender = { person: 'telegram:11', me: true }

let serial = 0

/** A word on a message, said so many milliseconds after the first. */
const word = (
  { chat, id }: Pick<MessageEvent, 'chat' | 'id'>,
  kept: boolean,
  more: { sender?: Sender; sentAt: number; by?: 'anyone' | 'author' },
): ChangeEvent => {
  serial += 1
  const sender = more.sender ?? { person: chat, me: false }
  const common = { version: 1, kind: 'kept', chat, id: `K${serial}`, target: { id } } as const
  return { ...common, kept, by: 'anyone', ...more, sender }
}

const endAt = async (bridge: Open, now: number): Promise<void> => {
  const { store, outbox, telegram, worker } = bridge
  const newMessageId = () => telegram.newMessageId()
  bridge.clock.leapTo(now)
  if (endWhatIsOver({ store, outbox, newMessageId, disappearing: true, log: quiet }, { time: now, now }))
    worker.wake()
  await waitUntil(bridge.isDone)
}

const texts = ({ telegram }: Open, chat: ChatRef = mumInTelegram) =>
  telegram.shown.filter(each => each.chat === chat).map(({ text }) => text)

const open = () => {
  const bridge = openBridge()
  bridge.worker.start()
  const now = bridge.clock.now()
  return Object.assign(bridge, {
    at: now,
    /** A message that is gone after a day. */
    brief: (chat: ChatRef, text: string) => event(chat, text, { expiresAt: now + DAY }),
  })
}

test('what is kept stays in Telegram when its time is up, without a word, and goes at once when it is not kept any more', async () => {
  await using bridge = open()
  const [kept, other] = [bridge.brief(mum, 'kept'), bridge.brief(mum, 'other')]
  bridge.receive(kept, other, word(kept, true, { sender: me, sentAt: bridge.at + 1 }))
  await waitUntil(bridge.isDone)
  await endAt(bridge, bridge.at + 2 * DAY)
  assert.deepEqual(texts(bridge), ['kept'])
  assert.deepEqual(
    bridge.telegram.changes.map(({ event: each }) => each.target.id),
    [other.id],
  )
  bridge.clock.leap(2 * DAY)
  bridge.receive(word(kept, false, { sender: me, sentAt: bridge.at + 2 }))
  await endAt(bridge, bridge.at + 2 * DAY)
  assert.deepEqual(texts(bridge), [])
})

test('what is not kept any more in time goes when its time is up, not before', async () => {
  await using bridge = open()
  const said = bridge.brief(mum, 'said')
  bridge.receive(
    said,
    word(said, true, { sentAt: bridge.at + 1 }),
    word(said, false, { sentAt: bridge.at + 2 }),
  )
  await endAt(bridge, bridge.at + DAY - 1)
  assert.deepEqual(texts(bridge), ['said'])
  await endAt(bridge, bridge.at + DAY)
  assert.deepEqual(texts(bridge), [])
})

test('a keeping that comes before its message holds, however late the message comes', async () => {
  await using bridge = open()
  const [early, waiting] = [bridge.brief(mum, 'early'), bridge.brief(mum, 'readable')]
  const placeholder = event(mum, { kind: 'placeholder', label: 'Waiting' }, { pending: true })
  bridge.receive(word(early, true, { sender: me, sentAt: bridge.at }), early)
  bridge.receive(placeholder)
  await waitUntil(bridge.isDone)
  bridge.receive(word(placeholder, true, { sentAt: bridge.at }), { ...waiting, id: placeholder.id })
  await waitUntil(bridge.isDone)
  await endAt(bridge, bridge.at + DAY)
  assert.deepEqual(texts(bridge), ['early', 'Waiting', 'readable'])
})

test('a keeping that comes before its message is delivered holds', async () => {
  await using bridge = openBridge()
  const now = bridge.clock.now()
  const said = event(mum, 'said', { expiresAt: now + DAY })
  bridge.receive(said, word(said, true, { sentAt: now }))
  await assert.rejects(endAtOnce(bridge, now + DAY))
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), ['said'])
})

/** Nothing is taken down: only the message itself waits. */
const endAtOnce = async ({ store, outbox, telegram }: Open, now: number): Promise<void> => {
  const newMessageId = () => telegram.newMessageId()
  assert.equal(
    endWhatIsOver({ store, outbox, newMessageId, disappearing: true, log: quiet }, { time: now, now }),
    true,
  )
}

test('when the author lets a message go, nobody else keeps it any more; the author can', async () => {
  await using bridge = open()
  const said = bridge.brief(family, 'said')
  const at = (hours: number, sender: Sender | undefined, kept: boolean) =>
    word(said, kept, { sender: sender ?? me, sentAt: bridge.at + hours })
  bridge.clock.leap(HOUR)
  const stays = () => bridge.store.expiry.keepOf(said)?.kept
  bridge.receive(said, at(1, bob, true))
  assert.equal(stays(), true)
  bridge.receive(at(2, alice, false), at(3, bob, true), at(4, me, true))
  assert.equal(stays(), false)
  bridge.receive(at(5, alice, true))
  assert.equal(stays(), true)
  // What somebody else took back, anybody keeps again.
  bridge.receive(at(6, bob, false), at(7, me, true))
  assert.equal(stays(), true)
})

test('where the chat forbids it to others, only the author has a word, and only that it goes', async () => {
  await using bridge = open()
  const said = bridge.brief(family, 'said')
  bridge.clock.leap(HOUR)
  const at = (minute: number, sender: Sender | undefined, kept: boolean, by: 'anyone' | 'author') =>
    word(said, kept, { sender: sender ?? me, by, sentAt: bridge.at + minute })
  const stays = () => bridge.store.expiry.keepOf(said)?.kept
  bridge.receive(said, at(1, bob, true, 'author'), at(1, alice, true, 'author'))
  assert.equal(stays(), undefined)
  bridge.receive(at(2, me, true, 'anyone'), at(3, bob, false, 'author'))
  assert.equal(stays(), true)
  bridge.receive(at(4, alice, false, 'author'))
  assert.equal(stays(), false)
})

test('the last word counts, in whichever order they come, and no clock that is ahead has it for ever', async () => {
  await using bridge = open()
  const said = bridge.brief(family, 'said')
  const stays = () => bridge.store.expiry.keepOf(said)?.kept
  bridge.clock.leap(HOUR)
  bridge.receive(said, word(said, false, { sender: me, sentAt: bridge.at + 9 }))
  bridge.receive(word(said, true, { sender: me, sentAt: bridge.at + 8 }))
  assert.equal(stays(), false)
  bridge.receive(word(said, true, { sender: me, sentAt: bridge.at + 400 * DAY }))
  assert.equal(stays(), true)
  bridge.clock.leap(HOUR)
  bridge.receive(word(said, false, { sender: me, sentAt: bridge.at + 2 * HOUR }))
  assert.equal(stays(), false)
})

test('what the owner typed goes from Telegram when it vanishes in WhatsApp, unless somebody keeps it there', async () => {
  await using bridge = open()
  bridge.whatsapp.scripts.push(
    ...[1, 2, 3].map(n => async (delivery: Parameters<(typeof bridge.whatsapp.scripts)[0]>[0]) => {
      delivery.onSent({ id: `WA${n}`, ...(n > 1 && { expiresAt: bridge.at + DAY }) })
    }),
  )
  const typed = ['for ever', 'for now', 'kept'].map(text => event(mumInTelegram, text, { sender: byOwner }))
  bridge.receive(...typed)
  await waitUntil(bridge.isDone)
  bridge.receive(word({ chat: mum, id: 'WA3' }, true, { sentAt: bridge.at }))
  await endAt(bridge, bridge.at + DAY - 1)
  assert.equal(bridge.telegram.changes.length, 0)
  await endAt(bridge, bridge.at + DAY)
  const [gone, ...others] = bridge.telegram.changes
  assert.deepEqual(others, [])
  assert.deepEqual([gone?.event.kind, gone?.chat], ['deletion', mumInTelegram])
  assert.deepEqual(
    gone?.changed.parts.map(({ id }) => id),
    [typed[1]?.id],
  )
  assert.equal(bridge.whatsapp.changes.length, 0)
})

test('of an album that the owner sent each picture goes from Telegram', async () => {
  await using bridge = open()
  bridge.whatsapp.scripts.push(async delivery => {
    for (const [item, id] of ['WA1', 'WA2'].entries())
      delivery.onSent({ id, item, expiresAt: bridge.at + DAY })
  })
  const pictures = ['one', 'two'].map(caption =>
    event(
      mumInTelegram,
      { kind: 'media', as: 'image', media: { source: 'x' }, caption: { text: caption, spans: [] } },
      { sender: byOwner, album: { id: 'album' } },
    ),
  )
  bridge.receive(...pictures)
  bridge.clock.leap(HOUR)
  await waitUntil(bridge.isDone)
  await endAt(bridge, bridge.at + DAY)
  assert.deepEqual(
    bridge.telegram.changes.map(({ changed }) => changed.parts.map(({ id }) => id)),
    pictures.map(({ id }) => [id]),
  )
})

test('nothing disappears while WhatsApp may still say that it was kept', async () => {
  await using bridge = open()
  const said = event(mum, 'said', { expiresAt: bridge.at })
  bridge.receive(said)
  await waitUntil(bridge.isDone)
  let isUpToDate = false
  let looks = 0
  using _ = startExpiry({
    store: bridge.store,
    outbox: bridge.outbox,
    newMessageId: () => bridge.telegram.newMessageId(),
    disappearing: true,
    time: bridge.clock.now,
    isUpToDate: () => {
      looks += 1
      return isUpToDate
    },
    wake: () => bridge.worker.wake(),
    log: quiet,
    clock: bridge.clock,
  })
  bridge.clock.leap(HOUR)
  await waitUntil(() => looks > 1)
  assert.deepEqual(texts(bridge), ['said'])
  isUpToDate = true
  bridge.clock.leap(HOUR)
  await waitUntil(() => texts(bridge).length === 0)
})

test('what was kept follows its chat to another address, and is forgotten with its message', async () => {
  await using bridge = open()
  const { store } = bridge
  const phone: ChatRef = 'whatsapp:491@s.whatsapp.net'
  const keep = (chat: ChatRef, id: string, kept: boolean, at: number) =>
    store.expiry.keep({ chat, id }, { kept, person: phone, at })
  keep(phone, 'A', true, 1)
  keep(phone, 'B', true, 2)
  keep(mum, 'B', false, 1)
  keep(phone, 'C', true, 1)
  keep(mum, 'C', false, 2)
  store.chats.learn({ chat: mum, aliases: [phone] })
  const of = (id: string) => store.expiry.keepOf({ chat: mum, id })
  assert.deepEqual(
    ['A', 'B', 'C'].map(id => of(id)?.kept),
    [true, true, false],
  )
  assert.equal(of('A')?.person, mum)
  assert.equal(store.expiry.keepOf({ chat: phone, id: 'A' }), undefined)
  store.links.remember({ chat: mum, id: 'A', author: mum, me: false }, 1)
  store.expiry.forget(2)
  assert.deepEqual(
    ['A', 'B', 'C'].map(id => of(id)?.kept),
    [true, true, false],
  )
  store.expiry.forget(3)
  assert.deepEqual(
    ['A', 'B', 'C'].map(id => of(id)?.kept),
    [true, undefined, undefined],
  )
})
