import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { changesTo, says } from './conversation.ts'
import { carried, openGroup, receive } from './family.ts'

const waiting = says('A', '', {
  content: { kind: 'placeholder', label: 'Waiting for this message' },
  pending: true,
  silent: true,
})
const announced = says('A', '', { content: { kind: 'album', items: [], expected: 3 }, album: { id: 'A' } })
const pictures = ['one', 'two', 'three'].map((id, index) =>
  says(id, '', {
    content: { kind: 'media', as: 'image', media: { source: id }, caption: plainText(id) },
    album: { id: 'A', index },
  }),
)

/** What stands in Telegram, whether in one album, and how often an answer was sent. */
const open = async () => {
  const family = await openGroup()
  return {
    ...family,
    open() {
      const middle = family.open()
      middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
      return middle
    },
    albums: () => new Set(family.group.transcript().map(({ mediaGroup }) => mediaGroup)).size,
    answers: () => family.group.transcript().filter(({ replyTo }) => replyTo !== undefined).length,
  }
}

for (const [when, events] of [
  ['comes before its pictures', [announced, ...pictures]],
  ['comes among them', [...pictures.slice(0, 1), announced, ...pictures.slice(1)]],
  ['comes behind them', [...pictures, announced]],
  ['never comes', pictures],
] as const satisfies [string, MessageEvent[]][])
  test(`an album whose announcement could not be read at first, and ${when}, stands as one in the place held for it`, async () => {
    await using family = await open()
    await using middle = family.open()
    await middle.start()
    await receive(middle, waiting)
    assert.deepEqual(family.seen(), ['Bob\nWaiting for this message'])
    for (const event of events) middle.inbox.receive([{ event }])
    await carried(middle)
    assert.deepEqual(family.seen(), ['Bob\none', 'two', 'three'])
    assert.deepEqual([family.albums(), family.answers()], [1, 0])
    await receive(middle, changesTo('two', { kind: 'deletion', by: 'author' }))
    assert.deepEqual(family.seen(), ['Bob\none', 'three'])
  })

test('what holds the place of an album goes when its announcement can be read, though no picture comes', async () => {
  await using family = await open()
  await using middle = family.open()
  await middle.start()
  await receive(middle, waiting, announced)
  assert.deepEqual(family.seen(), [])
  await receive(middle, ...pictures.slice(0, 1))
  assert.deepEqual(family.seen(), ['Bob\none'])
})

test('an album that can be read before its place is held in Telegram leaves nothing else there', async () => {
  await using family = await open()
  await using middle = family.open()
  for (const event of [waiting, announced, ...pictures]) middle.inbox.receive([{ event }])
  await middle.start()
  await carried(middle)
  assert.deepEqual(family.seen(), ['Bob\none', 'two', 'three'])
  assert.equal(family.tg.callsOf('deleteMessage').length, 0)
})
