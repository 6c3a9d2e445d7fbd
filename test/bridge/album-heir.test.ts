import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { changesTo, eve, says, text } from './conversation.ts'
import { carried, openGroup, receive } from './family.ts'

const deleted = { kind: 'deletion', by: 'author' } as const

/** An album of three of Bob's below a text of Eve's. */
const open = async ({ apart = false, second = 'two' } = {}) => {
  await using opened = new AsyncDisposableStack()
  const group = opened.use(await openGroup())
  const middle = opened.use(group.open())
  middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
  if (apart)
    group.tg.faults.next(
      'sendMediaGroup',
      { error: 400, description: 'Bad Request: wrong file' },
      { times: 9 },
    )
  await middle.start()
  await receive(middle, says('t', 'Hello', { from: eve }))
  const pictures = ['', second, ''].map(
    (caption, index): MessageEvent =>
      says(String(index + 1), '', {
        content: { kind: 'media', as: 'image', media: { source: 'x' }, caption: plainText(caption) },
        album: { id: 'A', index },
      }),
  )
  const album = says('A', '', { content: { kind: 'album', items: [], expected: 3 }, album: { id: 'A' } })
  for (const event of [album, ...pictures]) middle.inbox.receive([{ event }])
  await carried(middle)
  assert.deepEqual(group.seen(), ['Eve\nHello', 'Bob', second, ''])
  const rest = opened.move()
  return { ...group, middle, [Symbol.asyncDispose]: () => rest.disposeAsync() }
}

for (const apart of [false, true])
  test(`when the first picture of an album ${apart ? 'that went one by one ' : ''}is deleted, the next one says who sent it`, async () => {
    await using album = await open({ apart })
    await receive(album.middle, changesTo('1', deleted))
    assert.deepEqual(album.seen(), ['Eve\nHello', 'Bob\ntwo', ''])
    await receive(album.middle, changesTo('2', { kind: 'edit', content: text('second') }))
    assert.deepEqual(album.seen(), ['Eve\nHello', 'Bob\nsecond', ''])
    await receive(album.middle, changesTo('2', deleted))
    assert.deepEqual(album.seen(), ['Eve\nHello', 'Bob'])
    await receive(album.middle, changesTo('3', deleted))
    assert.deepEqual(album.seen(), ['Eve\nHello'])
  })

test('when another picture of an album is deleted, or all of them at once, none says anything else', async () => {
  await using album = await open()
  const { middle, tg } = album
  await receive(middle, changesTo('2', deleted))
  assert.deepEqual(album.seen(), ['Eve\nHello', 'Bob', ''])
  for (const id of ['1', '3']) middle.inbox.receive([{ event: changesTo(id, deleted) }])
  await carried(middle)
  assert.deepEqual(album.seen(), ['Eve\nHello'])
  assert.equal(tg.callsOf('editMessageCaption').length, 0)
})

test('the next picture says who sent it also where its words are many signs of two units', async () => {
  const second = '🐸'.repeat(600)
  await using album = await open({ second })
  await receive(album.middle, changesTo('1', deleted))
  assert.deepEqual(album.seen(), ['Eve\nHello', `Bob\n${second}`, ''])
})

test('a picture with words as long as they may be stays without a name', async () => {
  const second = '🐸'.repeat(1022)
  await using album = await open({ second })
  await receive(album.middle, changesTo('1', deleted))
  assert.deepEqual(album.seen(), ['Eve\nHello', second, ''])
})
