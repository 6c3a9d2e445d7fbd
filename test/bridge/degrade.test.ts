import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { describeFile, formsOf } from '../../src/bridge/degrade.ts'
import type { Content, MediaContent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'

const file = (as: MediaContent['as'], media: Partial<MediaContent['media']> = {}): MediaContent => ({
  kind: 'media',
  as,
  media: { source: 'x', ...media },
  caption: plainText(''),
})
const shape = (content: Content) => (content.kind === 'media' ? content.as : content.kind)
const shapes = (content: Content, target: 'telegram' | 'whatsapp' = 'telegram') =>
  formsOf(content, target).map(shape)

test('each kind of file steps down to the next plainer one, and to words at last', () => {
  assert.deepEqual(shapes(file('image')), ['image', 'document', 'text'])
  assert.deepEqual(shapes(file('video')), ['video', 'document', 'text'])
  assert.deepEqual(shapes(file('animation')), ['animation', 'video', 'document', 'text'])
  assert.deepEqual(shapes(file('video-note')), ['video-note', 'video', 'document', 'text'])
  assert.deepEqual(shapes(file('voice')), ['voice', 'audio', 'document', 'text'])
  assert.deepEqual(shapes(file('document')), ['document', 'text'])
  assert.deepEqual(shapes(file('sticker')), ['sticker', 'image', 'document', 'placeholder'])
  assert.deepEqual(shapes(file('sticker', { animated: true })), ['sticker', 'document', 'placeholder'])
})

test('towards WhatsApp a file stays a file', () => {
  assert.deepEqual(shapes(file('voice'), 'whatsapp'), ['voice', 'audio', 'document'])
})

test('the words name the file and its size and keep the caption with its styles in place', () => {
  const video = file('video', { fileName: 'holiday.mp4', size: 52_428_800 })
  const caption = { text: 'look here', spans: [{ start: 5, length: 4, style: 'bold' as const }] }
  const words = formsOf({ ...video, caption }, 'telegram').at(-1)
  assert.equal(describeFile(video), 'Video "holiday.mp4" (50 MB)')
  assert.ok(words?.kind === 'text')
  const { text, spans } = words.body
  assert.equal(text, '[Video "holiday.mp4" (50 MB) could not be carried over]\nlook here')
  assert.deepEqual(
    spans.map(span => text.slice(span.start, span.start + span.length)),
    ['here'],
  )
})

test('styled text is tried without its styles, plain text as it is alone', () => {
  const styled: Content = {
    kind: 'text',
    body: { text: 'a', spans: [{ start: 0, length: 1, style: 'bold' }] },
  }
  assert.deepEqual(formsOf(styled, 'telegram')[1], { kind: 'text', body: plainText('a') })
  assert.deepEqual(shapes({ kind: 'text', body: plainText('a') }), ['text'])
})

test('a place becomes a line that a map opens, a contact its name and numbers', () => {
  const place: Content = { kind: 'location', latitude: 48.1, longitude: 11.5, name: 'Café' }
  assert.deepEqual(formsOf(place, 'whatsapp')[1], {
    kind: 'text',
    body: plainText('Café\nhttps://maps.google.com/?q=48.1,11.5'),
  })
  const contacts: Content = { kind: 'contacts', contacts: [{ name: 'Ann', phones: ['+1', '+2'], vcard: '' }] }
  assert.deepEqual(formsOf(contacts, 'telegram')[1], { kind: 'text', body: plainText('Ann\n+1\n+2') })
})

test('what is left of a carousel without its pictures and buttons is all of its words and addresses', () => {
  const card = (words: string) => ({
    body: plainText(words),
    buttons: [{ label: 'Buy', url: `https://acme.test/${words}` }],
    media: file('image', {}),
  })
  const carousel: Content = { kind: 'card', ...card('A'), more: [card('B'), card('C')] }
  const forms = formsOf(carousel, 'telegram')
  assert.deepEqual(
    forms.map(({ kind }) => kind),
    ['card', 'card', 'text'],
  )
  const words = ['A', 'B', 'C'].map(each => `${each}\n▫️ Buy: https://acme.test/${each}`)
  assert.deepEqual(forms[2], { kind: 'text', body: plainText(words.join('\n\n')) })
})

test('the last form of anything towards Telegram needs no file', () => {
  const kinds = [
    'image',
    'video',
    'animation',
    'video-note',
    'voice',
    'audio',
    'document',
    'sticker',
  ] as const
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.boolean(), (as, animated) => {
      assert.notEqual(formsOf(file(as, { animated }), 'telegram').at(-1)?.kind, 'media')
    }),
  )
})
