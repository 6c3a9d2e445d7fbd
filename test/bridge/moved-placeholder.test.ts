import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { reject } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { changesTo, eve, says, text } from './conversation.ts'
import { carried, receive } from './family.ts'
import { openMiddle } from './middle.ts'

const [dan, carol] = ['whatsapp:71@lid', 'whatsapp:72@lid'] as const

const by = (person: typeof dan | typeof carol, event: MessageEvent): MessageEvent => ({
  ...event,
  chat: person,
  sender: { person, me: false },
})

const ofDan = { chat: dan, sender: { person: dan, me: false } } as const

const waiting = by(dan, {
  ...says('late', ''),
  content: { kind: 'placeholder', label: 'Waiting for this message' },
  pending: true,
  silent: true,
})
const photo = by(dan, {
  ...says('P', ''),
  content: { kind: 'media', as: 'image', media: { source: 'P' }, caption: plainText('in private') },
})

/** A forum, or two groups, with a place that belongs to Dan and then to Carol, while Dan has another one. */
const open = async (kind: 'topics' | 'groups') => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const store = opened.use(tempStore())
  const groups = (kind === 'topics' ? ['Chats'] : ['One', 'Two']).map(title =>
    tg.addSupergroup({ title, forum: kind === 'topics', botRights: {} }),
  )
  const topics =
    kind === 'groups' ? [] : ['One', 'Two'].map(name => groups[0]?.addTopic({ name }).message_thread_id)
  const places =
    kind === 'groups' ? groups.map(({ id }) => `${id}`) : topics.map(topic => `${groups[0]?.id}/${topic}`)
  const [one, two] = places.map(place => `telegram:${place}` as const)
  if (one === undefined || two === undefined) throw new Error('Two places')
  for (const [chat, name] of [
    [dan, 'Dan'],
    [carol, 'Carol'],
  ] as const)
    store.chats.learn({ chat, kind: 'person', name })
  store.mappings.add({ whatsapp: dan, telegram: one })
  const middle = opened.use(openMiddle(store, tg))
  const rest = opened.move()
  const transcript = () =>
    groups.flatMap((group, index) => group.transcript().map(each => ({ ...each, index })))
  return {
    tg,
    store,
    middle,
    moveDan() {
      store.mappings.remove(dan)
      store.mappings.add({ whatsapp: dan, telegram: two })
      store.mappings.add({ whatsapp: carol, telegram: one })
    },
    /** What stands in which of the two places. */
    seen: () =>
      transcript().map(({ text, threadId, index }) => [
        text,
        (kind === 'topics' ? topics.indexOf(threadId) : index) === 0 ? 'one' : 'two',
      ]),
    kinds: () => transcript().map(each => each.kind),
    reactions: () => transcript().map(each => each.reactions.map(({ emoji }) => emoji).join()),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

for (const kind of ['topics', 'groups'] as const) {
  test(`a message never takes a place that is somebody else’s by now: ${kind}`, async () => {
    await using world = await open(kind)
    const { middle, moveDan, seen, reactions } = world
    await middle.start()
    const reaction = { ...changesTo('late', { kind: 'reaction', emoji: '👍' }, { from: eve }), chat: dan }
    await receive(middle, waiting, reaction)
    moveDan()
    await receive(middle, by(carol, says('c', 'Carol here')), by(dan, says('late', 'I love you')))
    assert.deepEqual(seen(), [
      ['Carol here', 'one'],
      ['I love you', 'two'],
    ])
    assert.deepEqual(reactions(), ['', '👍'])
    await receive(middle, { ...changesTo('late', { kind: 'deletion', by: 'author' }), ...ofDan })
    assert.deepEqual(seen(), [['Carol here', 'one']])
  })

  test(`nor one where its placeholder is still to go: ${kind}`, async () => {
    await using world = await open(kind)
    const { middle, moveDan, seen } = world
    middle.inbox.receive([{ event: waiting }])
    moveDan()
    middle.inbox.receive([{ event: by(dan, says('late', 'I love you')) }])
    await middle.start()
    await carried(middle)
    assert.deepEqual(seen(), [['I love you', 'two']])
  })

  test(`a file that comes late leaves no words where its chat was mapped before: ${kind}`, async () => {
    await using world = await open(kind)
    const { middle, moveDan, seen, kinds } = world
    await middle.start()
    middle.whatsapp.openError = reject('gone')
    await receive(middle, photo)
    assert.match(seen().join(), /in private.*,one$/s)
    moveDan()
    middle.whatsapp.openError = undefined
    middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
    await receive(middle, { ...photo, late: true, silent: true })
    assert.deepEqual(kinds(), ['photo'])
    assert.deepEqual(seen(), [['in private', 'two']])
  })
}

for (const [what, how, left] of [
  ['edit', { kind: 'edit', content: text('I love you all') }, [['I love you all', 'two']]],
  ['deletion', { kind: 'deletion', by: 'author' }, []],
] as const)
  test(`what changes a message that goes elsewhere than it was waited for changes it there, before it went: ${what}`, async () => {
    await using world = await open('groups')
    const { store, middle, moveDan, seen } = world
    await middle.start()
    await receive(middle, waiting)
    moveDan()
    // What came while the message was waited for is received together with it.
    store.transaction(() => {
      for (const event of [by(dan, says('late', 'I love you')), { ...changesTo('late', how), ...ofDan }])
        middle.inbox.receive([{ event }])
    })
    await carried(middle)
    assert.deepEqual(seen(), left)
  })

test('what held a place for two days can only be emptied there, and does not become the message either', async () => {
  await using world = await open('topics')
  const { tg, middle, moveDan, seen } = world
  await middle.start()
  await receive(middle, waiting)
  moveDan()
  tg.advanceClock(49 * 3_600_000)
  await receive(middle, by(dan, says('late', 'I love you')))
  assert.deepEqual(seen(), [
    ['⏱ This message has disappeared', 'one'],
    ['I love you', 'two'],
  ])
})
