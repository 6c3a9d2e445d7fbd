import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { reject } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { changesTo, eve, says, text } from './conversation.ts'
import { carried, openGroup, receive } from './family.ts'

const picture = (id: string, index: number): MessageEvent =>
  says(id, '', {
    content: { kind: 'media', as: 'image', media: { source: id }, caption: plainText(id) },
    album: { id: 'A', index },
  })

/** An album of three of which one file was gone. */
const open = async (lost: string) => {
  await using opened = new AsyncDisposableStack()
  const group = opened.use(await openGroup())
  const middle = opened.use(group.open())
  const gone = new Set([lost])
  middle.whatsapp.files = ({ source }) => {
    if (gone.has(source)) throw reject('gone')
    return Readable.from([jpeg(100, 100)])
  }
  await middle.start()
  const ids = ['one', 'two', 'three']
  const album = says('A', '', { content: { kind: 'album', items: [], expected: 3 }, album: { id: 'A' } })
  for (const event of [album, ...ids.map(picture)]) middle.inbox.receive([{ event }])
  await carried(middle)
  const rest = opened.move()
  return {
    ...group,
    middle,
    /** The phone has put it up again. */
    async comesLate(): Promise<void> {
      gone.clear()
      await receive(middle, { ...picture(lost, ids.indexOf(lost)), late: true, silent: true })
    },
    shown: () => group.group.transcript().map(({ kind, text: words }) => [kind, words]),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

for (const [lost, position] of [
  ['one', 0],
  ['two', 1],
] as const)
  test(`a picture of an album whose file was gone takes the place of the words for it: number ${position + 1}`, async () => {
    await using album = await open(lost)
    const before = album.shown()
    assert.deepEqual(
      before.map(([kind]) => kind),
      ['photo', 'photo', 'photo'].toSpliced(position, 1, 'text'),
    )
    await album.comesLate()
    const after = album.shown()
    assert.deepEqual(after.toSpliced(position, 1), before.toSpliced(position, 1))
    assert.deepEqual(after[position], ['photo', `Bob\n${lost}`])
    await receive(album.middle, changesTo(lost, { kind: 'reaction', emoji: '👍' }, { from: eve }))
    assert.deepEqual(
      album.group.transcript()[position]?.reactions.map(({ emoji }) => emoji),
      ['👍'],
    )
    await receive(album.middle, changesTo(lost, { kind: 'deletion', by: 'author' }))
    const left = before.toSpliced(position, 1)
    assert.deepEqual(album.shown(), position === 0 ? left.with(0, ['photo', 'Bob\ntwo']) : left)
  })

test('a picture of an album that comes late has the words that it was given meanwhile', async () => {
  await using album = await open('two')
  await receive(album.middle, changesTo('two', { kind: 'edit', content: text('the second') }))
  await album.comesLate()
  assert.deepEqual(album.shown()[1], ['photo', 'Bob\nthe second'])
})
