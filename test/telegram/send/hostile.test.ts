import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content, MediaContent, MessageEvent } from '../../../src/bridge/event.ts'
import { plainText, type Span } from '../../../src/bridge/rich-text.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import { Bench, delivery, file, text } from '../bench.ts'

const million = 'word '.repeat(200_000).trim()
const mentions: Span[] = Array.from({ length: 10_000 }, (_, n) => ({
  start: n * 6,
  length: 5,
  style: 'mention',
  person: `whatsapp:1555${n}@s.whatsapp.net`,
  ...(n % 2 === 0 && { me: true }),
}))
const styles = ['bold', 'italic', 'strike', 'code', 'quote', 'pre', 'spoiler', 'underline'] as const
const tangle: Span[] = Array.from({ length: 3000 }, (_, n) => ({
  start: (n * 37) % 900,
  length: 1 + ((n * 91) % 300),
  style: styles[n % styles.length] ?? 'bold',
}))

interface Hostile {
  readonly what: string
  readonly content: Content
  readonly event?: Partial<MessageEvent>
  readonly senderLine?: string
  /** What is seen of it: kinds, in order. */
  readonly kinds: readonly string[]
}

const hostile: readonly Hostile[] = [
  { what: 'what nobody sees alone', content: text('\u2800\ufeff\u202e\ufffc'), kinds: ['text'] },
  { what: 'controls alone, which Telegram takes for blanks', content: text('\u0000\u0014'), kinds: ['text'] },
  { what: 'a text of a million characters', content: text(million), kinds: ['document'] },
  {
    what: '10,000 mentions',
    content: { kind: 'text', body: { text: '@Name '.repeat(10_000), spans: mentions } },
    kinds: ['document'],
  },
  {
    what: 'a few thousand marks across each other',
    content: { kind: 'text', body: { text: 'x '.repeat(600), spans: tangle } },
    kinds: ['text'],
  },
  {
    what: 'marks that point nowhere',
    content: {
      kind: 'text',
      body: {
        text: '👨‍👩‍👧‍👦 hi',
        spans: [
          { start: 1, length: 3, style: 'bold' },
          { start: -5, length: 900, style: 'italic' },
          { start: 99, length: 1, style: 'code' },
          { start: 0, length: 2, style: 'link', url: 'javascript:alert(1)' },
          { start: 0, length: 2, style: 'link', url: 'not an address' },
        ],
      },
    },
    kinds: ['text'],
  },
  { what: 'half a character', content: text('a\ud83d b\udc00'), kinds: ['text'] },
  { what: 'nothing but what one cannot see', content: text('\u200b\u202e\u2066'), kinds: ['text'] },
  {
    what: 'a caption of a million characters',
    content: file('image', {}, million),
    kinds: ['photo', 'document'],
  },
  {
    what: 'a name, a quote and a label of a million characters',
    content: { kind: 'placeholder', label: million },
    event: { replyTo: { id: 'X', excerpt: million } },
    senderLine: million,
    kinds: ['document'],
  },
  {
    what: 'a path as a file name',
    content: file('document', { fileName: '../../etc/passwd' }),
    kinds: ['document'],
  },
  {
    what: 'a poll with 10,000 options',
    content: {
      kind: 'poll',
      question: million,
      options: Array.from({ length: 10_000 }, (_, n) => `option ${n}`),
      choices: 9999,
    },
    kinds: ['text'],
  },
  {
    what: 'a poll about nothing',
    content: { kind: 'poll', question: '', options: ['', ' '], choices: -1 },
    kinds: ['text'],
  },
  {
    what: 'a date that is none',
    content: {
      kind: 'appointment',
      title: '',
      start: Number.MAX_VALUE,
      end: -1,
      latitude: 1e9,
      longitude: 0,
    },
    kinds: ['text'],
  },
  {
    what: 'a card with a thousand buttons',
    content: {
      kind: 'card',
      body: plainText(''),
      buttons: Array.from({ length: 1000 }, (_, n) => ({ label: `b${n}`, url: `https://a.example/${n}` })),
    },
    kinds: ['document'],
  },
  {
    what: 'a thousand contacts',
    content: {
      kind: 'contacts',
      contacts: Array.from({ length: 1000 }, (_, n) => ({
        name: `\u202e${n}`,
        phones: ['1'.repeat(99)],
        vcard: '',
      })),
    },
    kinds: ['document'],
  },
  {
    what: 'a contact whose number and name are a million characters',
    content: { kind: 'contacts', contacts: [{ name: million, phones: [million], vcard: million }] },
    kinds: ['contact'],
  },
  {
    what: 'an album of a hundred pictures that are none',
    content: {
      kind: 'album',
      items: Array.from({ length: 100 }, (_, n) => ({
        ...(file('image', { source: 'noise' }) as MediaContent),
        id: `${n}`,
      })),
    },
    kinds: Array.from({ length: 100 }, () => 'document'),
  },
]

for (const { what, content, event, senderLine, kinds } of hostile) {
  test(`${what} arrives as something, and so does the next message`, async () => {
    await using bench = await Bench.open()
    const chat = `telegram:${bench.owner.id}` as const
    const bytes = content.kind === 'album' ? Buffer.from('noise') : jpeg(10, 10)
    const began = process.cpuUsage()
    const job = delivery({
      chat,
      content,
      bytes,
      ...(event && { event }),
      ...(senderLine !== undefined && { senderLine }),
    })
    await bench.network.send(job)
    const took = process.cpuUsage(began).user / 1000
    assert.ok(took < 5000, `${Math.round(took)} ms`)
    await bench.network.send(delivery({ chat, content: text('next') }))
    const seen = bench.home.transcript()
    assert.equal(seen.pop()?.text, 'next')
    assert.deepEqual(
      seen.map(({ kind }) => kind),
      kinds,
    )
    assert.equal(job.sent.length, kinds.length)
    for (const { file: sent } of seen) assert.doesNotMatch(sent?.name ?? '', /[/\\]|\.\./)
    bench.tg.assertNoSurprises()
  })
}

test('the words picked out of a message are shown where they are found, and do no harm where they are not', async () => {
  await using bench = await Bench.open()
  const chat = `telegram:${bench.owner.id}` as const
  const asked = bench.owner.sends(bench.home, 'Pizza or noodles?')
  const replyTo = { id: String(asked.message_id), fromMe: false, byBridge: false }
  for (const quote of ['noodles', 'soup', '']) {
    const event = { replyTo: { id: 'X', quote, excerpt: 'Pizza or noodles?' } }
    await bench.network.send(delivery({ chat, content: text('That'), replyTo, event }))
  }
  assert.deepEqual(
    bench.home
      .transcript()
      .slice(1)
      .map(seen => [seen.text, seen.replyTo, seen.quote]),
    [
      ['That', asked.message_id, 'noodles'],
      ['That', asked.message_id, undefined],
      ['That', asked.message_id, undefined],
    ],
  )
})

test('code stays code whatever its language is called', async () => {
  await using bench = await Bench.open()
  const languages = [
    'ж'.repeat(5000),
    ...Array<string>(49).fill('ж'.repeat(100)),
    ...Array<string>(50).fill('ts'),
  ]
  const spans = languages.map((language, n): Span => ({ start: n * 2, length: 1, style: 'pre', language }))
  const body = { text: 'x '.repeat(languages.length), spans }
  await bench.network.send(delivery({ chat: `telegram:${bench.owner.id}`, content: { kind: 'text', body } }))
  const [seen] = bench.home.transcript()
  assert.deepEqual(
    seen?.entities?.map(entity => [entity.type, 'language' in entity ? entity.language : '']),
    languages.map(language => ['pre', language === 'ts' ? language : '']),
  )
})
