import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeAccountGuard } from '../../src/app/account-guard.ts'
import { takeAccount } from '../../src/bridge/another-account.ts'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { type BridgeEvent, readEvent } from '../../src/bridge/event.ts'
import { addHeld } from '../../src/bridge/receive/held-rows.ts'
import { Outbox } from '../../src/outbox/index.ts'
import { type Store, StoreError } from '../../src/store/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { silent } from '../telegram/bench.ts'

const ALICE = 'whatsapp:2@lid'
const GROUP = 'telegram:-1001'

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
  }
  const add = (target: ChatRef, id: string): number => {
    const source = store.links.remember({ chat: GROUP, id, author: 'telegram:me', me: true }, 1)
    assert.ok(source)
    const job = { lane: GROUP, target, source, messageId: `J${id}`, event: JSON.stringify(said('hi', id)) }
    return outbox.add(job, 1)
  }
  /** What the bridge says under which message. */
  const notices = () =>
    store.database
      .all<{ event: string }>("SELECT event FROM jobs WHERE lane LIKE 'notice%' ORDER BY id")
      .flatMap(row => {
        const event = readEvent(row.event)
        return event?.kind === 'message' && event.content.kind === 'notice'
          ? [[event.replyTo?.id, event.content.text.split(':')[0]]]
          : []
      })
  return { outbox, options, add, notices }
}

test('what waited for another account is given up with words, be it under way or kept back; what goes to Telegram stays', () => {
  using store = tempStore()
  const { outbox, options, add, notices } = open(store)
  assert.equal(takeAccount('1@s.whatsapp.net', 1000, options), 0)
  const [cutOff, waits, toTelegram] = [add(ALICE, '11'), add(ALICE, '12'), add(GROUP, '13')]
  outbox.claim(cutOff, undefined)
  addHeld(
    {
      event: said('held', '14'),
      jobs: [],
      isAhead: false,
      at: 1,
      messageId: undefined,
      to: ALICE,
      raw: undefined,
    },
    store,
  )
  assert.equal(takeAccount('1@s.whatsapp.net', 2000, options), 0, 'the same one')
  assert.deepEqual(notices(), [])
  assert.equal(takeAccount('2@s.whatsapp.net', 3000, options), 3)
  assert.deepEqual(
    [cutOff, waits, toTelegram].map(id => outbox.isOpen(id)),
    [false, false, true],
  )
  assert.equal(store.held.count, 0)
  assert.deepEqual(notices(), [
    ['11', 'Perhaps not delivered to Unknown, but it may have arrived'],
    ['12', 'Not delivered to Unknown'],
    ['14', 'Not done in WhatsApp'],
  ])
  assert.equal(takeAccount('2@s.whatsapp.net', 4000, options), 0)
})

test('nothing goes before it is noted which account is connected, also where the disk refuses that at first', () => {
  using store = tempStore()
  const { options, add, outbox } = open(store)
  const guarded = makeAccountGuard({ ...options, time: () => 3000, log: silent })
  const connected = (account: string) => guarded.look({ state: 'connected', account })
  connected('1@s.whatsapp.net')
  assert.ok(guarded.isKnown)
  const job = add(ALICE, '11')
  let isFull = true
  const transaction: Store['transaction'] = (...of) => {
    if (isFull) throw new StoreError('The disk is full')
    return store.transaction(...of)
  }
  const full = { ...options, store: Object.create(store, { transaction: { value: transaction } }) as Store }
  const later = makeAccountGuard({ ...full, time: () => 3000, log: silent })
  later.look({ state: 'connecting', account: '2@s.whatsapp.net' })
  assert.ok(!later.isKnown)
  later.look({ state: 'connected', account: '2@s.whatsapp.net' })
  assert.ok(!later.isKnown)
  assert.ok(outbox.isOpen(job))
  isFull = false
  later.look({ state: 'connected', account: '2@s.whatsapp.net' })
  assert.ok(later.isKnown)
  assert.ok(!outbox.isOpen(job))
})
