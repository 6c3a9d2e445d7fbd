import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent, Content, MessageEvent } from '../../src/bridge/event.ts'
import { endWhatIsOver } from '../../src/bridge/expire.ts'
import { event, family, mum, mumInTelegram, openBridge, quiet, waitUntil } from './bridge.ts'

const DAY = 86_400_000
type Open = Awaited<ReturnType<typeof openBridge>>

let serial = 0
const pin = (of: MessageEvent, more: { pinned: boolean; seconds?: number; sentAt: number }): ChangeEvent => {
  serial += 1
  const { chat, sender, id } = of
  return { version: 1, kind: 'pin', chat, id: `PIN${serial}`, sender, target: { id }, ...more }
}

const end = ({ store, outbox, telegram, worker, clock }: Open, now: number): boolean => {
  const tools = { store, outbox, newMessageId: () => telegram.newMessageId(), disappearing: true, log: quiet }
  clock.leapTo(now)
  const some = endWhatIsOver(tools, { time: now, now })
  if (some) worker.wake()
  return some
}

const pins = ({ telegram }: Open) =>
  telegram.changes.flatMap(({ event: each }) => (each.kind === 'pin' ? [each.pinned] : []))

test('a pin ends when its time is up, once', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const now = bridge.clock.now()
  const said = event(mum, 'hello')
  bridge.receive(said, pin(said, { pinned: true, seconds: 86_400, sentAt: now }))
  await waitUntil(bridge.isDone)
  assert.equal(end(bridge, now + DAY - 1), false)
  assert.equal(end(bridge, now + DAY), true)
  assert.equal(end(bridge, now + DAY), false)
  await waitUntil(bridge.isDone)
  assert.deepEqual(pins(bridge), [true, false])
})

test('the last pin counts, and one that somebody took away does not end again', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const now = bridge.clock.now()
  const [longer, undone] = [event(mum, 'for a week'), event(mum, 'no longer')]
  bridge.receive(
    longer,
    undone,
    pin(longer, { pinned: true, seconds: 86_400, sentAt: now }),
    pin(longer, { pinned: true, seconds: 604_800, sentAt: now }),
    pin(undone, { pinned: true, seconds: 86_400, sentAt: now }),
    pin(undone, { pinned: false, sentAt: now }),
  )
  await waitUntil(bridge.isDone)
  assert.equal(end(bridge, now + DAY), false)
  assert.equal(end(bridge, now + 7 * DAY), true)
})

test('a pin whose time is up when it comes is not shown, and one without an end stays', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const now = bridge.clock.now()
  const said = event(mum, 'long ago')
  bridge.receive(said, pin(said, { pinned: true, seconds: 86_400, sentAt: now - 2 * DAY }))
  // What never stood there needs no end, either.
  assert.equal(end(bridge, now + 2 * DAY), false)
  await waitUntil(bridge.isDone)
  assert.deepEqual(pins(bridge), [])
  const stays = event(mum, 'for good')
  bridge.receive(stays, pin(stays, { pinned: true, sentAt: now }))
  end(bridge, now + 400 * DAY)
  await waitUntil(bridge.isDone)
  const about = bridge.telegram.changes.filter(({ event: { target } }) => target.id === stays.id)
  assert.deepEqual(
    about.map(({ event: each }) => each.kind === 'pin' && each.pinned),
    [true],
  )
})

test('the owner’s own message from Telegram, pinned by somebody in WhatsApp, is unpinned in Telegram', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const now = bridge.clock.now()
  const typed = event(mumInTelegram, 'mine', { sender: { person: 'telegram:11', me: true } })
  bridge.receive(typed)
  await waitUntil(bridge.isDone)
  const [sent] = bridge.whatsapp.shown
  const there = { ...event(mum, 'x'), id: sent?.id ?? '' }
  bridge.receive(pin(there, { pinned: true, seconds: 86_400, sentAt: now }))
  await waitUntil(bridge.isDone)
  end(bridge, now + DAY)
  await waitUntil(bridge.isDone)
  assert.deepEqual(pins(bridge), [true, false])
  assert.ok(bridge.telegram.changes.every(({ chat }) => chat === mumInTelegram))
  assert.deepEqual(
    bridge.telegram.changes.at(-1)?.changed.parts.map(({ id }) => id),
    [typed.id],
  )
})

test('a message that is pinned for a while is not forgotten before that ends', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const now = bridge.clock.now()
  const [pinned, plain] = [event(mum, 'pinned'), event(mum, 'plain')]
  bridge.receive(pinned, plain, pin(pinned, { pinned: true, seconds: 30 * 86_400, sentAt: now }))
  await waitUntil(bridge.isDone)
  const forget = () => bridge.store.links.forget({ before: now + 1000, after: 0, limit: 1000 })
  forget()
  assert.ok(bridge.store.links.find({ chat: mum, id: pinned.id }))
  assert.equal(bridge.store.links.find({ chat: mum, id: plain.id }), undefined)
  end(bridge, now + 30 * DAY)
  await waitUntil(bridge.isDone)
  forget()
  assert.equal(bridge.store.links.find({ chat: mum, id: pinned.id }), undefined)
})

test('nothing is kept for ever, whatever end it claims, and though nothing is taken down', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const now = bridge.clock.now()
  const year275760 = 8.64e15
  const poll: Content = { kind: 'poll', question: '?', options: ['Here'], choices: 1, endsAt: year275760 }
  const said = [event(mum, 'for now', { expiresAt: year275760 }), event(mum, poll)]
  bridge.receive(...said)
  await waitUntil(bridge.isDone)
  const known = () => said.filter(({ id }) => bridge.store.links.find({ chat: mum, id })).length
  const tools = {
    ...bridge,
    newMessageId: () => bridge.telegram.newMessageId(),
    disappearing: false,
    log: quiet,
  }
  const age = async (days: number) => {
    bridge.clock.leapTo(now + days * DAY)
    endWhatIsOver(tools, { time: now + days * DAY, now: now + days * DAY })
    bridge.worker.wake()
    await waitUntil(bridge.isDone)
    bridge.store.links.forget({ before: now + (days - 1) * DAY, after: 0, limit: 1000 })
  }
  await age(89)
  assert.equal(known(), 2)
  await age(92)
  assert.equal(known(), 0)
})

test('a poll with an end is shown anew then, and takes no votes from Telegram any more', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const endsAt = bridge.clock.now() + 365 * DAY
  const content: Content = {
    kind: 'poll',
    question: 'Where?',
    options: ['Here', 'There'],
    choices: 1,
    endsAt,
  }
  const asked = event(mum, content)
  bridge.receive(asked)
  await waitUntil(bridge.isDone)
  const votes = () => bridge.telegram.changes.map(({ changed }) => changed)
  const press = (id: string): void =>
    bridge.receive({
      version: 1,
      kind: 'vote',
      chat: mumInTelegram,
      id,
      sender: { person: 'telegram:11', me: true },
      sentAt: bridge.clock.now(),
      target: { id: bridge.telegram.shown[0]?.id ?? '' },
      choice: [0],
      toggle: true,
    })
  press('in time')
  await waitUntil(bridge.isDone)
  assert.equal(bridge.whatsapp.changes.length, 1)
  assert.equal(end(bridge, bridge.clock.now()), false)
  bridge.clock.leap(365 * DAY)
  assert.equal(end(bridge, bridge.clock.now()), true)
  press('too late')
  await waitUntil(bridge.isDone)
  assert.equal(bridge.whatsapp.changes.length, 1)
  assert.equal(votes().at(-1)?.isOver, true)
  assert.deepEqual(
    votes()
      .at(-1)
      ?.votes.map(({ choice }) => choice),
    [[0]],
  )
})

test('a bug that keeps one from its end keeps no other from its own, then or later', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const now = bridge.clock.now()
  const said = [mum, family, mum].map((chat, day) =>
    event(chat, `for ${day + 1} days`, { expiresAt: now + (day + 1) * DAY }),
  )
  bridge.receive(...said)
  await waitUntil(bridge.isDone)
  const { store, outbox, telegram } = bridge
  let calls = 0
  const errors: string[] = []
  const tools = {
    ...{ store, outbox, disappearing: true },
    log: { ...quiet, error: (_: unknown, words?: string) => void errors.push(words ?? '') },
    newMessageId() {
      calls += 1
      if (calls === 1) throw new TypeError('a bug')
      return telegram.newMessageId()
    },
  }
  bridge.clock.leapTo(now + 2 * DAY)
  for (const days of [2, 3]) {
    endWhatIsOver(tools, { time: now + days * DAY, now: now + days * DAY })
    bridge.worker.wake()
    await waitUntil(bridge.isDone)
    bridge.clock.leapTo(now + 3 * DAY)
  }
  assert.equal(telegram.changes.filter(({ event: { kind } }) => kind === 'deletion').length, 2)
  assert.deepEqual(errors, ['Something that ends by itself could not be ended'])
})
