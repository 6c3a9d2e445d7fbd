import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { BridgeEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { reject } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { tempStore } from '../store/temp-store.ts'
import { changesTo, chat, noon, says, text } from './conversation.ts'
import { openGroup, receive } from './family.ts'

const open = async () => {
  await using opened = new AsyncDisposableStack()
  const { group, open: openBridge } = opened.use(await openGroup())
  const middle = opened.use(openBridge())
  await middle.start()
  const rest = opened.move()
  return {
    group,
    middle,
    receive: (...events: BridgeEvent[]) => receive(middle, ...events),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

const edit = (words: string, minute: number) =>
  changesTo('a', { kind: 'edit', content: text(words) }, { minute })
const place = (latitude: number) => ({ kind: 'location', latitude, longitude: 10, live: 3600 }) as const
const move = (latitude: number, minute: number) =>
  changesTo('a', { kind: 'edit', content: place(latitude) }, { minute })

test('an edit that could be read only after a later one changes nothing', async () => {
  await using bridge = await open()
  await bridge.receive(says('a', 'one'), edit('three', 3), edit('two', 2))
  assert.deepEqual(
    bridge.group.messages.map(message => message.text),
    ['Bob\nthree'],
  )
  await bridge.receive(edit('four', 4))
  assert.equal(bridge.group.messages[0]?.text, 'Bob\nfour')
})

test('of two edits of one second the one counts that comes last', async () => {
  await using bridge = await open()
  await bridge.receive(says('a', 'one'), edit('two', 2), edit('three', 2))
  assert.equal(bridge.group.messages[0]?.text, 'Bob\nthree')
})

test('an edit of a message that never came, read after a later one, changes nothing', async () => {
  await using bridge = await open()
  await bridge.receive(edit('three', 3), edit('two', 2))
  assert.deepEqual(
    bridge.group.messages.map(message => message.text),
    ['Bob\n✏️ three'],
  )
})

test('a live position that could be read only after a later one moves nothing back', async () => {
  await using bridge = await open()
  await bridge.receive(says('a', '', { content: place(1) }), move(3, 3), move(2, 2))
  const places = bridge.group.messages.flatMap(({ location }) => location ?? [])
  assert.deepEqual(
    places.map(({ latitude }) => latitude),
    [3],
  )
})

test('an edit whose time is yet to come, for the clock was ahead, gives way to the next one', async () => {
  using store = tempStore()
  const { links } = store
  const key = links.remember({ chat, id: 'a', me: false }, noon) ?? 0
  assert.equal(links.edit(key, noon + 3_600_000, noon + 3_600_000), true)
  assert.equal(links.edit(key, noon + 1000, noon + 2000), true)
  assert.equal(links.edit(key, noon, noon + 2000), false)
})

const photo = says('a', '', {
  content: { kind: 'media', as: 'image', media: { source: 'x' }, caption: plainText('old words') },
})
const late = { ...photo, late: true }

for (const what of ['was given up', 'still waits']) {
  test(`what a caption says since, whose file ${what}, stays when the file comes after all, however often that is tried`, async () => {
    await using bridge = await open()
    bridge.middle.whatsapp.openError = reject('gone')
    if (what === 'was given up') await bridge.receive(photo)
    else bridge.middle.inbox.receive([{ event: photo }])
    await bridge.receive(edit('new words', 2), late)
    bridge.middle.whatsapp.openError = undefined
    bridge.middle.whatsapp.files = () => Readable.from([jpeg(10, 10)])
    await bridge.receive(late)
    assert.deepEqual(
      bridge.group.messages.map(({ text: words, caption }) => words ?? caption),
      ['Bob\nnew words'],
    )
  })
}

test('words in place of a file say what that was also when its caption is edited', async () => {
  await using bridge = await open()
  for (const caption of ['old words', '']) {
    const id = caption || 'b'
    bridge.middle.whatsapp.openError = reject('gone')
    await bridge.receive(
      says(id, '', {
        content: { kind: 'media', as: 'image', media: { source: 'x' }, caption: plainText(caption) },
      }),
    )
    for (const words of ['new words', 'newer words'])
      await bridge.receive(changesTo(id, { kind: 'edit', content: text(words) }))
    assert.equal(bridge.group.messages.at(-1)?.text, 'Bob\n[Photo could not be carried over]\nnewer words')
  }
})

test('a better picture that comes behind an edit of its caption leaves the words as they are', async () => {
  await using bridge = await open()
  bridge.middle.whatsapp.files = () => Readable.from([jpeg(10, 10)])
  const photo = (source: string) =>
    ({ kind: 'media', as: 'image', media: { source }, caption: plainText('old words') }) as const
  const better = () => changesTo('a', { kind: 'edit', content: photo('hd') })
  await bridge.receive(says('a', '', { content: photo('x') }), better(), edit('new words', 2))
  await bridge.receive(better())
  assert.deepEqual(
    bridge.group.messages.map(({ caption }) => caption),
    ['Bob\nnew words'],
  )
  assert.equal(bridge.middle.outbox.counts().failed, 0)
})

test('what a message says since that could not be read stays when it is read', async () => {
  await using bridge = await open()
  const content = { kind: 'placeholder', label: 'Waiting for this message' } as const
  await bridge.receive(
    says('a', '', { content, pending: true }),
    edit('new words', 2),
    says('a', 'old words'),
  )
  assert.deepEqual(
    bridge.group.messages.map(message => message.text),
    ['Bob\nnew words'],
  )
})
