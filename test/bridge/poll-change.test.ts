import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { ChangeEvent, Content, MessageEvent } from '../../src/bridge/event.ts'
import { event, family, familyInTelegram, openBridge, waitUntil } from './bridge.ts'

type Open = Awaited<ReturnType<typeof openBridge>>

const poll = {
  kind: 'poll',
  question: 'Where?',
  options: ['Here', 'There'],
  choices: 1,
} as const satisfies Content
const [anna, bob] = ['whatsapp:77@lid', 'whatsapp:78@lid'] as const
const END = 1_700_000_600_000

let serial = 0

const head = (of: MessageEvent, by: ChatRef, sentAt: number) => {
  serial += 1
  const { chat, id } = of
  return {
    version: 1,
    chat,
    id: `P${serial}`,
    sender: { person: by, me: false },
    sentAt,
    target: { id },
  } as const
}
const option = (of: MessageEvent, by: ChatRef, name: string, sentAt = END - 1): ChangeEvent => ({
  ...head(of, by, sentAt),
  kind: 'option',
  option: name,
})
const question = (of: MessageEvent, by: ChatRef, words: string, sentAt = END - 1): ChangeEvent => ({
  ...head(of, by, sentAt),
  kind: 'edit',
  content: { kind: 'poll', question: words, options: ['whatever'], choices: 0 },
})

/** What was carried over, of changes. */
const shown = ({ telegram }: Open) =>
  telegram.changes.flatMap(({ event: each }) =>
    each.kind === 'edit' && each.content.kind === 'poll' ? [each.content] : [],
  )

test('everybody adds options to an open poll, its author to any; others and what comes late do nothing', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const open = event(family, { ...poll, open: true, endsAt: END })
  const closed = event(family, poll)
  bridge.receive(
    open,
    closed,
    option(open, bob, 'Nowhere'),
    option(closed, bob, 'Forged'),
    option(closed, anna, 'Anywhere'),
    option(open, anna, 'Too late', END),
    option({ ...open, id: 'UNKNOWN' }, bob, 'Of no poll'),
  )
  await waitUntil(bridge.isDone)
  assert.deepEqual(shown(bridge), [
    { ...poll, open: true, endsAt: END, options: ['Here', 'There', 'Nowhere'] },
    { ...poll, options: ['Here', 'There', 'Anywhere'] },
  ])
})

test('its author alone gives a poll another question, until it ends; options, votes and end stay', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const asked = event(family, { ...poll, open: true, endsAt: END })
  bridge.receive(
    asked,
    { ...head(asked, bob, END - 2), kind: 'vote', choice: [1] },
    question(asked, bob, 'Forged?'),
    question(asked, anna, 'Where to?'),
    question(asked, anna, 'Too late?', END),
  )
  await waitUntil(bridge.isDone)
  assert.deepEqual(shown(bridge), [{ ...poll, open: true, endsAt: END, question: 'Where to?' }])
  const { changed } = bridge.telegram.changes.at(-1) ?? {}
  assert.deepEqual(changed?.content, shown(bridge)[0])
  assert.deepEqual(
    changed?.votes.map(({ person, choice }) => [person, choice]),
    [[bob, [1]]],
  )
})

test('the copy of the poll that votes are sealed with has the new option, unless nobody was to add it', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  const asked = event(family, { ...poll, open: true })
  const closed = event(family, poll)
  bridge.inbox.whatsapp.receive([
    { event: asked, raw: 'old' },
    { event: closed, raw: 'old' },
    { event: option(asked, bob, 'Nowhere'), raw: 'new' },
    { event: option(closed, bob, 'Forged'), raw: 'forged' },
  ])
  await waitUntil(bridge.isDone)
  const raws = [asked, closed].map(({ id }) => bridge.store.links.known({ chat: family, id })?.raw)
  assert.deepEqual(raws, ['new', 'old'])
  // And it can be voted for from Telegram.
  const seen = { ...asked, chat: familyInTelegram, id: bridge.telegram.shown[0]?.id ?? '' }
  const press = {
    ...head(seen, 'telegram:11', END),
    kind: 'vote',
    choice: [2],
    toggle: true,
  } satisfies Partial<ChangeEvent>
  bridge.receive({ ...press, sender: { person: 'telegram:11', me: true } })
  await waitUntil(bridge.isDone)
  const voted = bridge.whatsapp.changes.at(-1)
  assert.deepEqual(voted?.event.kind === 'vote' && voted.event.choice, [2])
  assert.equal(voted?.changed.parts[0]?.raw, 'new')
})
