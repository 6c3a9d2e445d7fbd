import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { Content, MediaContent } from '../../src/bridge/content.ts'
import type { ChangeEvent } from '../../src/bridge/event.ts'
import type { Delivery } from '../../src/bridge/network.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { DeliveryError, reject, unsure, type Verdict } from '../../src/bridge/verdict.ts'
import { event, family, familyInTelegram, openBridge, waitUntil } from './bridge.ts'
import type { Script } from './memory-network.ts'

type Bridge = ReturnType<typeof openBridge>
type Act =
  | 'deletion by an admin'
  | 'deletion by the owner'
  | 'forged deletion'
  | 'reaction'
  | 'receipt'
  | 'edit by the owner'
  | 'pin'

const byOwner = { person: 'telegram:11', me: true } as const
const phone = { person: 'whatsapp:9@lid', me: true } as const
const bob = { person: 'whatsapp:78@lid', me: false } as const

/** What others do with a message of the family group that has this id. */
const act = (what: Act, id: string): ChangeEvent => {
  const common = {
    version: 1,
    chat: family,
    id: `${what} ${id}`,
    sentAt: Date.now(),
    target: { id },
  } as const
  switch (what) {
    case 'deletion by an admin':
      return { ...common, kind: 'deletion', by: 'admin', sender: bob }
    case 'deletion by the owner':
      return { ...common, kind: 'deletion', by: 'author', sender: phone }
    case 'forged deletion':
      return { ...common, kind: 'deletion', by: 'author', sender: bob }
    case 'reaction':
      return { ...common, kind: 'reaction', emoji: '👍', sender: bob }
    case 'receipt':
      return { ...common, kind: 'receipt', state: 'read', sender: bob }
    case 'edit by the owner':
      return { ...common, kind: 'edit', content: { kind: 'text', body: plainText('Look') }, sender: phone }
    case 'pin':
      return { ...common, kind: 'pin', pinned: true, sender: bob }
    default:
      return what satisfies never
  }
}

/** All of it arrives, others do something with one part, and then the ack is lost. */
const before =
  (bridge: Bridge, what: Act, at = 0): Script =>
  async ({ event: { content } }, show) => {
    const parts = content.kind === 'text' ? content.body.text.split('|') : ['']
    const ids = parts.map((_, part) => show(part))
    bridge.receive(act(what, ids[at] ?? ''))
    throw unsure('The ack is lost')
  }

const outcomes: Partial<Record<Act, string[]>> = {
  'deletion by an admin': ['deletion'],
  'deletion by the owner': ['deletion'],
  'forged deletion': [],
  reaction: ['reaction'],
  receipt: ['receipt'],
}

for (const [what, changes] of Object.entries(outcomes) as [Act, string[]][]) {
  for (const at of [0, 1]) {
    test(`a ${what} that is faster than the link of part ${at + 1} means what a slower one would`, async () => {
      await using bridge = openBridge()
      bridge.whatsapp.scripts.push(before(bridge, what, at))
      const answer = event(familyInTelegram, 'one|two', { sender: byOwner })
      bridge.receive(answer)
      bridge.worker.start()
      await waitUntil(bridge.isDone)
      assert.deepEqual(
        bridge.whatsapp.shown.map(({ text }) => text),
        ['one', 'two'],
      )
      assert.equal(bridge.whatsapp.attempts.length, 2)
      assert.deepEqual(bridge.outbox.counts(), { pending: 0, failed: 0 })
      assert.deepEqual(
        bridge.telegram.changes.map(each => each.event.kind),
        changes,
      )
      for (const each of bridge.telegram.changes) {
        assert.deepEqual(
          each.changed.parts.map(({ id }) => id),
          [answer.id],
        )
      }
      assert.deepEqual(bridge.telegram.shown, [])
    })
  }
}

const photo = (source: string): MediaContent => ({
  kind: 'media',
  as: 'image',
  media: { source },
  caption: plainText(''),
})

for (const [what, changes] of Object.entries(outcomes) as [Act, string[]][]) {
  if (!what.includes('deletion')) continue
  test(`a ${what} of a picture of an album that comes before its link means that picture, once`, async () => {
    await using bridge = openBridge()
    bridge.whatsapp.scripts.push(
      async (_, show) => {
        show()
        const deletion = act(what, show(1))
        bridge.receive(deletion, deletion)
        throw unsure('The ack is lost')
      },
      async (delivery, show) => {
        delivery.onSent({ id: show(0), item: 0 })
        delivery.onSent({ id: show(1), item: 1 })
        throw unsure('This one, too')
      },
      async () => undefined,
    )
    const [first, second] = ['a', 'b'].map(source =>
      event(familyInTelegram, photo(source), { sender: byOwner, album: { id: 'G' } }),
    )
    assert.ok(first && second)
    bridge.receive(first, second)
    bridge.worker.start()
    await waitUntil(bridge.isDone)
    assert.equal(bridge.whatsapp.attempts.length, 3)
    assert.equal(bridge.whatsapp.shown.length, 2)
    assert.deepEqual(bridge.outbox.counts(), { pending: 0, failed: 0 })
    assert.deepEqual(bridge.telegram.shown, [])
    assert.deepEqual(
      bridge.telegram.changes.map(({ event: { kind }, changed }) => [
        kind,
        changed.parts.map(({ id }) => id),
      ]),
      changes.map(kind => [kind, [second.id]]),
    )
    // Told once more, it is nothing new; and the other one is as it was.
    bridge.receive(act(what, bridge.whatsapp.shown[1]?.id ?? ''))
    bridge.receive(act('deletion by the owner', bridge.whatsapp.shown[0]?.id ?? ''))
    await waitUntil(bridge.isDone)
    assert.deepEqual(
      bridge.telegram.changes.slice(changes.length).map(({ changed }) => changed.parts.map(({ id }) => id)),
      [[first.id]],
    )
  })
}

/** What may become of the attempts behind one in doubt, of which nothing arrives. */
const nothingArrives: readonly Verdict[] = [
  { kind: 'retry' },
  { kind: 'wait', seconds: 1 },
  { kind: 'offline' },
]
const inVain = nothingArrives.map(verdict => async (): Promise<void> => {
  throw new DeliveryError(verdict, 'Nothing got through')
})

for (const [what, later] of [
  ['reaction', []],
  ['edit by the owner', []],
  ['pin', []],
  ['reaction', inVain],
  ['edit by the owner', inVain],
  ['pin', inVain],
] as const) {
  const behind = later.length > 0 ? `, also behind attempts at which nothing gets through` : ''
  test(`a ${what} that is faster than the link of a picture of an album means that picture, once${behind}`, async () => {
    await using bridge = openBridge()
    const [first, second, third] = ['a', 'b', 'c'].map(source =>
      event(familyInTelegram, photo(source), { sender: byOwner, album: { id: 'G' } }),
    )
    assert.ok(first && second && third)
    const link = (delivery: Delivery, show: (part: number) => string, items: readonly number[]): void => {
      for (const item of items) delivery.onSent({ id: show(item + 1), item })
    }
    bridge.whatsapp.scripts.push(
      async (delivery, show) => {
        link(delivery, show, [0])
        const change = act(what, show(2))
        bridge.receive(change, change)
        throw unsure('The ack is lost')
      },
      ...later,
      async (delivery, show) => link(delivery, show, [1, 2]),
    )
    bridge.receive(first, second, third)
    bridge.worker.start()
    await waitUntil(() => bridge.isDone() && bridge.telegram.changes.length > 0)
    assert.deepEqual(
      bridge.telegram.changes.map(({ event: { kind }, changed }) => [kind, changed.parts[0]?.id]),
      [[what.split(' ')[0], second.id]],
    )
    // An edit stands below what the owner typed; it is no message of its own.
    assert.equal(bridge.telegram.attempts.length, 0)
    assert.deepEqual([...bridge.store.session('held').list('event')], [])
  })
}

for (const [what, shown] of [
  ['reaction', []],
  ['edit by the owner', ['Look']],
  ['pin', []],
] as const) {
  const outcome = shown.length > 0 ? 'comes as a message' : 'is dropped'
  test(`a ${what} that is faster than the link of a picture of an album that is refused after all ${outcome}`, async () => {
    await using bridge = openBridge()
    const { whatsapp, telegram } = bridge
    const held = () => [...bridge.store.session('held').list('event')].length
    let before: unknown
    whatsapp.scripts.push(
      async (delivery, show) => {
        delivery.onSent({ id: show(1), item: 0 })
        bridge.receive(act(what, show(2)))
        throw unsure('The ack is lost')
      },
      async () => {
        before = [held(), telegram.attempts.length]
        throw reject('WhatsApp refuses it')
      },
    )
    const [first, second] = ['a', 'b'].map(source =>
      event(familyInTelegram, photo(source), { sender: byOwner, album: { id: 'G' } }),
    )
    assert.ok(first && second)
    bridge.receive(first, second)
    bridge.worker.start()
    await waitUntil(() => bridge.outbox.counts().failed === 1 && held() === 0)
    bridge.receive(event(family, 'behind'))
    await waitUntil(() => telegram.shown.some(({ text }) => text === 'behind'))
    assert.deepEqual(before, [1, 0])
    assert.deepEqual(
      telegram.shown.map(({ kind, senderLine, text }) => (kind === 'notice' ? kind : [senderLine, text])),
      ['notice', ...shown.map(text => ['You', `✏️ ${text}`]), ['Unknown', 'behind']],
    )
    // That the first one failed is written to it.
    assert.deepEqual(
      telegram.changes.filter(({ event: { kind } }) => kind !== 'receipt'),
      [],
    )
    assert.equal(whatsapp.attempts.length, 2)
  })
}

test('of two edits of a picture of an album the later one wins, also where the number has become a LID in between', async () => {
  await using bridge = openBridge()
  const [number, lid, there] = [
    'whatsapp:491700000001@s.whatsapp.net',
    'whatsapp:5@lid',
    'telegram:-100/5',
  ] as const
  bridge.store.mappings.add({ whatsapp: number, telegram: there })
  const edit = (chat: ChatRef, words: string, id: string): ChangeEvent => ({
    ...act('edit by the owner', id),
    chat,
    id: words,
    kind: 'edit',
    content: { kind: 'text', body: plainText(words) },
  })
  bridge.whatsapp.scripts.push(
    async (_, show) => {
      bridge.receive(edit(number, 'first', show(1)))
      throw unsure('The ack is lost')
    },
    async (delivery, show) => {
      delivery.onSent({ id: show(1), item: 0 })
      bridge.inbox.whatsapp.learn({ chat: lid, aliases: [number] })
      bridge.receive(edit(lid, 'second', show(1)))
      delivery.onSent({ id: show(2), item: 1 })
    },
  )
  for (const source of ['a', 'b']) {
    const content: Content = { kind: 'media', as: 'image', media: { source }, caption: plainText('') }
    bridge.receive(event(there, content, { sender: byOwner, album: { id: 'G' } }))
  }
  bridge.worker.start()
  await waitUntil(() => bridge.isDone() && bridge.telegram.changes.length > 0)
  assert.deepEqual(
    bridge.telegram.changes.map(({ event }) => event.id),
    ['second'],
  )
})

test('every part of what the bridge sends is known when it comes back, before and after it is linked', async () => {
  await using bridge = openBridge()
  const echo = (id: string, content: Content | string) => event(family, content, { id, sender: phone })
  bridge.whatsapp.scripts.push(async (_, show) => {
    bridge.receive(echo(show(), 'one'), echo(show(1), 'two'))
    throw unsure('The ack is lost')
  })
  bridge.receive(event(familyInTelegram, 'one|two', { sender: byOwner }))
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  for (const { id, text } of bridge.whatsapp.shown) bridge.receive(echo(id, text))
  assert.equal(bridge.isDone(), true)
  assert.deepEqual(bridge.telegram.shown, [])
  bridge.receive(echo('ANOTHER', 'typed on the phone'))
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.map(({ text }) => text),
    ['typed on the phone'],
  )
})

for (const verdict of nothingArrives) {
  test(`every part of what may have been sent is known when it comes back behind an attempt that ends in ${verdict.kind}`, async () => {
    await using bridge = openBridge()
    const { whatsapp } = bridge
    whatsapp.scripts.push(
      async (_, show) => {
        show()
        show(1)
        throw unsure('The ack is lost')
      },
      async () => {
        whatsapp.status = { state: 'connecting' }
        throw new DeliveryError(verdict, 'Nothing got through')
      },
    )
    bridge.receive(event(familyInTelegram, 'one|two', { sender: byOwner }))
    bridge.worker.start()
    await waitUntil(() => whatsapp.attempts.length === 2 && bridge.outbox.heads().length === 1)
    for (const { id, text } of whatsapp.shown) bridge.receive(event(family, text, { id, sender: phone }))
    assert.deepEqual(bridge.outbox.counts(), { pending: 1, failed: 0 })
    whatsapp.status = { state: 'connected' }
    bridge.worker.resume('whatsapp')
    await waitUntil(bridge.isDone)
    assert.deepEqual(
      whatsapp.shown.map(({ text }) => text),
      ['one', 'two'],
    )
    assert.deepEqual(bridge.telegram.shown, [])
  })
}

test('the copy that WhatsApp has of an edit is never written to what was typed in Telegram', async () => {
  await using bridge = openBridge()
  bridge.whatsapp.scripts.push(async (_, show) => {
    const content: Content = { kind: 'text', body: plainText('edited on the phone') }
    const head = { version: 1, chat: family, id: 'EDIT', sender: phone, sentAt: Date.now() } as const
    bridge.inbox.whatsapp.receive([
      { event: { ...head, kind: 'edit', target: { id: show() }, content }, raw: 'of WhatsApp' },
    ])
    throw unsure('The ack is lost')
  })
  const typed = event(familyInTelegram, 'typed', { sender: byOwner })
  bridge.receive(typed)
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes.map(({ event: { kind } }) => kind),
    ['edit'],
  )
  assert.equal(bridge.store.links.find({ chat: familyInTelegram, id: typed.id })?.raw, undefined)
})
