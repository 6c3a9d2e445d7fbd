import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import {
  type ChangeEvent,
  type ChangeOf,
  type Content,
  type MessageEvent,
  receiptId,
} from '../../src/bridge/event.ts'
import { endWhatIsOver } from '../../src/bridge/expire.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { offline, reject } from '../../src/bridge/verdict.ts'
import {
  event,
  family,
  familyInTelegram,
  mum,
  mumInTelegram,
  openBridge,
  owner,
  quiet,
  waitUntil,
} from './bridge.ts'

type Open = Awaited<ReturnType<typeof openBridge>>

let serial = 0

/** A change of a message by the one who wrote it. */
const change = <K extends ChangeEvent['kind']>(
  kind: K,
  of: MessageEvent,
  more: Omit<ChangeOf<K>, 'version' | 'kind' | 'chat' | 'id' | 'sender' | 'sentAt' | 'target'> &
    Partial<ChangeOf<K>>,
): ChangeEvent => {
  serial += 1
  const { chat, sender, id } = of
  const common = { version: 1, kind, chat, id: `C${serial}`, sender, sentAt: 1_700_000_001_000 + serial }
  return { ...common, target: { id }, ...more } as unknown as ChangeEvent
}

const text = (body: string): Content => ({ kind: 'text', body: plainText(body) })
const file = (caption: string): Content => ({
  kind: 'media',
  as: 'image',
  media: { source: 'x' },
  caption: plainText(caption),
})
const texts = (bridge: Open) => bridge.telegram.shown.map(each => each.text)
const person = (ref: ChatRef) => ({ person: ref, me: false })
const me = { person: 'whatsapp:9@lid' as const, me: true }
const byOwner = { person: 'telegram:11' as const, me: true }
const bob = person('whatsapp:78@lid')

const poll: Content = { kind: 'poll', question: 'Where?', options: ['Here', 'There', 'Nowhere'], choices: 0 }

test('an edit changes what the message became, and grows it', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const first = event(mum, 'one|two')
  bridge.receive(first, change('edit', first, { content: text('uno|due|tre') }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), ['uno', 'due', 'tre'])
  bridge.receive(change('edit', first, { content: text('a|b|c') }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), ['a', 'b', 'c'])
  bridge.receive(event(mumInTelegram, 'so', { replyTo: { id: bridge.telegram.shown[2]?.id ?? '' } }))
  await waitUntil(() => bridge.whatsapp.shown.length === 1)
  assert.equal(bridge.whatsapp.shown[0]?.replyTo, first.id)
})

test('nobody edits or deletes what somebody else wrote, but an administrator deletes', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const first = event(family, 'mine')
  bridge.receive(
    first,
    change('edit', first, { content: text('forged'), sender: bob }),
    change('deletion', first, { by: 'author', sender: bob }),
  )
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), ['mine'])
  assert.deepEqual(bridge.telegram.changes, [])
  bridge.receive(change('deletion', first, { by: 'admin', sender: bob }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), [])
})

test('an edit that comes twice is carried out once, and an old one that comes again undoes nothing', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const first = event(mum, 'one')
  const edits = ['two', 'three'].map(body => change('edit', first, { content: text(body) }))
  bridge.receive(first)
  for (const edit of edits) {
    bridge.receive(edit)
    await waitUntil(bridge.isDone)
  }
  bridge.receive(...edits)
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), ['three'])
  assert.equal(bridge.telegram.changes.length, 2)
})

test('an edit of what was never seen becomes a message, once', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const old = event(mum, 'before the mapping')
  bridge.receive(
    change('edit', old, { content: text('new') }),
    change('edit', old, { content: text('newer') }),
  )
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), ['newer'])
})

test('a message that was deleted before it came is not shown, but one of somebody else is', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const early = event(family, 'regretted')
  bridge.receive(change('deletion', early, { by: 'author' }), early)
  bridge.receive(event(family, 'another', { id: early.id, sender: bob }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), ['another'])
})

for (const [when, isThere] of [
  ['behind that', false],
  ['when it has come', true],
] as const)
  test(`what an administrator deleted before it came is not shown, also where that is believed only ${when}`, async () => {
    await using bridge = openBridge()
    bridge.worker.start()
    const early = event(family, 'advert')
    const believed = change('deletion', early, { by: 'admin', sender: bob })
    bridge.receive(change('deletion', early, { by: 'author', sender: bob }))
    bridge.receive(...(isThere ? [early, believed] : [believed, early]))
    await waitUntil(bridge.isDone)
    assert.deepEqual(texts(bridge), [])
  })

test('a message that was deleted before it came is not shown, also where somebody else claimed to delete it before', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const early = event(family, 'regretted')
  const own = change('deletion', early, { by: 'author' })
  bridge.receive(change('deletion', early, { by: 'author', sender: bob }), own, own, early)
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), [])
})

test('what is deleted again and again is written down once for each who does that', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const first = event(family, 'regretted')
  const again = (): ChangeEvent[] => [
    change('deletion', first, { by: 'author' }),
    change('deletion', first, { by: 'admin', sender: bob }),
    change('deletion', first, { by: 'admin', sender: me }),
  ]
  const rows = () =>
    bridge.store.database.all('SELECT key FROM messages WHERE chat = ? AND id = ?', family, first.id).length
  bridge.receive(first, ...again())
  const before = rows()
  bridge.receive(...again(), ...again())
  assert.deepEqual([before, rows()], [2, 2])
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), [])
})

test('what an administrator deletes again of the one whom they name takes away nothing that another wrote under that id', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const first = event(family, 'advert')
  const target = { id: first.id, person: first.sender.person }
  const again = () => change('deletion', first, { by: 'admin', sender: me, target })
  bridge.receive(first, again(), again(), event(family, 'another', { id: first.id, sender: bob }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), ['another'])
})

test('reactions of several people stand together, the last of each counts, and one taken back is gone', async () => {
  await using bridge = openBridge()
  const first = event(family, 'look')
  bridge.receive(first)
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  bridge.store.chats.learn({ chat: bob.person, name: 'Bob' })
  const react = (emoji: string, sender = first.sender, sentAt?: number) =>
    change('reaction', first, { emoji, sender, ...(sentAt !== undefined && { sentAt }) })
  bridge.receive(react('👍'), react('❤', bob), react('😮'), react('🙂', bob, 1), react('🎉', me))
  await waitUntil(bridge.isDone)
  const shown = () =>
    bridge.telegram.changes.at(-1)?.changed.reactions.map(({ name, emoji }) => `${name} ${emoji}`)
  assert.deepEqual(shown(), ['Bob ❤', 'Unknown 😮', 'You 🎉'])
  bridge.receive(react('', bob), react('', me))
  await waitUntil(bridge.isDone)
  assert.deepEqual(shown(), ['Unknown 😮'])
})

test('what the owner reacts in Telegram goes to WhatsApp, and is not listed in Telegram again', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const first = event(mum, 'look')
  bridge.receive(first)
  await waitUntil(bridge.isDone)
  const seen = { ...first, chat: mumInTelegram, id: bridge.telegram.shown[0]?.id ?? '' }
  bridge.receive(change('reaction', seen, { emoji: '👍', sender: byOwner }))
  await waitUntil(bridge.isDone)
  const [sent] = bridge.whatsapp.changes
  const parts = sent?.changed.parts.map(({ at: _, ...part }) => part)
  assert.deepEqual(parts, [{ id: first.id, fromMe: false, byBridge: false, person: mum }])
  assert.equal(sent?.event.kind === 'reaction' && sent.event.emoji, '👍')
  bridge.receive(change('reaction', first, { emoji: '❤' }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes[0]?.changed.reactions.map(({ emoji }) => emoji),
    ['❤'],
  )
})

test('while the news of one reaction waits, the next needs no job of its own', async () => {
  await using bridge = openBridge()
  const first = event(mum, 'look')
  bridge.receive(first, ...['👍', '❤', '😮'].map(emoji => change('reaction', first, { emoji })))
  assert.equal(bridge.outbox.counts().pending, 2)
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes.map(({ changed }) => changed.reactions.map(({ emoji }) => emoji)),
    [['😮']],
  )
})

test('a pressed button votes in WhatsApp and moves the tally in Telegram; pressed again it takes the vote back', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const asked = event(family, poll)
  bridge.receive(asked, change('vote', asked, { choice: [1], sender: bob }))
  await waitUntil(bridge.isDone)
  const seen = { ...asked, chat: familyInTelegram, id: bridge.telegram.shown[0]?.id ?? '' }
  const press = (option: number) =>
    bridge.receive(change('vote', seen, { choice: [option], toggle: true, sender: byOwner }))
  const cast = () => {
    const last = bridge.whatsapp.changes.at(-1)?.event
    return last?.kind === 'vote' ? last.choice : undefined
  }
  press(2)
  await waitUntil(bridge.isDone)
  press(0)
  await waitUntil(bridge.isDone)
  assert.deepEqual(cast(), [0, 2])
  const tally = bridge.telegram.changes.at(-1)?.changed
  assert.deepEqual(tally?.content, poll)
  assert.deepEqual(
    tally?.votes.map(({ me: mine, choice }) => [mine, choice]),
    [
      [false, [1]],
      [true, [0, 2]],
    ],
  )
  press(2)
  await waitUntil(bridge.isDone)
  assert.deepEqual(cast(), [0])
})

test('in a poll with one choice the pressed button replaces the one before', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const asked = event(family, { ...poll, choices: 1 })
  bridge.receive(asked)
  await waitUntil(bridge.isDone)
  const seen = { ...asked, chat: familyInTelegram, id: bridge.telegram.shown[0]?.id ?? '' }
  for (const option of [0, 2]) {
    bridge.receive(change('vote', seen, { choice: [option], toggle: true, sender: byOwner }))
  }
  await waitUntil(bridge.isDone)
  const last = bridge.whatsapp.changes.at(-1)?.event
  assert.deepEqual(last?.kind === 'vote' && last.choice, [2])
})

test('a poll made in Telegram is voted in by others, under the owner’s own message', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const asked = event(familyInTelegram, poll, { sender: byOwner })
  bridge.receive(asked)
  await waitUntil(bridge.isDone)
  const there = { ...asked, chat: family, id: bridge.whatsapp.shown[0]?.id ?? '' }
  bridge.receive(change('vote', there, { choice: [0], sender: bob }))
  await waitUntil(bridge.isDone)
  const { changed } = bridge.telegram.changes[0] ?? {}
  assert.deepEqual(
    changed?.parts.map(({ id, byBridge }) => [id, byBridge]),
    [[asked.id, false]],
  )
  assert.deepEqual(changed?.content, poll)
  assert.equal(changed?.votes.length, 1)
})

test('the message that was waited for takes the place of its placeholder', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const waiting = event(mum, { kind: 'placeholder', label: 'Waiting' }, { pending: true })
  const real: MessageEvent = { ...event(mum, 'here I am'), id: waiting.id }
  bridge.receive(waiting)
  await waitUntil(bridge.isDone)
  bridge.receive(real, real)
  await waitUntil(bridge.isDone)
  const [, second, ...others] = bridge.telegram.attempts
  assert.deepEqual(second?.placeholder, [{ id: bridge.telegram.shown[0]?.id }])
  assert.deepEqual(others, [])
  const stands = bridge.telegram.shown[1]?.id
  bridge.receive(waiting, change('deletion', real, { by: 'author' }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes[0]?.changed.parts.map(({ id }) => id),
    [stands],
  )
})

test('words that stand for a lost file give way to the file, and what comes twice does not', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const photo: Content = {
    kind: 'media',
    as: 'image',
    media: { source: 'x' },
    caption: plainText('look'),
  }
  const first = event(mum, photo)
  bridge.whatsapp.openError = reject('gone')
  bridge.telegram.scripts.push(async delivery => {
    await delivery.openMedia(photo.media)
  })
  bridge.receive(first)
  await waitUntil(bridge.isDone)
  assert.match(texts(bridge)[0] ?? '', /could not be carried over/)
  const words = bridge.telegram.shown[0]?.id
  bridge.receive(first, { ...first, late: true })
  await waitUntil(bridge.isDone)
  const last = bridge.telegram.attempts.at(-1)
  assert.deepEqual(
    last?.placeholder?.map(({ id }) => id),
    [words],
  )
  bridge.receive({ ...first, late: true })
  assert.equal(bridge.isDone(), true)
})

test('a placeholder that nobody has seen yet is not shown at all', async () => {
  await using bridge = openBridge()
  const waiting = event(mum, { kind: 'placeholder', label: 'Waiting' }, { pending: true })
  bridge.receive(waiting, { ...event(mum, 'here I am'), id: waiting.id })
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), ['here I am'])
})

test('a disappearing message goes when its time is up, once', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const expiresAt = bridge.clock.now() + 60_000
  bridge.receive(event(mum, 'for now', { expiresAt }), event(mum, 'for ever'))
  await waitUntil(bridge.isDone)
  const tools = {
    store: bridge.store,
    outbox: bridge.outbox,
    newMessageId: () => bridge.telegram.newMessageId(),
    disappearing: true,
    log: quiet,
  }
  assert.equal(endWhatIsOver(tools, { time: expiresAt - 1, now: expiresAt - 1 }), false)
  assert.equal(endWhatIsOver(tools, { time: expiresAt, now: expiresAt }), true)
  assert.equal(endWhatIsOver(tools, { time: expiresAt, now: expiresAt }), false)
  bridge.worker.wake()
  await waitUntil(bridge.isDone)
  assert.deepEqual(texts(bridge), ['for ever'])
})

test('an edit typed in Telegram goes to the message that it was sent as; a refusal is said under it', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const typed = event(mumInTelegram, 'helo', { sender: byOwner })
  bridge.receive(typed, change('edit', typed, { content: text('hello') }))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.whatsapp.shown[0]?.text, 'hello')
  bridge.whatsapp.change = async () => {
    throw reject('too late')
  }
  bridge.receive(change('edit', typed, { content: text('hullo') }))
  await waitUntil(bridge.isDone)
  const notice = bridge.telegram.shown.at(-1)
  assert.match(notice?.text ?? '', /Not changed .*: too late/)
  assert.equal(notice?.replyTo, typed.id)
})

test('what the owner deletes in WhatsApp goes from Telegram when that is done, and not before', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const typed = event(mumInTelegram, 'wrong chat', { sender: byOwner })
  bridge.receive(typed)
  await waitUntil(bridge.isDone)
  const { change: carryOut } = bridge.whatsapp
  bridge.whatsapp.change = async () => {
    throw reject('too late')
  }
  bridge.receive(change('deletion', typed, { by: 'author' }))
  await waitUntil(bridge.isDone)
  assert.equal(bridge.telegram.changes.length, 0)
  assert.match(bridge.telegram.shown.at(-1)?.text ?? '', /too late/)
  bridge.whatsapp.change = carryOut
  bridge.receive(change('deletion', typed, { by: 'author' }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(bridge.whatsapp.shown, [])
  assert.deepEqual(
    bridge.telegram.changes.map(({ event: { kind }, changed }) => [kind, changed.parts.map(({ id }) => id)]),
    [['deletion', [typed.id]]],
  )
  bridge.receive(change('deletion', typed, { by: 'author' }))
  assert.ok(bridge.isDone())
})

test('what the owner edits before it went goes as it is then; what they take back does not go', async () => {
  await using bridge = openBridge()
  const [first, second, photo] = [
    event(mumInTelegram, 'helo', { sender: byOwner }),
    event(mumInTelegram, 'wrong chat', { sender: byOwner }),
    event(mumInTelegram, file('the lak'), { sender: byOwner }),
  ]
  bridge.receive(first, second, photo)
  bridge.receive(
    change('edit', first, { content: text('hello') }),
    change('deletion', second, { by: 'author' }),
    change('edit', photo, { content: text('the lake') }),
  )
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.whatsapp.shown.map(each => each.text),
    ['hello', 'the lake'],
  )
  assert.deepEqual(bridge.whatsapp.changes, [])
  assert.deepEqual(
    bridge.telegram.changes.map(({ changed }) => changed.parts.map(({ id }) => id)),
    [[second.id]],
  )
})

for (const kind of ['deletion', 'edit'] as const) {
  test(`a message of which a part has gone when WhatsApp goes away is not changed where it waits: its ${kind} comes behind it`, async () => {
    await using bridge = openBridge()
    bridge.whatsapp.scripts.push(async (delivery, show) => {
      delivery.onSent({ id: show(0) })
      bridge.whatsapp.status = { state: 'connecting' }
      throw offline('WhatsApp is not connected')
    })
    const typed = event(mumInTelegram, 'one|two', { sender: byOwner })
    bridge.receive(typed)
    bridge.worker.start()
    await waitUntil(() => bridge.outbox.heads().length === 1 && bridge.whatsapp.shown.length === 1)
    bridge.receive(
      kind === 'edit'
        ? change('edit', typed, { content: text('uno|due') })
        : change('deletion', typed, { by: 'author' }),
    )
    assert.equal(bridge.outbox.counts().pending, 2)
    bridge.whatsapp.status = { state: 'connected' }
    bridge.worker.resume('whatsapp')
    await waitUntil(bridge.isDone)
    assert.deepEqual(
      bridge.whatsapp.shown.map(each => each.text),
      kind === 'edit' ? ['uno', 'due'] : [],
    )
    assert.deepEqual(
      bridge.whatsapp.changes.map(each => [each.event.kind, each.changed.parts.length]),
      [[kind, 2]],
    )
  })
}

test('to delete what was never carried over is answered, once', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const old = event(mumInTelegram, 'from before', { sender: byOwner })
  const deletion = change('deletion', old, { by: 'author' })
  bridge.receive(deletion, deletion, change('edit', old, { content: text('edited') }))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.map(each => [each.replyTo, /never carried/.test(each.text)]),
    [[old.id, true]],
  )
})

test('what happened to the owner’s message is shown at it, and a failure always', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const typed = event(mumInTelegram, 'hello', { sender: byOwner })
  bridge.receive(typed)
  await waitUntil(bridge.isDone)
  const there = { ...typed, chat: mum, id: bridge.whatsapp.shown[0]?.id ?? '' }
  bridge.receive(change('receipt', there, { state: 'read', sender: person(mum) }))
  bridge.whatsapp.scripts.push(async () => {
    throw reject('blocked')
  })
  const failing = event(mumInTelegram, 'again', { sender: byOwner })
  bridge.receive(failing)
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes.map(({ event: { kind, ...rest }, changed }) => [
      kind,
      'state' in rest && rest.state,
      changed.parts.map(({ id }) => id),
    ]),
    [
      ['receipt', 'read', [typed.id]],
      ['receipt', 'failed', [failing.id]],
    ],
  )
  assert.ok(bridge.telegram.shown.every(({ chat }) => chat !== owner))
})

test('a receipt that comes before the link is written is shown, and reading is not taken back by delivery', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const typed = event(mumInTelegram, 'hello', { sender: byOwner })
  bridge.whatsapp.scripts.push(async (delivery, show) => {
    const there = { ...typed, chat: mum, id: delivery.messageId }
    const id = receiptId(there.id, 'read')
    bridge.receive(change('receipt', there, { id, state: 'read', sender: person(mum) }))
    delivery.onSent({ id: show() })
    bridge.receive(change('receipt', there, { state: 'delivered', sender: person(mum) }))
  })
  bridge.receive(typed)
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes.map(({ event: { kind, ...rest } }) => [kind, 'state' in rest && rest.state]),
    [['receipt', 'read']],
  )
})

test('a person under number and address has one reaction and one vote', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const asked = event(family, poll)
  bridge.receive(asked)
  const number = person('whatsapp:491700000078@s.whatsapp.net')
  bridge.receive(change('reaction', asked, { emoji: '👍', sender: number }))
  bridge.receive(change('reaction', asked, { emoji: '❤', sender: bob }))
  bridge.receive(change('vote', asked, { choice: [0], sender: number }))
  bridge.store.chats.learn({ chat: bob.person, aliases: [number.person] })
  bridge.receive(change('vote', asked, { choice: [1], sender: number }))
  await waitUntil(bridge.isDone)
  const { changed } = bridge.telegram.changes.at(-1) ?? {}
  assert.deepEqual(
    changed?.reactions.map(({ emoji }) => emoji),
    ['❤'],
  )
  assert.deepEqual(
    changed?.votes.map(({ choice }) => choice),
    [[1]],
  )
})

test('of a position that moves only the newest waits', async () => {
  await using bridge = openBridge()
  const place = { kind: 'location', latitude: 1, longitude: 2, live: 900 } as const
  const first = event(mum, place)
  bridge.receive(first)
  for (const latitude of [2, 3, 4]) {
    bridge.receive(change('edit', first, { content: { ...place, latitude } }))
  }
  assert.equal(bridge.outbox.counts().pending, 2)
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes.map(({ event: { kind, ...more } }) => [kind, 'content' in more && more.content]),
    [['edit', { ...place, latitude: 4 }]],
  )
})

test('of a person whose clock is ahead, or was when ours was, the next reaction and vote still count', async () => {
  await using bridge = openBridge()
  const asked = event(family, poll)
  bridge.receive(asked)
  const { store, clock } = bridge
  const key = store.links.find({ chat: family, id: asked.id })?.key ?? 0
  const hour = 3_600_000
  const say = (emoji: string, choice: number, sentAt: number): void =>
    bridge.receive(
      change('reaction', asked, { emoji, sentAt }),
      change('vote', asked, { choice: [choice], sentAt }),
    )
  const stands = () => [
    store.opinions.reactions(key).map(({ emoji }) => emoji),
    store.opinions.votes(key).map(({ choice }) => choice),
  ]
  say('👍', 0, clock.now() + 10 * hour)
  assert.deepEqual(stands(), [['👍'], [[0]]])
  say('🎉', 1, clock.now())
  assert.deepEqual(stands(), [['🎉'], [[1]]])
  // As stored by a run whose clock was ahead.
  store.opinions.react(key, { person: asked.sender.person, emoji: '🔥', at: clock.now() + hour }, clock.now())
  const vote = { person: asked.sender.person, choice: [2], guests: 0, at: clock.now() + hour }
  store.opinions.vote(key, vote, clock.now())
  say('❤', 0, clock.now())
  assert.deepEqual(stands(), [['❤'], [[0]]])
  say('😮', 1, clock.now() - hour)
  assert.deepEqual(stands(), [['❤'], [[0]]])
})

test('all that comes is remembered by the time out there, changes and albums like messages', async () => {
  const outside = 1_900_000_000_000
  await using bridge = openBridge({ outside: () => outside })
  const first = event(mum, 'first')
  const [unseen, picture] = [event(mum, ''), event(mum, file(''), { album: { id: 'ALBUM' } })]
  const typed = event(mumInTelegram, '', { sender: byOwner })
  const changes = [
    change('edit', first, { content: text('edited') }),
    change('deletion', unseen, { by: 'author' }),
    change('deletion', typed, { by: 'author' }),
  ]
  bridge.receive(first, picture, ...changes)
  const [edit, , deletion] = changes
  const ids = [first.id, edit?.id, unseen.id, picture.id, 'ALBUM', deletion?.id]
  assert.deepEqual(
    ids.map(id => [mum, mumInTelegram].map(chat => bridge.store.links.find({ chat, id: id ?? '' })?.seenAt)),
    ids.map((_, index) => (index < 5 ? [outside, undefined] : [undefined, outside])),
  )
})
