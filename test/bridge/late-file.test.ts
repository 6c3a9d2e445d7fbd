import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { reject } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { says } from './conversation.ts'
import { carried, openGroup, receive } from './family.ts'

const photo = (id: string, more: Partial<MessageEvent> = {}): MessageEvent =>
  says(id, '', {
    content: { kind: 'media', as: 'image', media: { source: id }, caption: plainText(id) },
    ...more,
  })

/** A group, and a bridge to it whose files are gone until the phone has put them up again. */
const open = async () => {
  await using opened = new AsyncDisposableStack()
  const group = opened.use(await openGroup())
  const middle = opened.use(group.open())
  let areGone = true
  middle.whatsapp.files = () => {
    if (areGone) throw reject('gone')
    return Readable.from([jpeg(100, 100)])
  }
  await middle.start()
  const comesLate = (...events: readonly MessageEvent[]): void => {
    areGone = false
    for (const event of events) middle.inbox.receive([{ event: { ...event, late: true, silent: true } }])
  }
  const rest = opened.move()
  return {
    ...group,
    middle,
    comesLate,
    /** The same, while the first words about one are on their way. */
    comesWithWords(...events: readonly MessageEvent[]): void {
      const when = () => {
        comesLate(...events)
        return true
      }
      group.tg.faults.next('sendMessage', { delayMs: 0 }, { when })
    },
    shown: () => group.group.transcript().map(({ kind, text }) => [kind, text]),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

test('a file that is put up again while the words about it are on their way takes their place', async () => {
  const event = photo('P')
  await using group = await open()
  group.comesWithWords(event)
  await receive(group.middle, event)
  assert.deepEqual(group.shown(), [['photo', 'Bob\nP']])
})

test('of an album, too; and what is told again is there once', async () => {
  const pictures = ['1', '2'].map(id => photo(id, { album: { id: 'A', index: Number(id) } }))
  await using group = await open()
  group.comesWithWords(...pictures, ...pictures)
  const album = says('A', '', { content: { kind: 'album', items: [], expected: 2 }, album: { id: 'A' } })
  for (const event of [album, ...pictures]) group.middle.inbox.receive([{ event }])
  await carried(group.middle)
  assert.deepEqual(
    group.shown().map(([kind]) => kind),
    ['photo', 'photo'],
  )
})

test('what comes late disappears when the message was to', async () => {
  await using group = await open()
  const now = Date.now()
  const ages = [{ expiresAt: now + 10_000 }, { expiresAt: now + 90_000 }]
  await receive(group.middle, photo('P', { sentAt: now - 80_000, ...ages[0] }))
  // As the receiver makes it, which knows no other time than the present.
  group.comesLate(photo('P', { sentAt: now, ...ages[1] }))
  await carried(group.middle)
  assert.deepEqual(group.shown(), [['photo', 'Bob\nP']])
  const due = (after: number) => group.store.expiry.due(now + after, 9).length
  assert.deepEqual([due(9000), due(11_000)], [0, 1])
})
