import assert from 'node:assert/strict'
import { test } from 'node:test'
import { receiptId } from '../../src/bridge/event.ts'
import { reject } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { waitUntil } from './bridge.ts'
import type { Script } from './memory-network.ts'
import { openOwnGroup } from './own-group.ts'

const mum = 'whatsapp:1@lid'

/** An album of three that the owner has sent to Mum; `how` it ends in WhatsApp. */
const open = async (how: Script) => {
  const bridge = await openOwnGroup(mum, { receipts: true })
  const { owner, group, store, middle } = bridge
  store.chats.learn({ chat: mum, kind: 'person', name: 'Mum' })
  middle.whatsapp.scripts.push(how)
  const ids = [640, 641, 642].map(width => {
    const photo = { bytes: jpeg(width, 480), name: 'a.jpg' }
    return owner.sends(group, { photo, media_group_id: '77' }).message_id
  })
  await waitUntil(() => middle.whatsapp.attempts.length > 0)
  const isDone = (): boolean => middle.outbox.counts().pending === 0
  await waitUntil(isDone)
  return {
    ...bridge,
    ids,
    /** Mum's phone tells this of the picture in that place. */
    async tells(
      place: number,
      what: { kind: 'receipt'; state: 'delivered' | 'read' } | Reaction,
    ): Promise<void> {
      const target = { id: `wa-${place}` }
      const id =
        what.kind === 'receipt' ? receiptId(target.id, what.state) : `${what.kind} ${what.emoji} ${place}`
      const head = {
        version: 1,
        chat: mum,
        id,
        sender: { person: mum, name: 'Mum', me: false },
        sentAt: 1,
      } as const
      middle.inbox.receive([{ event: { ...head, target, ...what } }])
      await waitUntil(isDone)
    },
    /** What is seen of each message. */
    seen: () =>
      group
        .transcript()
        .map(({ text, replyTo, reactions }) => [
          text,
          ids.indexOf(replyTo ?? 0),
          reactions.map(({ emoji }) => emoji).join(),
        ]),
  }
}
type Reaction = { kind: 'reaction'; emoji: string }

/** Each picture arrives. */
const arrives: Script = async delivery => {
  for (const place of [0, 1, 2]) delivery.onSent({ id: `wa-${place}`, item: place })
}

test('the bot’s one reaction at an album says how far all of it is', async () => {
  await using bridge = await open(arrives)
  const sign = () => bridge.seen().map(([, , reaction]) => reaction)
  const signs: unknown[] = []
  for (const state of ['delivered', 'read'] as const) {
    for (const place of [1, 0, 2]) {
      await bridge.tells(place, { kind: 'receipt', state })
      signs.push(sign())
    }
  }
  const [none, delivered, read] = ['', '👌', '👀'].map(emoji => [emoji, '', ''])
  assert.deepEqual(signs, [none, none, delivered, delivered, delivered, read])
})

test('a reaction to a picture of the owner’s album stands below that picture, and covers nothing', async () => {
  await using bridge = await open(arrives)
  for (const place of [0, 1, 2]) await bridge.tells(place, { kind: 'receipt', state: 'read' })
  await bridge.tells(1, { kind: 'reaction', emoji: '👍' })
  await bridge.tells(2, { kind: 'reaction', emoji: '😢' })
  const album = [
    ['', -1, '👀'],
    ['', -1, ''],
    ['', -1, ''],
  ]
  assert.deepEqual(bridge.seen(), [...album, ['👍 Mum', 1, ''], ['😢 Mum', 2, '']])
  await bridge.tells(2, { kind: 'reaction', emoji: '' })
  assert.deepEqual(bridge.seen(), [...album, ['👍 Mum', 1, '']])
})

test('that an album of the owner could not go is shown at its first picture', async () => {
  await using bridge = await open(async () => {
    throw reject('no')
  })
  assert.deepEqual(bridge.seen(), [
    ['', -1, '👎'],
    ['', -1, ''],
    ['', -1, ''],
    ['Not delivered to Mum: no', 0, ''],
  ])
})

test('what could not go of an album keeps its sign when the rest of it is read', async () => {
  await using bridge = await open(async delivery => {
    for (const place of [0, 2]) delivery.onSent({ id: `wa-${place}`, item: place })
    throw reject('no')
  })
  const seen = [
    ['', -1, '👎'],
    ['', -1, ''],
    ['', -1, ''],
    ['Not delivered to Mum (2 of 3): no', 1, ''],
  ]
  assert.deepEqual(bridge.seen(), seen)
  for (const place of [0, 2]) await bridge.tells(place, { kind: 'receipt', state: 'read' })
  assert.deepEqual(bridge.seen(), seen)
})
