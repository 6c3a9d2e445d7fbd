import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { limitFiles } from '../../src/bridge/deliver/files.ts'
import type { MediaContent } from '../../src/bridge/event.ts'
import type { Delivery } from '../../src/bridge/network.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { DeliveryError, offline, reject, retry, unsure, wait } from '../../src/bridge/verdict.ts'
import { Lease, Pace } from '../../src/outbox/index.ts'
import { VirtualClock } from '../outbox/virtual-clock.ts'
import {
  event,
  family,
  familyInTelegram,
  mum,
  mumInTelegram,
  openBridge,
  owner,
  waitUntil,
} from './bridge.ts'

const photo: MediaContent = {
  kind: 'media',
  as: 'image',
  media: { source: 'x', fileName: 'p.jpg', size: 2_100_000 },
  caption: plainText('look'),
}
const fails = (error: Error) => async () => {
  throw error
}

test('messages of one chat arrive in order, with a reply at its place', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const first = event(mum, 'one')
  bridge.receive(first, event(mum, 'two'), event(mum, 'three', { replyTo: { id: first.id } }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.map(each => each.text),
    ['one', 'two', 'three'],
  )
  assert.equal(bridge.telegram.shown[2]?.replyTo, bridge.telegram.shown[0]?.id)
})

test('an answer to any part of a split message quotes the one it came from, with its author and copy', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const long = event(family, 'a|b|c')
  bridge.inbox.whatsapp.receive([{ event: long, raw: 'proto' }])
  await waitUntil(bridge.isDone)
  bridge.receive(event(familyInTelegram, 'yes', { replyTo: { id: bridge.telegram.shown[2]?.id ?? '' } }))
  await waitUntil(() => bridge.whatsapp.shown.length === 1)
  const { at = 0, ...replyTo } = bridge.whatsapp.attempts[0]?.replyTo ?? {}
  assert.ok(at > 0 && at <= bridge.clock.now())
  assert.deepEqual(replyTo, {
    id: long.id,
    fromMe: false,
    byBridge: false,
    person: 'whatsapp:77@lid',
    raw: 'proto',
  })
})

test('the sender stands above a message in a group, and above nothing else but own messages', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  bridge.store.chats.learn({ chat: 'whatsapp:77@lid', name: 'Aunt\n\u202eAnn' })
  bridge.receive(
    event(mum, 'from mum'),
    event(mum, 'own', { sender: { person: 'whatsapp:9@lid', me: true } }),
    event(family, 'in group'),
  )
  await waitUntil(bridge.isDone)
  const lines = Object.fromEntries(bridge.telegram.shown.map(each => [each.text, each.senderLine]))
  assert.deepEqual(lines, { 'from mum': undefined, own: 'You', 'in group': 'Aunt Ann' })
  bridge.receive(event(mumInTelegram, 'back', { sender: { person: 'telegram:11', me: true } }))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.whatsapp.shown[0]?.senderLine, undefined)
})

test('a Telegram chat that shows several chats says which one speaks', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  bridge.store.chats.learn({ chat: mum, name: 'Mum' })
  bridge.store.chats.learn({ chat: 'whatsapp:8@g.us', name: 'Choir', kind: 'group' })
  bridge.store.mappings.add({ whatsapp: 'whatsapp:8@g.us', telegram: mumInTelegram, toTelegramOnly: true })
  bridge.receive(event(mum, 'a'))
  bridge.receive(event(mum, 'b', { sender: { person: 'whatsapp:9@lid', me: true } }))
  bridge.receive(
    event('whatsapp:8@g.us', 'c', { sender: { person: 'whatsapp:77@lid', name: 'Ann', me: false } }),
  )
  await waitUntil(bridge.isDone)
  const lines = Object.fromEntries(bridge.telegram.shown.map(each => [each.text, each.senderLine]))
  assert.deepEqual(lines, { a: 'Mum', b: 'You → Mum', c: 'Ann (Choir)' })
})

test('a split message that is cut off goes on behind its last part', async () => {
  await using bridge = openBridge()
  bridge.telegram.scripts.push(async delivery => {
    delivery.onSent({ id: bridge.telegram.show(delivery, 0) })
    throw retry('line is down')
  })
  bridge.worker.start()
  bridge.receive(event(mum, 'a|b|c'), event(mum, 'd'))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.map(each => each.text),
    ['a', 'b', 'c', 'd'],
  )
})

test('an attempt in doubt that did arrive is found and not sent again', async () => {
  await using bridge = openBridge()
  bridge.telegram.scripts.push(async (_delivery, show) => {
    show()
    throw unsure('time-out')
  })
  bridge.worker.start()
  const first = event(mum, 'a')
  bridge.receive(first, event(mum, 'b'))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.map(each => each.text),
    ['a', 'b'],
  )
  assert.equal(bridge.telegram.settled.length, 1)
  assert.ok(bridge.store.links.counterpart(first, mumInTelegram))
})

test('an attempt in doubt that did not arrive is sent again', async () => {
  await using bridge = openBridge()
  bridge.telegram.scripts.push(fails(unsure('time-out')))
  bridge.worker.start()
  bridge.receive(event(mum, 'a'))
  await waitUntil(bridge.isDone)
  assert.deepEqual([bridge.telegram.shown.map(each => each.text), bridge.telegram.settled.length], [['a'], 1])
})

test('towards a network that takes our ids, an attempt in doubt is repeated under the same one', async () => {
  await using bridge = openBridge()
  bridge.whatsapp.scripts.push(async (_delivery, show) => {
    show()
    throw unsure('time-out')
  })
  bridge.worker.start()
  bridge.receive(event(mumInTelegram, 'a'))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.whatsapp.attempts.length, 2)
  assert.deepEqual(
    bridge.whatsapp.shown.map(each => each.text),
    ['a'],
  )
})

test('what is left of an attempt is looked for in the whole group, so that another topic is never overwritten', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  bridge.receive(event(family, 'in the other topic'))
  await waitUntil(bridge.isDone)
  const id = bridge.telegram.shown[0]?.id ?? ''
  bridge.telegram.scripts.push(fails(unsure('time-out')))
  bridge.receive(event(mum, 'a'))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.telegram.settled[0]?.isKnown(id), true)
  assert.equal(bridge.telegram.settled[0]?.isKnown('99999'), false)
})

test('a refused photo goes as a document, then as words with its caption', async () => {
  await using bridge = openBridge()
  bridge.telegram.scripts.push(fails(reject('PHOTO_INVALID_DIMENSIONS')))
  bridge.worker.start()
  bridge.receive(event(mum, photo))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.map(each => each.as),
    ['document'],
  )
  bridge.telegram.scripts.push(fails(reject('no')), fails(reject('no')))
  bridge.receive(event(mum, photo))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.telegram.shown[1]?.text, '[Photo "p.jpg" (2 MB) could not be carried over]\nlook')
})

test('a file that never comes becomes words after nine tries, and the lane goes on', async () => {
  await using bridge = openBridge()
  bridge.whatsapp.openError = retry('The media host has trouble (503)')
  const opening = Array.from(
    { length: 11 },
    () => async (delivery: Parameters<typeof bridge.telegram.send>[0]) => {
      const { content } = delivery.event
      if (content.kind === 'media') await delivery.openMedia(content.media)
      delivery.onSent({ id: bridge.telegram.show(delivery) })
    },
  )
  bridge.telegram.scripts.push(...opening)
  bridge.worker.start()
  bridge.receive(event(mum, photo), event(mum, 'after'))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.whatsapp.opened, 9)
  assert.deepEqual(
    bridge.telegram.shown.map(each => each.kind),
    ['text', 'text'],
  )
  assert.equal(bridge.telegram.shown[1]?.text, 'after')
})

test('a file that breaks while it streams is a failing file, whatever the reader makes of it', async () => {
  await using bridge = openBridge()
  bridge.whatsapp.files = () =>
    Readable.from(
      (async function* () {
        yield 'half'
        throw retry('The file does not match its checksum')
      })(),
    )
  const upload = async (delivery: Parameters<typeof bridge.telegram.send>[0]) => {
    const { content } = delivery.event
    if (content.kind !== 'media') return void delivery.onSent({ id: bridge.telegram.show(delivery) })
    try {
      for await (const _chunk of await delivery.openMedia(content.media));
    } catch {
      throw unsure('fetch failed')
    }
  }
  bridge.telegram.scripts.push(...Array.from({ length: 20 }, () => upload))
  bridge.worker.start()
  bridge.receive(event(mum, photo))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.map(each => each.kind),
    ['text'],
  )
  assert.equal(bridge.whatsapp.opened, 5)
})

test('a file that cannot be had is not tried as another kind of file', async () => {
  await using bridge = openBridge()
  bridge.telegram.openError = reject('The file is over the 20 MB')
  const open = async ({ event: { content }, openMedia }: Parameters<typeof bridge.whatsapp.send>[0]) => {
    if (content.kind === 'media') await openMedia(content.media)
  }
  bridge.whatsapp.scripts.push(open, open)
  bridge.worker.start()
  bridge.receive(event(mumInTelegram, photo))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.whatsapp.attempts.length, 1)
  assert.match(bridge.telegram.shown[0]?.text ?? '', /The file is over the 20 MB/)
})

test('a still that cannot be had is no failure of the file', async () => {
  await using bridge = openBridge()
  bridge.telegram.openError = retry('Telegram is busy')
  const still = { source: 's' }
  bridge.whatsapp.scripts.push(async delivery => {
    await delivery.openStill(still).catch(() => undefined)
    // Had the file been the cause, it would be asked for again only after half a minute.
    throw offline('gone for a moment')
  })
  bridge.worker.start()
  const before = bridge.clock.now()
  bridge.receive(event(mumInTelegram, { ...photo, media: { ...photo.media, still } }))
  await waitUntil(() => bridge.whatsapp.shown.length === 1)
  assert.ok(bridge.clock.now() - before < 30_000)
})

test('what a network has to say about a message stands under it', async () => {
  await using bridge = openBridge()
  bridge.whatsapp.scripts.push(async (delivery, show) => {
    delivery.onSent({ id: show(0) })
    delivery.tell('Sent as a still picture')
  })
  bridge.worker.start()
  bridge.receive(event(mumInTelegram, photo, { id: '700' }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.map(({ text, replyTo }) => [text, replyTo]),
    [['Sent as a still picture', '700']],
  )
})

test("what fails for good towards WhatsApp is said under the owner's message, and the lane goes on", async () => {
  await using bridge = openBridge()
  bridge.store.chats.learn({ chat: mum, name: 'Mum' })
  bridge.whatsapp.scripts.push(fails(reject('not a member of the group')))
  bridge.worker.start()
  bridge.receive(event(mumInTelegram, 'a', { id: '700' }), event(mumInTelegram, 'b'))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.whatsapp.shown.map(each => each.text),
    ['b'],
  )
  assert.deepEqual(
    bridge.telegram.shown.map(({ chat, text, replyTo }) => ({ chat, text, replyTo })),
    [{ chat: mumInTelegram, text: 'Not delivered to Mum: not a member of the group', replyTo: '700' }],
  )
  assert.deepEqual(bridge.outbox.counts(), { pending: 0, failed: 1 })
})

test('what fails for good towards Telegram is told to the owner, once per chat and hour, never about a notice', async () => {
  await using bridge = openBridge()
  const gone = new DeliveryError({ kind: 'reject' }, 'bot was kicked', { chatUnreachable: true })
  bridge.telegram.scripts.push(fails(gone), fails(gone))
  bridge.worker.start()
  bridge.receive(event(mum, 'a'))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.telegram.shown.length, 0, 'the notice itself was refused and made no other')
  const failsOnce = async (content: Parameters<typeof event>[1]) => {
    bridge.telegram.scripts.push(fails(gone))
    bridge.receive(event(mum, content))
    await waitUntil(bridge.isDone)
    return bridge.telegram.shown.map(each => each.chat)
  }
  const tries = bridge.telegram.attempts.length
  assert.deepEqual(await failsOnce('at once'), [])
  assert.equal(bridge.telegram.attempts.length, tries + 1, 'no second notice within the minute')
  bridge.clock.leap(60_001)
  assert.deepEqual(await failsOnce('b'), [owner], 'nobody has read the one that was refused')
  assert.deepEqual(await failsOnce('c'), [owner], 'not again within the hour')
  bridge.clock.leap(3_600_001)
  assert.deepEqual(await failsOnce(photo), [owner, owner], 'no plainer form is tried in a closed chat')
  assert.equal(bridge.outbox.counts().failed, 6)
})

test('a network that is offline holds its own lanes and no other, and loses nothing', async () => {
  await using bridge = openBridge()
  bridge.whatsapp.status = { state: 'connecting' }
  bridge.worker.start()
  bridge.receive(event(mumInTelegram, 'answer'), event(mum, 'shown'))
  await waitUntil(() => bridge.telegram.shown.length === 1)
  assert.equal(bridge.whatsapp.attempts.length, 0)
  bridge.whatsapp.status = { state: 'connected' }
  bridge.inbox.whatsapp.changed(bridge.whatsapp.status)
  await waitUntil(() => bridge.whatsapp.shown.length === 1)
})

test('an offline verdict of a network that says it is connected is tried again', async () => {
  await using bridge = openBridge()
  bridge.whatsapp.scripts.push(fails(offline('gone')), fails(offline('gone')))
  bridge.worker.start()
  bridge.receive(event(mumInTelegram, 'answer'))
  await waitUntil(() => bridge.whatsapp.shown.length === 1)
})

test('a 429 holds the whole group for the time it names', async () => {
  await using bridge = openBridge()
  bridge.telegram.scripts.push(fails(wait(30, 'Too Many Requests')))
  bridge.worker.start()
  const before = bridge.clock.now()
  bridge.receive(event(mum, 'a'))
  await waitUntil(() => bridge.telegram.attempts.length === 1)
  bridge.receive(event(family, 'b'))
  await waitUntil(bridge.isDone)
  assert.ok(bridge.clock.now() - before >= 30_000)
  assert.deepEqual(bridge.telegram.shown.map(each => each.text).sort(), ['a', 'b'])
})

test('a bug that strikes one message does not block those behind it', async () => {
  await using bridge = openBridge()
  const bug = fails(new TypeError('undefined is not a function'))
  bridge.telegram.scripts.push(bug, bug, bug)
  bridge.worker.start()
  bridge.receive(event(mum, 'a'), event(mum, 'b'))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.filter(each => each.chat === mumInTelegram).map(each => each.text),
    ['b'],
  )
  assert.equal(bridge.outbox.counts().failed, 1)
})

test('when two addresses turn out to be one chat in mid-delivery, the message is linked under the new one', async () => {
  await using bridge = openBridge()
  const phone = 'whatsapp:491700000001@s.whatsapp.net'
  const topic = 'telegram:-100/5'
  bridge.store.mappings.add({ whatsapp: phone, telegram: topic })
  bridge.whatsapp.scripts.push(async delivery => {
    bridge.inbox.whatsapp.learn({ chat: 'whatsapp:55@lid', aliases: [phone] })
    delivery.onSent({ id: bridge.whatsapp.show(delivery) })
  })
  bridge.worker.start()
  const answer = event(topic, 'hi')
  bridge.receive(answer)
  await waitUntil(bridge.isDone)
  assert.ok(bridge.store.links.counterpart(answer, 'whatsapp:55@lid'))
})

test('at most four deliveries have files open at a time, and texts do not wait for them, however many they are', async () => {
  await using bridge = openBridge()
  const chats = Array.from({ length: 41 }, (_, n) => [`whatsapp:5${n}@lid`, `telegram:-30${n}`] as const)
  for (const [whatsapp, telegram] of chats) bridge.store.mappings.add({ whatsapp, telegram })
  const ends: (() => void)[] = []
  bridge.telegram.scripts.push(
    ...chats.slice(0, 40).map(() => async (delivery: Delivery, show: () => string) => {
      // Two files each, as an album has: they need one place.
      const files = [await delivery.openMedia(photo.media), await delivery.openMedia(photo.media)]
      await new Promise<void>(resolve => ends.push(resolve))
      for (const file of files) file.destroy()
      delivery.onSent({ id: show() })
    }),
  )
  for (const [whatsapp] of chats.slice(0, 40)) bridge.receive(event(whatsapp, photo))
  bridge.worker.start()
  await waitUntil(() => ends.length === 4)
  bridge.receive(event(chats[40]?.[0] ?? mum, 'a text'))
  await waitUntil(() => bridge.telegram.shown.length === 1)
  assert.equal(bridge.whatsapp.opened, 8)
  for (let ended = 0; ended < 40; ended += 1) {
    await waitUntil(() => ends[ended] !== undefined)
    ends[ended]?.()
    await waitUntil(() => bridge.telegram.shown.length === ended + 2)
  }
  await waitUntil(bridge.isDone)
  assert.equal(bridge.whatsapp.opened, 80)
})

test('an attempt that waits for its turn to open a file ends at once when the process stops', async () => {
  const placeFor = limitFiles(1)
  const stop = new AbortController()
  const clock = new VirtualClock(0)
  const openLease = (signal: AbortSignal) => new Lease({ pace: new Pace([]), chat: mum, clock, signal })
  const ends = await openLease(stop.signal).turn(1, placeFor())
  const waiting = openLease(stop.signal).turn(1, placeFor())
  const behind = openLease(new AbortController().signal).turn(1, placeFor())
  stop.abort()
  await assert.rejects(waiting, { verdict: { kind: 'wait', seconds: 0 } })
  ends.end(true)
  await behind
})

/** As what each message stands in a chat of Telegram. */
const kindsIn = (bridge: ReturnType<typeof openBridge>, chat: string) =>
  bridge.telegram.shown.filter(each => each.chat === chat).map(({ kind }) => kind)

test('a bug that keeps us from finding out whether a message arrived sends it in no other form, and is told', async () => {
  await using bridge = openBridge()
  bridge.telegram.scripts.push(async (_delivery, show) => {
    show()
    throw unsure('time-out')
  })
  bridge.telegram.settle = fails(new Error('a bug'))
  bridge.worker.start()
  bridge.receive(event(mum, photo))
  await waitUntil(bridge.isDone)
  assert.deepEqual(kindsIn(bridge, mumInTelegram), ['media'])
  assert.deepEqual(bridge.telegram.forgotten, [bridge.telegram.attempts[0]?.messageId])
  const told = bridge.telegram.shown.filter(each => each.chat === owner).map(({ text }) => text)
  assert.equal(told.length, 1)
  assert.match(told[0] ?? '', /could not be shown in Telegram: It may have arrived or not\. Internal error/)
})

test('a bug that strikes when something was sent sends it in no other form either', async () => {
  await using bridge = openBridge()
  bridge.telegram.settle = async () => false
  const strikes = async (delivery: Delivery, show: () => string) => {
    await delivery.turn?.()
    if (bridge.telegram.attempts.length === 3) show()
    throw new Error('a bug')
  }
  bridge.telegram.scripts.push(strikes, strikes, strikes)
  bridge.worker.start()
  bridge.receive(event(mum, photo))
  await waitUntil(bridge.isDone)
  assert.deepEqual(kindsIn(bridge, mumInTelegram), ['media'])
})

test('a bug that strikes before anything is sent leaves no doubt: another form goes', async () => {
  await using bridge = openBridge()
  const strikes = fails(new Error('a bug'))
  bridge.telegram.scripts.push(strikes, strikes, strikes)
  bridge.telegram.settle = fails(new Error('a bug, too'))
  bridge.worker.start()
  bridge.receive(event(mum, photo))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.telegram.attempts.length, 4)
  assert.equal(bridge.telegram.shown.filter(each => each.chat === mumInTelegram).length, 1)
})
