import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeAccountGuard } from '../../src/app/account-guard.ts'
import type { AccountNames } from '../../src/bridge/account.ts'
import { takeAccount } from '../../src/bridge/another-account.ts'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { type BridgeEvent, readEvent } from '../../src/bridge/event.ts'
import { isForOther } from '../../src/bridge/receive/for-other.ts'
import { addHeld } from '../../src/bridge/receive/held-rows.ts'
import { Outbox } from '../../src/outbox/index.ts'
import { type Store, StoreError } from '../../src/store/index.ts'
import { VirtualClock } from '../outbox/virtual-clock.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { silent } from '../telegram/bench.ts'
import { openMiddle } from './middle.ts'

const ALICE = 'whatsapp:2@lid'
const GROUP = 'telegram:-1001'
const OTHER = 'telegram:-1002'

/** By its number, and by its LID where that is said. */
const named = (number: number | string, lid?: number | string): AccountNames => ({
  account: typeof number === 'number' ? `${number}@s.whatsapp.net` : number,
  ...(lid !== undefined && { lid: typeof lid === 'number' ? `${lid}@lid` : lid }),
})

const said = (text: string, id: string): BridgeEvent => ({
  ...{ version: 1, kind: 'message', chat: GROUP, id, sentAt: 1 },
  sender: { person: 'telegram:me', me: true },
  content: { kind: 'text', body: { text, spans: [] } },
})

const open = (store: Store) => {
  const outbox = new Outbox(store.database)
  let ids = 0
  const options = {
    ...{ store, outbox, ownerChat: () => undefined, now: () => 5 },
    newMessageId: () => `M${++ids}`,
    log: silent,
  }
  const add = (target: ChatRef, id: string, chat: ChatRef = GROUP): number => {
    const source = store.links.remember({ chat, id, author: 'telegram:me', me: true }, 1)
    assert.ok(source)
    const event = JSON.stringify({ ...said('hi', id), chat })
    return outbox.add({ lane: chat, target, source, messageId: `J${id}`, event }, 1)
  }
  /** Keeps back what was said there. */
  const hold = (id: string, { chat = GROUP, to = ALICE }: { chat?: ChatRef; to?: ChatRef | null } = {}) =>
    addHeld(
      {
        ...{ event: { ...said('held', id), chat }, jobs: [], isAhead: false, at: 1 },
        ...{ messageId: undefined, to, raw: undefined },
      },
      store,
    )
  /** What the bridge says under which message. */
  const notices = () =>
    store.database
      .all<{ event: string }>("SELECT event FROM jobs WHERE lane LIKE 'notice%' ORDER BY id")
      .flatMap(row => {
        const event = readEvent(row.event)
        return event?.kind === 'message' && event.content.kind === 'notice'
          ? [[event.replyTo?.id, event.content.text]]
          : []
      })
  return { outbox, options, add, hold, notices }
}

const since = 'another WhatsApp account has been linked since'
const again = 'Send it again if it is to come from there'
const look = 'Look on the phone before you send anything again'

test('what waited for another account is given up with words, be it under way or kept back; what goes to Telegram stays', () => {
  using store = tempStore()
  const { outbox, options, add, hold, notices } = open(store)
  assert.equal(takeAccount(named(1), 1000, options), 0)
  const [cutOff, waits, toTelegram] = [add(ALICE, '11'), add(ALICE, '12'), add(GROUP, '13')]
  outbox.claim(cutOff, undefined)
  hold('14', { chat: OTHER })
  assert.equal(takeAccount(named(1), 2000, options), 0, 'the same one')
  assert.deepEqual(notices(), [])
  assert.equal(takeAccount(named(2), 3000, options), 3)
  assert.deepEqual(
    [cutOff, waits, toTelegram].map(id => outbox.isOpen(id)),
    [false, false, true],
  )
  assert.equal(store.held.count, 0)
  assert.deepEqual(notices(), [
    ['11', `Perhaps not delivered to Unknown, but it may have arrived: ${since}. ${again}. ${look}`],
    ['12', `Not delivered to Unknown: ${since}. ${again}`],
    ['14', `Not done in WhatsApp: ${since}. ${again}`],
  ])
  assert.equal(takeAccount(named(2), 4000, options), 0)
})

test('of many that wait in a chat it is said under the first, with how many more there are', () => {
  using store = tempStore()
  const { outbox, options, add, hold, notices } = open(store)
  takeAccount(named(1), 1000, options)
  const jobs = Array.from({ length: 50 }, (_, index) => add(ALICE, String(100 + index)))
  const elsewhere = add(ALICE, '7', OTHER)
  hold('200')
  assert.equal(takeAccount(named(2), 3000, options), 52)
  assert.ok([...jobs, elsewhere].every(id => !outbox.isOpen(id)))
  assert.deepEqual(notices(), [
    [
      '100',
      `Not delivered to Unknown: ${since}. The same goes for 50 more that waited in this chat. Send again what is to come from there`,
    ],
    ['7', `Not delivered to Unknown: ${since}. ${again}`],
  ])
  const receipts = store.database.all("SELECT 1 FROM jobs WHERE event LIKE '%receipt%'")
  assert.equal(receipts.length, 2, 'a sign of failure for each that is answered')
})

test('a bug in what is said of it keeps nobody from being told of the rest, and nothing from going on', () => {
  using store = tempStore()
  const { outbox, options, add, notices } = open(store)
  takeAccount(named(1), 1000, options)
  const jobs = [add(ALICE, '11'), add(ALICE, '12', OTHER)]
  let calls = 0
  const newMessageId = () => {
    calls += 1
    if (calls === 1) throw new Error('A bug')
    return options.newMessageId()
  }
  const errors: string[] = []
  const log = { ...silent, error: (_: unknown, words: string) => void errors.push(words) }
  assert.equal(takeAccount(named(2), 3000, { ...options, newMessageId, log }), 2)
  assert.ok(jobs.every(id => !outbox.isOpen(id)))
  assert.deepEqual(notices(), [['12', `Not delivered to Unknown: ${since}. ${again}`]])
  assert.equal(errors.length, 1)
})

test('what was kept back where nothing is mapped concerns nobody: nothing is said there', () => {
  using store = tempStore()
  const { options, hold, notices } = open(store)
  takeAccount(named(1), 1000, options)
  hold('1', { to: null })
  hold('2', { chat: OTHER, to: null })
  store.mappings.add({ whatsapp: ALICE, telegram: OTHER, toTelegramOnly: true })
  assert.equal(takeAccount(named(2), 3000, options), 1)
  assert.equal(store.held.count, 0)
  assert.deepEqual(notices(), [['2', `Not done in WhatsApp: ${since}. ${again}`]])
})

/** What becomes of what waits where an account is known by these names before, and by those then. */
const changes: readonly [string, before: AccountNames, then: AccountNames, isOther: boolean][] = [
  ['a number that has changed', named(1, 7), named(2, 7), false],
  ['a number that belongs to somebody else now', named(1, 7), named(1, 8), true],
  ['another account', named(1, 7), named(2, 8), true],
  ['the same number, where no LID was known', named(1), named(1, 7), false],
  ['the same number, where no LID is known', named(1, 7), named(1), false],
  ['another number, where no LID was known', named(1), named(2, 7), true],
  ['another number, where no LID is known', named(1, 7), named(2), true],
  ['no number, and the same LID', named(1, 7), named('', 7), false],
  ['no number, and another LID', named(1, 7), named('', 8), true],
  ['nothing', named(1, 7), {}, false],
  ['an empty number', named(1), named(''), false],
  ['a damaged number', named('x#'), named(1), false],
  ['a damaged LID and the same number', named(1, 'x#'), named(1, 7), false],
]
for (const [what, before, then, isOther] of changes)
  test(`${what}: what waits ${isOther ? 'is given up' : 'stays'}`, () => {
    using store = tempStore()
    const { outbox, options, add } = open(store)
    const rows = [
      { type: 'whatsapp', id: 'account', value: before.account ?? null },
      { type: 'whatsapp', id: 'lid', value: before.lid ?? null },
    ]
    store.session('account').set(rows)
    const job = add(ALICE, '11')
    assert.equal(takeAccount(then, 3000, options), isOther ? 1 : 0)
    assert.equal(outbox.isOpen(job), !isOther)
    assert.equal(isForOther(said('before', '12'), store), isOther)
  })

test('an account is known by what was noted last, also where a later login says less', () => {
  using store = tempStore()
  const { outbox, options, add } = open(store)
  const job = add(ALICE, '11')
  for (const names of [named(1), named(1, 7), named(2, 7), named(2), {}, named('', 'x'), named(3, 7)])
    assert.equal(takeAccount(names, 3000, options), 0, JSON.stringify(names))
  assert.ok(outbox.isOpen(job))
  assert.equal(takeAccount(named(4), 4000, options), 1)
  // Of the one before nothing is left: this LID is not its own.
  assert.equal(takeAccount(named(4, 7), 5000, options), 0)
})

test('a pressed button is of now, whatever the clock of this machine says', () => {
  using store = tempStore()
  const { options } = open(store)
  takeAccount(named(1), 1000, options)
  takeAccount(named(2), 3_000_000, options)
  const change = { ...said('', '5'), content: undefined, target: { id: '4', byBridge: true } } as const
  const pressed = [
    readEvent(JSON.stringify({ ...change, kind: 'vote', choice: [0], toggle: true })),
    readEvent(JSON.stringify({ ...change, kind: 'join' })),
    readEvent(JSON.stringify({ ...change, kind: 'deletion', by: 'author' })),
  ]
  assert.deepEqual(
    pressed.map(event => event && isForOther(event, store)),
    [false, false, true],
  )
})

const aMinute = (clock: VirtualClock): Promise<void> => {
  const end = clock.now() + 60_000
  return clock.runUntil(() => clock.now() >= end)
}

/** A guard over a disk that may refuse, with a job of the first account that waits, and what it logs as an error. */
const openGuard = (store: Store) => {
  const { options, add, ...rest } = open(store)
  takeAccount(named(1), 1000, options)
  const job = add(ALICE, '11')
  const disk = { isFull: false, isBroken: false }
  const clock = new VirtualClock()
  const errors: string[] = []
  const told: (string | undefined)[] = []
  let awake = 0
  const transaction: Store['transaction'] = (...of) => {
    if (disk.isFull) throw new StoreError('The disk is full')
    if (disk.isBroken) throw new TypeError('a bug')
    return store.transaction(...of)
  }
  const guard = makeAccountGuard({
    ...options,
    ...{ store: Object.create(store, { transaction: { value: transaction } }) as Store, clock },
    time: () => 3000,
    standing: ({ trouble }) => {
      told.push(trouble?.text)
      if (disk.isFull) throw new StoreError('The disk is full')
    },
    known: () => {
      awake += 1
    },
    log: { ...silent, error: (_: unknown, words: string) => void errors.push(words) },
  })
  return { ...rest, job, disk, clock, guard, errors, told, awake: () => awake }
}

test('nothing goes before it is noted which account is connected; where the disk refuses, it looks again by itself', async () => {
  using store = tempStore()
  const { job, outbox, disk, clock, guard, errors, awake } = openGuard(store)
  using _ = guard
  disk.isFull = true
  guard.look({ state: 'connecting', ...named(2) })
  assert.ok(!guard.isKnown)
  guard.look({ state: 'connected', ...named(2) })
  const began = clock.now()
  await aMinute(clock)
  assert.deepEqual([guard.isKnown, awake(), outbox.isOpen(job)], [false, 0, true])
  assert.equal(errors.length, 1, 'once, not at each try')
  disk.isFull = false
  await clock.runUntil(() => guard.isKnown)
  assert.ok(clock.now() <= began + 70_000)
  assert.deepEqual([awake(), outbox.isOpen(job)], [1, false])
  disk.isFull = true
  guard.look({ state: 'connected', ...named(2) })
  assert.equal(errors.length, 2, 'another trouble is news')
})

test('where the connection ends, nobody looks for its account any more; the next one has its own', async () => {
  using store = tempStore()
  const { job, outbox, disk, clock, guard, awake } = openGuard(store)
  using _ = guard
  disk.isFull = true
  guard.look({ state: 'connected', ...named(2) })
  guard.look({ state: 'connecting', ...named(2) })
  disk.isFull = false
  await assert.rejects(clock.runUntil(() => guard.isKnown))
  guard.look({ state: 'connected', ...named(1) })
  assert.deepEqual([guard.isKnown, outbox.isOpen(job), awake()], [true, true, 0])
})

test('a connection that does not say whose it is holds nothing up for ever, and the log says so', () => {
  using store = tempStore()
  const { job, outbox, guard, errors } = openGuard(store)
  using _ = guard
  guard.look({ state: 'connected' })
  assert.deepEqual([guard.isKnown, outbox.isOpen(job), errors.length], [true, true, 1])
  guard.look({ state: 'connected' })
  assert.equal(errors.length, 1)
})

test('a bug that stops what goes to WhatsApp is a problem of the status and told to the owner, until it is over', async () => {
  using store = tempStore()
  const { job, outbox, disk, clock, guard, told, awake } = openGuard(store)
  using _ = guard
  disk.isBroken = true
  guard.look({ state: 'connected', ...named(2) })
  await aMinute(clock)
  assert.deepEqual([guard.isKnown, outbox.isOpen(job), awake()], [false, true, 0])
  assert.match(guard.problem ?? '', /^Nothing goes to WhatsApp/)
  assert.match(told.at(-1) ?? '', /^Nothing that you write goes to WhatsApp at the moment/)
  disk.isBroken = false
  await clock.runUntil(() => guard.isKnown)
  assert.deepEqual(
    [guard.problem, told.at(-1), awake(), outbox.isOpen(job)],
    [undefined, undefined, 1, false],
  )
  disk.isBroken = true
  guard.look({ state: 'connected', ...named(2) })
  assert.ok(guard.problem)
  guard.look({ state: 'connecting' })
  assert.equal(guard.problem, undefined, 'that it is not connected is one by itself')
})

for (const what of ['an edit', 'a deletion'] as const) {
  test(`${what} of before another account was linked does not go in its name, also where that chat is mapped no more`, async () => {
    await using tg = await startTelegramSimulator()
    const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
    const group = tg.addSupergroup({ title: 'Alice', botRights: {}, members: [owner] })
    using store = tempStore()
    store.chats.learn({ chat: ALICE, name: 'Alice' })
    store.mappings.add({ whatsapp: ALICE, telegram: `telegram:${group.id}` })
    const { message_id: id } = owner.sends(group, 'at one')
    {
      await using middle = openMiddle(store, tg)
      await middle.start()
      await tg.until('the message', () => middle.whatsapp.shown.length === 1)
      await tg.until('its link', () => tg.pendingUpdates === 0 && middle.outbox.counts().pending === 0)
    }
    store.mappings.remove(ALICE)
    if (what === 'an edit') owner.edits(group, id, 'at two')
    else owner.sends(group, { text: '/delete', reply_to: id })
    tg.advanceClock(10_000)
    await using middle = openMiddle(store, tg)
    const { outbox } = middle
    const options = { store, outbox, ownerChat: () => undefined, log: silent, newMessageId: () => 'M1' }
    takeAccount(named(1), Date.now(), options)
    takeAccount(named(2), Date.now() + 10_000, options)
    await middle.start()
    const said = await tg.until('the word about it', () =>
      group.transcript().find(({ replyTo, from }) => replyTo === id && from.isBot),
    )
    await tg.until('all to be done', () => tg.pendingUpdates === 0 && outbox.counts().pending === 0)
    assert.match(said.text, /^Not done in WhatsApp: another WhatsApp account has been linked since/)
    assert.deepEqual(middle.whatsapp.changes, [])
    tg.assertNoSurprises()
  })
}
