import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BridgeEvent, MessageEvent } from '../../src/bridge/event.ts'
import type { RichText } from '../../src/bridge/rich-text.ts'
import { waitUntil } from './bridge.ts'
import { bob, changesTo, chat, eve, openJoined, says, text } from './conversation.ts'

const statuses = () => [
  says('a', 'At the lake'),
  says('b', 'My boss is a fool', { from: eve, minute: 1 }),
  says('c', 'Cake', { minute: 2 }),
  says('d', 'Rain', { from: eve, minute: 3 }),
  says('e', 'Party', { minute: 4 }),
]
/** Several of them say the same, also within the words of another. */
const alike = () => [
  says('a', 'ok'),
  says('b', 'take a look', { from: eve, minute: 1 }),
  says('c', 'ok', { from: eve, minute: 2 }),
  says('d', 'ok then', { minute: 3 }),
  says('e', 'see you', { minute: 4 }),
]
const edit = (id: string, words: string, from: typeof bob | typeof eve = bob) =>
  changesTo(id, { kind: 'edit', content: text(words) }, { from })
const deleted = (id: string, by: 'author' | 'time' = 'author', from: typeof bob | typeof eve = bob) =>
  changesTo(id, { kind: 'deletion', by }, { from })
/** So much that what follows stands in a second message. */
const long = 'long '.repeat(840).trim()

const placeOf = (words: string, in_: string | undefined, line = ''): number => {
  const at = in_?.indexOf(words, in_.indexOf(line)) ?? -1
  assert.ok(at >= 0, `${words} stands in ${in_}`)
  return at
}
const quotesOf = ({ group }: Awaited<ReturnType<typeof openJoined>>) =>
  group.messages.flatMap(({ text: words, quote, reply_to_message: to }) =>
    quote ? [[words?.split('\n').at(-1), to?.message_id, quote.text, quote.position]] : [],
  )

test('a private answer to what an edit has pushed into a second message goes to whoever said that, and to nobody when that is not clear', async () => {
  await using bridge = await openJoined(statuses(), { statuses: true })
  await bridge.receive(edit('a', long))
  const [, second, ...more] = bridge.group.transcript()
  assert.deepEqual([second?.text?.split('\n').at(-1), more], ['Party', []])
  const quote = (words: string) => ({ text: words, position: placeOf(words, second?.text) })
  await bridge.answers(second, quote('My boss is a fool'))
  await bridge.answers(second, quote('Cake'))
  await bridge.answers(second, { text: 'Cake', position: 3 })
  await bridge.answers(second)
  await bridge.answers(second, quote('Cake\n\nEve · 5 Jan 12:03\nRain'))
  assert.deepEqual(bridge.answered(), [
    [eve, 'b'],
    [bob, 'c'],
    [bob, 'c'],
  ])
  const refusals = bridge.group.transcript().filter(({ text }) => text?.includes('several people speak'))
  assert.equal(refusals.length, 2)
})

test('where it is not known who said the last of them, an answer goes to nobody in private unless it picks out known words', async () => {
  const mine = ['a', 'b', 'c', 'd'].map((id, minute) => says(id, `Status ${id}`, { minute }))
  await using bridge = await openJoined(mine, { statuses: true })
  const [whole] = bridge.group.transcript()
  const { links } = bridge.store
  const shown = links.find({ chat: `telegram:${bridge.group.id}`, id: String(whole?.id) })
  const content = JSON.parse(shown?.content ?? '')
  // As a search after a restore leaves it (`Network.settle`).
  const rest = { id: '', person: bob, line: 'Eve · 12:05', body: { text: 'Status e', spans: [] } }
  links.update(shown?.key ?? 0, 'content', JSON.stringify({ ...content, items: [...content.items, rest] }))
  await bridge.answers(whole)
  await bridge.answers(whole, { text: 'Status e', position: 0 })
  await bridge.answers(whole, { text: 'Status c', position: placeOf('Status c', whole?.text) })
  assert.deepEqual(bridge.answered(), [[bob, 'c']])
})

test('of equal texts the one is answered whose words are picked out, in private as well', async () => {
  for (const isPrivate of [false, true]) {
    await using bridge = await openJoined(alike(), { statuses: isPrivate })
    const [whole] = bridge.group.transcript()
    const at = (line: string) => ({ text: 'ok', position: placeOf('ok', whole?.text, line) })
    for (const line of ['12:00', '12:01', '12:02', '12:03']) await bridge.answers(whole, at(line))
    assert.deepEqual(
      bridge.answered(),
      [
        [bob, 'a'],
        [eve, 'b'],
        [eve, 'c'],
        [bob, 'd'],
      ].map(([person, id]) => [isPrivate ? person : chat, id]),
    )
  }
})

test('what is picked out by its place counts as it stands there now', async () => {
  await using bridge = await openJoined(alike())
  const [whole] = bridge.group.transcript()
  const quote = { text: 'ok', position: placeOf('ok', whole?.text, '12:02') }
  await bridge.receive(edit('b', 'take a long look', eve))
  await bridge.answers(whole, quote)
  await bridge.answers(whole, { ...quote, position: quote.position + 'long '.length })
  // The first was picked out of words that stand there no more: it is for the last that says so.
  assert.deepEqual(
    bridge.answered().map(([, id]) => id),
    ['d', 'c'],
  )
})

/** The owner picks Bob's words out of what they see, and in the meantime these changes are carried out. */
const crossed = async (
  isPrivate: boolean,
  { changes, events = alike(), line = '12:00' }: Crossing,
): Promise<{ answered: unknown[][]; said: string[] }> => {
  await using bridge = await openJoined(events, { statuses: isPrivate })
  const [seen] = bridge.group.transcript()
  const at = { text: 'ok', position: placeOf('ok', seen?.text, line) }
  await bridge.receive(...changes)
  const now = bridge.group.transcript()
  assert.notEqual(now[0]?.text, seen?.text)
  await bridge.answers(seen, at, seen)
  const said = bridge.group.transcript().flatMap(({ text: words = '', replyTo }) => (replyTo ? [words] : []))
  return { answered: bridge.answered(), said: said.filter(words => words.startsWith('Not sent')) }
}
interface Crossing {
  readonly changes: BridgeEvent[]
  readonly events?: MessageEvent[]
  readonly line?: string
}
const together: { what: string; crossing: Crossing }[] = [
  {
    what: 'are left by somebody else',
    crossing: { changes: [deleted('a'), deleted('d'), deleted('b', 'author', eve)] },
  },
  {
    what: 'stand at the same place in the words of somebody else',
    crossing: {
      events: [
        says('a', 'ok'),
        says('b', 'ok', { from: eve }),
        says('c', 'yes', { minute: 1 }),
        says('d', 'no', { minute: 2 }),
      ],
      changes: [deleted('a')],
    },
  },
  {
    what: 'vanished with all that their author said',
    crossing: { changes: ['a', 'd', 'e'].map(id => deleted(id, 'time')) },
  },
]
for (const { what, crossing } of together) {
  test(`an answer to words that ${what} by now goes to nobody in private, and answers nothing in a group`, async () => {
    const { answered, said } = await crossed(true, crossing)
    assert.deepEqual(answered, [])
    assert.equal(said.length, 1)
    assert.match(said[0] ?? '', /was changed or deleted/)
    assert.deepEqual(await crossed(false, crossing), { answered: [[chat, undefined]], said: [] })
  })
}

test('an answer to words that stand there still, below the same name, reaches who said them when others have changed', async () => {
  for (const isPrivate of [false, true]) {
    const { answered, said } = await crossed(isPrivate, {
      changes: [deleted('a'), deleted('d')],
      line: '12:02',
    })
    assert.deepEqual({ answered, said }, { answered: [[isPrivate ? eve : chat, 'c']], said: [] })
  }
})

test('an answer without words picked out goes to nobody when the last that was seen has vanished with its author', async () => {
  await using bridge = await openJoined(alike(), { statuses: true })
  const [seen] = bridge.group.transcript()
  await bridge.receive(...['a', 'd', 'e'].map(id => deleted(id, 'time')))
  await bridge.answers(seen, undefined, seen)
  assert.deepEqual(bridge.answered(), [])
})

test('/delete takes the text whose words are picked out, and none when that has changed since', async () => {
  await using bridge = await openJoined(alike())
  const [seen] = bridge.group.transcript()
  const quote = { text: 'ok', position: placeOf('ok', seen?.text, '12:02') }
  const deletions = () =>
    bridge.middle.whatsapp.changes.map(({ changed }) => changed.parts.map(({ id }) => id))
  bridge.deletes(seen, quote)
  await waitUntil(() => deletions().length > 0)
  assert.deepEqual(deletions(), [['c']])
  await bridge.receive(deleted('c', 'author', eve))
  bridge.deletes(seen, quote, seen)
  const isTold = () => bridge.group.transcript().some(({ text: words }) => words?.startsWith('Not deleted'))
  await waitUntil(isTold)
  assert.deepEqual(deletions(), [['c']])
})

test('answers and reactions in WhatsApp point at the one text of several equal ones that they are for', async () => {
  await using bridge = await openJoined(alike())
  const [whole] = bridge.group.transcript()
  await bridge.receive(
    says('f', 'Me too', { replyTo: { id: 'c', person: eve } }),
    changesTo('c', { kind: 'reaction', emoji: '👍' }),
  )
  const at = placeOf('ok', whole?.text, '12:02')
  assert.deepEqual(quotesOf(bridge), [
    ['Me too', whole?.id, 'ok', at],
    ['👍 Bob', whole?.id, 'ok', at],
  ])
})

test('words with marks are picked out with their marks', async () => {
  const marked = (body: RichText) => ({ content: { kind: 'text' as const, body } })
  await using bridge = await openJoined([
    says(
      'a',
      '',
      marked({
        text: ' one two three four five \n',
        spans: [
          { start: 1, length: 7, style: 'bold' },
          { start: 5, length: 9, style: 'italic' },
          { start: 15, length: 4, style: 'code' },
          { start: 20, length: 4, style: 'strike' },
        ],
      }),
    ),
    says('b', '', marked({ text: 'all of it', spans: [{ start: 0, length: 9, style: 'spoiler' }] })),
    says('c', 'x'),
    says('d', 'y'),
  ])
  const [whole] = bridge.group.transcript()
  await bridge.receive(says('f', 'Yes', { replyTo: { id: 'a' } }), says('g', 'No', { replyTo: { id: 'b' } }))
  assert.deepEqual(
    quotesOf(bridge).map(([, , words]) => words),
    ['one two three four five', 'all of it'],
  )
  // Nothing is sent twice because Telegram refused a quote.
  assert.equal(bridge.tg.callsOf('sendMessage').length, 3)
  assert.equal(whole?.text?.includes('one two three four five'), true)
})

test('what an edit has pushed into a second message is answered and reacted to there', async () => {
  await using bridge = await openJoined(alike())
  await bridge.receive(edit('b', `${long} tail`, eve))
  const [first, second] = bridge.group.transcript()
  await bridge.receive(
    says('f', 'Me too', { replyTo: { id: 'd', person: bob } }),
    changesTo('e', { kind: 'reaction', emoji: '👍' }),
    says('g', 'Long', { replyTo: { id: 'a' } }),
  )
  assert.deepEqual(quotesOf(bridge), [
    ['Me too', second?.id, 'ok then', placeOf('ok then', second?.text)],
    ['👍 Bob', second?.id, 'see you', placeOf('see you', second?.text)],
    ['Long', first?.id, 'ok', placeOf('ok', first?.text)],
  ])
  await bridge.answers(second, { text: 'ok', position: placeOf('ok', second?.text, '12:03') })
  await bridge.answers(second)
  await bridge.answers(first)
  assert.deepEqual(
    bridge.answered().map(([, id]) => id),
    ['d', 'e', 'b'],
  )
})

test('an edit that brings many marks takes none from the others, nor their names', async () => {
  await using bridge = await openJoined(alike())
  const [before] = bridge.group.transcript()
  const spans = Array.from({ length: 120 }, (_, word) => ({
    start: word * 5,
    length: 4,
    style: 'bold' as const,
  }))
  const body = { text: 'word '.repeat(120).trim(), spans }
  await bridge.receive(changesTo('b', { kind: 'edit', content: { kind: 'text', body } }, { from: eve }))
  const bold = (shown: typeof before) =>
    shown?.entities
      .filter(({ type }) => type === 'bold')
      .map(({ offset, length }) => shown.text?.slice(offset, offset + length)) ?? []
  const seen = bridge.group.transcript()
  const marked = seen.flatMap(bold)
  assert.deepEqual(
    marked.filter(words => words !== 'word'),
    bold(before),
  )
  assert.equal(marked.filter(words => words === 'word').length, 120)
  await bridge.receive(says('f', 'Me too', { replyTo: { id: 'e', person: bob } }))
  const last = seen.at(-1)
  assert.deepEqual(quotesOf(bridge), [['Me too', last?.id, 'see you', placeOf('see you', last?.text)]])
})

test('when the last text was deleted, answers and reactions of the owner are for the last that stands there', async () => {
  await using bridge = await openJoined(alike())
  await bridge.receive(deleted('e'))
  const [whole] = bridge.group.transcript()
  await bridge.receive(
    bridge.byOwner(changesTo(String(whole?.id), { kind: 'reaction', emoji: '👍' })),
    bridge.byOwner(says('900', 'Yes', { replyTo: { id: String(whole?.id) } })),
  )
  const { changes, attempts } = bridge.middle.whatsapp
  assert.deepEqual(
    changes.map(({ changed }) => changed.parts.map(({ id }) => id)),
    [['d']],
  )
  assert.deepEqual(
    attempts.map(({ replyTo }) => replyTo?.id),
    ['d'],
  )
})

test('the last text that vanishes by itself takes the message away, but not what is struck through there', async () => {
  const all = [
    deleted('a'),
    deleted('b', 'author', eve),
    deleted('c', 'author', eve),
    deleted('d'),
    deleted('e', 'time'),
  ]
  await using struck = await openJoined(alike(), { deletions: 'strike' })
  await struck.receive(...all)
  assert.match(struck.group.transcript()[0]?.text ?? '', /🗑 ok then$/)
  await struck.receive(
    ...['a', 'd'].map(id => deleted(id, 'time')),
    ...['b', 'c'].map(id => deleted(id, 'time', eve)),
  )
  await using gone = await openJoined(alike())
  await gone.receive(...all)
  assert.deepEqual(gone.group.transcript(), [])
})
