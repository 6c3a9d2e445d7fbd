import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { VirtualClock } from '../outbox/virtual-clock.ts'
import { event, family, mum, mumInTelegram, openBridge, waitUntil } from './bridge.ts'

const picture = (caption: string): Content => ({
  kind: 'media',
  as: 'image',
  media: { source: caption },
  caption: plainText(caption),
})
const announced = (expected: number): MessageEvent => {
  const opened = event(mum, { kind: 'album', items: [], expected })
  return { ...opened, album: { id: opened.id } }
}
const itemOf = (album: { id: string }, caption: string, chat: typeof mum | typeof family = mum) =>
  event(chat, picture(caption), { album: { id: album.id } })

type Open = Awaited<ReturnType<typeof openBridge>>

/** What each delivery to Telegram held; an album as the captions of its items. */
const delivered = (bridge: Open): (string | string[])[] =>
  bridge.telegram.attempts.map(({ event: { content } }) => {
    if (content.kind === 'album') return content.items.map(item => item.caption.text)
    return content.kind === 'media' ? content.caption.text : content.kind
  })

/** A bridge whose Telegram shows each item of an album as a message. */
const openGallery = () => {
  const bridge = openBridge()
  const send = bridge.telegram.send.bind(bridge.telegram)
  const pictures: string[] = []
  bridge.telegram.send = async delivery => {
    const { content } = delivery.event
    if (content.kind !== 'album') return send(delivery)
    bridge.telegram.attempts.push(delivery)
    for (const _ of content.items) {
      pictures.push(bridge.telegram.newMessageId())
      delivery.onSent({ id: pictures.at(-1) ?? '' })
    }
  }
  return Object.assign(bridge, { pictures })
}

test('the pictures of an album go as one, in the order in which they came, as soon as all are there', async () => {
  await using bridge = openGallery()
  bridge.worker.start()
  const album = announced(3)
  bridge.receive(album, itemOf(album, 'b'), itemOf(album, 'a'))
  bridge.receive(itemOf(album, 'c'), event(mum, 'and then'))
  await waitUntil(bridge.isDone)
  assert.deepEqual(delivered(bridge), [['b', 'a', 'c'], 'text'])
})

test('pictures that come out of order stand as their sender put them, and those that say nothing as they came', async () => {
  await using bridge = openGallery()
  bridge.worker.start()
  const [album, plain] = [announced(3), announced(2)]
  const placed = ['b', 'c', 'a'].map((caption, nth) => {
    const index = [1, 2, 0][nth] ?? 0
    return event(mum, picture(caption), { album: { id: album.id, index } })
  })
  bridge.receive(album, ...placed, plain, itemOf(plain, 'z'), itemOf(plain, 'y'))
  await waitUntil(bridge.isDone)
  assert.deepEqual(delivered(bridge), [
    ['a', 'b', 'c'],
    ['z', 'y'],
  ])
  const standIn = (id: string) => bridge.store.links.counterpart({ chat: mum, id }, mumInTelegram)?.id
  assert.deepEqual(
    ['a', 'b', 'c'].map(caption => standIn(placed['bca'.indexOf(caption)]?.id ?? '')),
    bridge.pictures.slice(0, 3),
  )
})

test('an album that stays incomplete goes without what is missing; what comes then answers it', async () => {
  await using bridge = openGallery()
  bridge.worker.start()
  const album = announced(3)
  bridge.receive(album, itemOf(album, 'a'), itemOf(album, 'b'))
  await waitUntil(bridge.isDone)
  const late = itemOf(album, 'c')
  bridge.receive(late, late)
  await waitUntil(bridge.isDone)
  assert.deepEqual(delivered(bridge), [['a', 'b'], 'c'])
  assert.equal(bridge.telegram.attempts[1]?.replyTo?.id, bridge.pictures[0])
})

test('an album holds a hundred pictures, as WhatsApp’s own do, and goes with the last; what comes behind that answers it', async () => {
  await using bridge = openGallery()
  const album = announced(200)
  const captions = Array.from({ length: 102 }, (_, index) => String(index))
  const items = captions.map(caption => itemOf(album, caption))
  bridge.receive(...items.slice(0, 100), album)
  const [waiting, ...others] = bridge.outbox.heads()
  assert.ok(waiting && waiting.dueAt <= bridge.clock.now())
  assert.deepEqual(others, [])
  bridge.receive(...items.slice(100))
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(delivered(bridge), [captions.slice(0, 100), '100', '101'])
  for (const { replyTo } of bridge.telegram.attempts.slice(1)) assert.equal(replyTo?.id, bridge.pictures[0])
})

test('pictures that come before the announcement wait for it', async () => {
  await using bridge = openGallery()
  const album = announced(2)
  bridge.receive(itemOf(album, 'a'), album, album, itemOf(album, 'b'))
  assert.equal(bridge.outbox.counts().pending, 1)
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(delivered(bridge), [['a', 'b']])
})

test('an announcement that nothing follows shows nothing', async () => {
  await using bridge = openGallery()
  bridge.worker.start()
  bridge.receive(announced(3), event(mum, 'well'))
  await waitUntil(bridge.isDone)
  assert.deepEqual(delivered(bridge), ['text'])
})

test('an answer to one picture quotes that picture, and a reaction knows it too', async () => {
  await using bridge = openGallery()
  bridge.worker.start()
  const album = announced(2)
  const items = [itemOf(album, 'a'), itemOf(album, 'b')]
  bridge.receive(album, ...items)
  await waitUntil(bridge.isDone)
  bridge.receive(event(mumInTelegram, 'nice', { replyTo: { id: bridge.pictures[1] ?? '' } }))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.whatsapp.shown[0]?.replyTo, items[1]?.id)
  const { sender, chat } = album
  const head = { version: 1, chat, sender, id: 'R1', sentAt: 1, target: { id: items[0]?.id ?? '' } } as const
  bridge.receive({ ...head, kind: 'reaction', emoji: '👍' })
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes[0]?.changed.parts.map(({ id }) => id),
    [bridge.pictures[0]],
  )
})

test('two people’s pictures under one album id are two albums', async () => {
  await using bridge = openGallery()
  bridge.worker.start()
  const first = itemOf({ id: 'X' }, 'a', family)
  const other = {
    ...itemOf({ id: 'X' }, 'b', family),
    sender: { person: 'whatsapp:78@lid' as const, me: false },
  }
  bridge.receive(first, other, itemOf({ id: 'X' }, 'c', family))
  await waitUntil(bridge.isDone)
  assert.deepEqual(delivered(bridge), [['a', 'c'], ['b']])
})

test('an album that a backup brings back is looked for as a whole; a picture that is new goes by itself', async () => {
  await using bridge = openGallery()
  const album = announced(4)
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(caption => itemOf(album, caption)) as [
    MessageEvent,
    MessageEvent,
    MessageEvent,
    MessageEvent,
  ]
  for (const event of [album, a, b, c]) bridge.inbox.whatsapp.receive([{ event, restored: true }])
  bridge.receive(d)
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  const sought = bridge.telegram.settled.map(({ event }) => 'content' in event && event.content)
  assert.deepEqual(
    sought.map(content => content && content.kind === 'album' && content.items.map(({ id }) => id)),
    [[a.id, b.id, c.id]],
  )
  assert.deepEqual(delivered(bridge), [['a', 'b', 'c'], 'd'])
})

/** Lets pictures come, each so many seconds after the one before; returns when what was delivered, in seconds. */
const playTimes = async (comings: readonly (readonly [after: number, ...events: MessageEvent[]])[]) => {
  const time = new VirtualClock()
  const start = time.now()
  const bridge = openBridge({ time })
  const seen: (readonly [at: number, what: string])[] = []
  for (const network of [bridge.whatsapp, bridge.telegram]) {
    const send = network.send.bind(network)
    network.send = delivery => {
      const { content } = delivery.event
      const items = content.kind === 'album' ? content.items : content.kind === 'media' ? [content] : []
      seen.push([(time.now() - start) / 1000, items.map(({ caption }) => caption.text).join('')])
      return send(delivery)
    }
  }
  let left = comings.length
  const come = async () => {
    for (const [after, ...events] of comings) {
      await time.sleep(after * 1000)
      bridge.receive(...events)
      left -= 1
    }
  }
  void come()
  bridge.worker.start()
  await time.runUntil(() => left === 0 && bridge.isDone())
  const stopped = bridge[Symbol.asyncDispose]()
  let isStopped = false
  void stopped.then(() => {
    isStopped = true
  })
  await time.runUntil(() => isStopped)
  return seen
}

test('films of an announced album that come a quarter of a minute apart are one album, which goes with the last', async () => {
  const album = announced(3)
  const items = ['a', 'b', 'c'].map(caption => itemOf(album, caption))
  const [a, b, c] = items as [MessageEvent, MessageEvent, MessageEvent]
  assert.deepEqual(
    await playTimes([
      [0, album],
      [14, a],
      [14, b],
      [14, c],
    ]),
    [[42, 'abc']],
  )
})

test('an announced album waits a quarter of a minute for what is missing, and a minute in all', async () => {
  const album = announced(9)
  const late = ['a', 'b', 'c', 'd', 'e'].map(caption => [14, itemOf(album, caption)] as const)
  assert.deepEqual(await playTimes([[0, album, itemOf(album, 'x')]]), [[15, 'x']])
  const another = announced(9)
  assert.deepEqual(
    await playTimes([
      [0, another, itemOf(another, 'x')],
      ...late.map(
        ([after, { content }]) => [after, event(mum, content, { album: { id: another.id } })] as const,
      ),
    ]),
    [
      [60, 'xabcd'],
      [70, 'e'],
    ],
  )
})

test('pictures whose album nobody announced are one while they come within five seconds', async () => {
  const album = { id: 'X' }
  const [a, b, c] = ['a', 'b', 'c'].map(caption => itemOf(album, caption)) as [
    MessageEvent,
    MessageEvent,
    MessageEvent,
  ]
  assert.deepEqual(
    await playTimes([
      [0, a],
      [4, b],
      [5.1, c],
    ]),
    [
      [9, 'ab'],
      [9.1, 'c'],
    ],
  )
})

test('an album from Telegram is one while its pictures come within a second', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map(caption =>
    event(mumInTelegram, picture(caption), { album: { id: 'G' } }),
  ) as [MessageEvent, MessageEvent, MessageEvent]
  assert.deepEqual(
    await playTimes([
      [0, a],
      [0.9, b],
      [1.1, c],
    ]),
    [
      [1.9, 'ab'],
      [2, 'c'],
    ],
  )
})
