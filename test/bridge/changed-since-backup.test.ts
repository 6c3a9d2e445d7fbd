import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { BridgeEvent, ChangeEvent, MessageEvent } from '../../src/bridge/event.ts'
import type { Inbox } from '../../src/bridge/network.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { reject } from '../../src/bridge/verdict.ts'
import { openStore, restoreBackup, type Store, storePath, writeBackup } from '../../src/store/index.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { family, waitUntil } from './bridge.ts'
import { openMiddle } from './middle.ts'

const bob = { person: 'whatsapp:77@lid', name: 'Bob', me: false } as const
const noon = Date.UTC(2026, 0, 5, 12)
const eve = { person: 'whatsapp:78@lid', name: 'Eve', me: false } as const
let number = 0

const head = () => ({ version: 1, chat: family, sender: bob, sentAt: noon + ++number * 1000 }) as const
const body = (text: string) => ({ kind: 'text', body: plainText(text) }) as const
const change = (id: string) => ({ ...head(), id: `change-${number}`, target: { id, person: bob.person } })
const says = (id: string, text: string): MessageEvent => ({
  ...head(),
  id,
  kind: 'message',
  content: body(text),
})
const edits = (id: string, text: string): ChangeEvent => ({
  ...change(id),
  kind: 'edit',
  content: body(text),
})
const deletes = (id: string): ChangeEvent => ({ ...change(id), kind: 'deletion', by: 'author' })
const reacts = (id: string, emoji: string): ChangeEvent => ({ ...change(id), kind: 'reaction', emoji })

interface Course {
  /** What had been delivered when the backup was made. */
  readonly carried?: readonly BridgeEvent[]
  /** What waited then. */
  readonly waiting?: readonly BridgeEvent[]
  /** Whether the machine was lost before that went. */
  readonly lost?: boolean
  /** What came before the machine was lost. */
  readonly since?: readonly BridgeEvent[]
  /** What comes when the backup has been put back. */
  readonly after?: readonly BridgeEvent[]
  readonly deletions?: 'delete' | 'strike'
  /** In a chat with one person no line says who speaks. */
  readonly kind?: 'person'
  /** Telegram's answer is lost to a message that says this. */
  readonly unanswered?: string
  /** What comes while that is under way. */
  readonly meanwhile?: readonly BridgeEvent[]
}

/** What stands in Telegram before and after the backup is put back. */
const putBack = async (course: Course) => {
  const { carried = [], waiting = [], lost = false, since = [], after = [], deletions = 'delete' } = course
  const { unanswered, meanwhile = [], kind = 'group' } = course
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family', botRights: {} })
  const person = tg.addUser({ id: 9001, first_name: 'Zoe' })
  const seen = () =>
    group
      .transcript()
      .filter(({ from, text }) => from.isBot && !/^(Bob\n)?first$/.test(text))
      .map(({ text, reactions }) => [text, ...reactions.map(({ emoji }) => emoji)].join(' '))
  let receive: Inbox['receive'] = () => undefined
  const carry = async (store: Store, events: readonly BridgeEvent[]) => {
    await using middle = openMiddle(store, tg, { deletions })
    middle.whatsapp.openError = reject('gone')
    receive = middle.inbox.receive
    const isDone = () => waitUntil(() => middle.outbox.counts().pending === 0)
    await middle.start()
    await isDone()
    for (const event of events) {
      middle.inbox.receive([{ event }])
      await isDone()
    }
    assert.equal(middle.outbox.counts().failed, 0)
  }
  using store = tempStore()
  const file = join(store.dir, 'backup')
  store.mappings.add({ whatsapp: family, telegram: `telegram:${group.id}` })
  store.chats.learn({ chat: family, kind, name: 'Family' })
  person.sends(group, 'Hello everybody')
  await carry(store, [says('first', 'first'), ...carried])
  {
    await using idle = openMiddle(store, tg, { deletions })
    for (const event of waiting) idle.inbox.receive([{ event }])
    await writeBackup(store.database.path, file, { force: false })
  }
  if (lost) store.database.run('DELETE FROM jobs')
  await carry(store, since)
  person.sends(group, 'Good night')
  const before = seen()

  const path = storePath(join(store.dir, 'restored'))
  const { inDoubt } = await restoreBackup(file, path, {
    passphrase: () => assert.fail('it is plain'),
    force: false,
  })
  assert.equal(inDoubt, waiting.length)
  if (unanswered !== undefined) {
    const when = ({ text }: Readonly<Record<string, unknown>>) => {
      const isIt = String(text).includes(unanswered)
      if (isIt) for (const event of meanwhile) receive([{ event }])
      return isIt
    }
    tg.faults.next('sendMessage', 'reply-lost', { when })
  }
  using restored = openStore(path)
  await carry(restored, after)
  // Another start finds nothing more to do.
  await carry(restored, [])
  tg.assertNoSurprises()
  assert.equal(tg.faults.waiting, 0)
  return { before, after: seen() }
}

const again = '🗄 From a backup; it may have been changed or deleted since'

test('what was edited, deleted and reacted to since a backup stays so when that is put back, and can be changed again', async () => {
  const { before, after } = await putBack({
    carried: [says('a', 'one'), says('b', 'two'), says('c', 'three')],
    since: [edits('a', 'ONE'), deletes('b'), reacts('c', '👍')],
    after: [edits('a', 'One'), deletes('b'), reacts('c', '🔥')],
  })
  assert.deepEqual(before, ['Bob\nONE', 'Bob\nthree 👍'])
  assert.deepEqual(after, ['Bob\nOne', 'Bob\nthree 🔥'])
})

test('what waited in a backup with its changes, and has gone with them since, stands there once', async () => {
  const waiting = [says('a', 'one'), edits('a', 'ONE'), reacts('a', '👍'), says('b', 'two'), deletes('b')]
  const { before, after } = await putBack({ waiting })
  assert.deepEqual(before, ['Bob\nONE 👍'])
  assert.deepEqual(after, before)
})

/** Becomes three messages. */
const long = (word: string) => Array.from({ length: 1400 }, (_, n) => `${word}${n}`).join(' ')
const cafe = { kind: 'location', latitude: 1.5, longitude: 2.5, name: 'Café', comment: 'See you' } as const

for (const [what, messages, course] of [
  ['a text', 3, { waiting: [says('a', long('one'))] }],
  ['a text with an edit of it', 3, { waiting: [says('a', long('one')), edits('a', long('two'))] }],
  ['an edit of a text', 3, { carried: [says('a', 'one')], waiting: [edits('a', long('two'))] }],
  ['a text with one that makes it shorter', 1, { waiting: [says('a', long('one')), edits('a', 'two')] }],
  [
    'a text, struck through by now,',
    3,
    { waiting: [says('a', long('one'))], since: [deletes('a')], deletions: 'strike' },
  ],
  ['a place', 3, { waiting: [{ ...says('a', ''), content: cafe }] }],
] as const) {
  test(`${what} that waited in a backup and has gone in several messages since stands there once`, async () => {
    const { before, after } = await putBack(course)
    assert.equal(before.length, messages)
    assert.deepEqual(after, before)
  })
}

for (const [what, waiting, since] of [
  ['with it', [says('a', 'one'), deletes('a')], []],
  ['with it, behind an edit', [says('a', 'one'), edits('a', 'ONE'), deletes('a')], []],
  ['since', [says('a', 'one')], [deletes('a')]],
] as const) {
  test(`a message of a backup that is struck through by now, deleted ${what}, stands there once`, async () => {
    const { before, after } = await putBack({ waiting, since, deletions: 'strike' })
    assert.equal(before.length, 1)
    assert.match(before[0] ?? '', /^🗑 Bob\none$/i)
    assert.deepEqual(after, before)
  })
}

for (const [what, since] of [
  ['edited', [edits('a', 'ONE')]],
  ['deleted, with one behind it', [deletes('a'), says('b', 'two')]],
  ['deleted, and Telegram has gone on since', [deletes('a')]],
] as const) {
  test(`a message that waited in a backup and was ${what} comes once more, and says why`, async () => {
    const { before, after } = await putBack({ waiting: [says('a', 'one')], since })
    assert.deepEqual(after, [...before, `Bob\n${again}\none`])
  })
}

test('what waited in a backup and never went comes as it is, and can be edited', async () => {
  const waiting = [says('a', 'one'), says('b', 'two'), says('c', 'three')]
  const { before, after } = await putBack({ waiting, lost: true, after: [edits('b', 'TWO')] })
  assert.deepEqual(before, [])
  assert.deepEqual(after, ['Bob\none', 'Bob\nTWO', 'Bob\nthree'])
})

test('what says that it comes of a backup says so also when it is edited, and is known when the answer to it is lost', async () => {
  const { after } = await putBack({
    waiting: [says('a', 'one')],
    since: [edits('a', 'ONE')],
    after: [edits('a', 'One')],
    unanswered: again,
  })
  assert.deepEqual(after, ['Bob\nONE', `Bob\n${again}\nOne`])
})

test('a change that waited in a backup is made again, also over a later one', async () => {
  const { before, after } = await putBack({
    carried: [says('a', 'one'), says('b', 'two')],
    waiting: [edits('a', 'ONE'), reacts('b', '👍')],
    since: [edits('a', 'One'), reacts('b', '')],
  })
  assert.deepEqual(before, ['Bob\nOne', 'Bob\ntwo'])
  assert.deepEqual(after, ['Bob\nONE', 'Bob\ntwo 👍'])
})

test('a line of reactions that waited in a backup and never went is shown beside words that begin with a figure', async () => {
  const { after } = await putBack({
    kind: 'person',
    carried: [says('a', 'one'), reacts('a', '👍')],
    waiting: [{ ...reacts('a', '😂'), sender: eve }],
    lost: true,
    since: [says('b', '10 Uhr passt'), says('c', '2 Karten'), says('d', '#1 ist da')],
  })
  assert.deepEqual(after, ['one', '10 Uhr passt', '2 Karten', '#1 ist da', '👍 Bob · 😂 Eve'])
})

test('of what came after a backup that is put back, an edit comes as a message, and nothing else is carried', async () => {
  const { before, after } = await putBack({
    since: [says('a', 'one'), says('b', 'two'), says('c', 'three')],
    after: [edits('a', 'ONE'), deletes('b'), reacts('c', '👍')],
  })
  assert.deepEqual(after, [...before, 'Bob\n✏️ ONE'])
})

test('a further message that an edit of a backup had to send is known also where it would read otherwise by now', async () => {
  const picnic = (words: string) =>
    ({ kind: 'appointment', title: 'Picnic', description: plainText(words) }) as const
  const { after } = await putBack({
    carried: [{ ...says('a', ''), content: picnic('') }],
    waiting: [{ ...change('a'), kind: 'edit', content: picnic(long('word')) }],
    lost: true,
    unanswered: 'Going',
    meanwhile: [{ ...change('a'), kind: 'vote', choice: [0] }],
  })
  assert.deepEqual([after.length, /Going · 1 · Bob/.test(after.at(-1) ?? '')], [3, true])
})

const photo: MessageEvent = {
  ...says('photo', ''),
  content: { kind: 'media', as: 'image', media: { source: 'photo' }, caption: plainText('look') },
}

test('words for a file that could not be had since the backup come no second time, nor do those of an edit', async () => {
  for (const waiting of [[photo], [photo, edits('photo', 'look here')]]) {
    const { before, after } = await putBack({ waiting })
    assert.equal(before.length, 1)
    assert.deepEqual(after, before)
  }
})

test('words for two stickers that could not be had since the backup come no second time', async () => {
  const sticker = (id: string): MessageEvent => ({
    ...says(id, ''),
    content: { kind: 'media', as: 'sticker', media: { source: id }, caption: plainText('') },
  })
  for (const more of [{}, { kind: 'person' }] as const) {
    const { before, after } = await putBack({ waiting: [sticker('a'), sticker('b')], ...more })
    assert.equal(before.filter(text => text.includes('Sticker')).length, 2)
    assert.deepEqual(after, before)
  }
})
