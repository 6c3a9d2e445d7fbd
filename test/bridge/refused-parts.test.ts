import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Content } from '../../src/bridge/content.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { files } from '../simulators/samples.ts'
import type { Params } from '../simulators/telegram/faults.ts'
import { startTelegramSimulator, type TelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event } from './bridge.ts'
import { openMiddle } from './middle.ts'

const family = 'whatsapp:3@g.us'
const sender = { person: 'whatsapp:77@lid', name: 'Al', me: false } as const

/** Nobody knows what Telegram will refuse next. */
const refusal = { error: 400, description: 'Bad Request: SOMETHING_NEW' }

/** What stands in Telegram after a message of the family group, and how many jobs failed. */
const told = async (
  content: Content,
  plan: (faults: TelegramSimulator['faults']) => void,
  bytes = files.sticker(),
) => {
  await using tg = await startTelegramSimulator()
  const group = tg.addSupergroup({ title: 'Family', members: [tg.addUser({ id: 7001, first_name: 'Olga' })] })
  using store = tempStore()
  store.chats.learn({ chat: family, kind: 'group', name: 'Family' })
  store.mappings.add({ whatsapp: family, telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg)
  middle.whatsapp.files = () => Readable.from([bytes])
  plan(tg.faults)
  await middle.start()
  middle.inbox.receive([{ event: event(family, content, { sender }) }])
  await tg.until('the end', () => middle.outbox.counts().pending === 0)
  assert.equal(tg.faults.waiting, 0, 'all of them were met')
  tg.assertNoSurprises()
  return {
    seen: group.transcript().map(({ kind, text }) => [kind, text ?? ''] as const),
    failed: middle.outbox.counts().failed,
  }
}

const words = Array.from({ length: 1500 }, (_, n) => `word${n}`).join(' ')
const long: Content = {
  kind: 'text',
  body: { text: words, spans: [{ start: 0, length: words.length, style: 'bold' }] },
}
const isSecond = ({ text }: Params) => !String(text).includes('word0 ')

test('of a long text a part that is refused goes without its marks, and no part goes twice', async () => {
  const { seen, failed } = await told(long, faults => faults.next('sendMessage', refusal, { when: isSecond }))
  assert.equal(failed, 0)
  assert.equal(seen.map(([, text]) => text).join(' '), `Al\n${words}`)
})

test('of a long text of which a part is refused in any form the first stands there once, and the rest counts as failed', async () => {
  const { seen, failed } = await told(long, faults =>
    faults.next('sendMessage', refusal, { when: isSecond, times: 2 }),
  )
  assert.equal(failed, 1)
  assert.equal(seen.length, 1)
  assert.match(seen[0]?.[1] ?? '', /^Al\nword0 /)
})

test('a contact that is refused goes in words, and the others as what they are', async () => {
  const content: Content = {
    kind: 'contacts',
    contacts: ['Ann', 'Bob', 'Cem'].map((name, n) => ({ name, phones: [`+1555000000${n}`], vcard: '' })),
  }
  const { seen, failed } = await told(content, faults =>
    faults.next('sendContact', refusal, { when: params => params['first_name'] === 'Bob' }),
  )
  assert.equal(failed, 0)
  assert.deepEqual(
    seen.map(([kind, text]) => [kind, text]),
    [
      ['text', 'Al'],
      ['contact', ''],
      ['text', '👤 Bob: +15550000001'],
      ['contact', ''],
    ],
  )
})

test('a part whose answer was lost in its plainer form is found, and goes once', async () => {
  const { seen, failed } = await told(
    {
      kind: 'contacts',
      contacts: ['Ann', 'Bob'].map((name, n) => ({ name, phones: [`+1555000000${n}`], vcard: '' })),
    },
    faults => {
      faults.next('sendContact', refusal)
      faults.next('sendMessage', 'reply-lost', { when: ({ text }) => String(text).includes('Ann') })
    },
  )
  assert.equal(failed, 0)
  assert.deepEqual(seen, [
    ['text', 'Al'],
    ['text', '👤 Ann: +15550000000'],
    ['contact', ''],
  ])
})

test('a place that is refused goes in words, below the name that is there already', async () => {
  const place = { kind: 'location', latitude: 48.2, longitude: 16.37, comment: 'Here' } as const
  const point = await told(place, faults => faults.next('sendLocation', refusal))
  assert.deepEqual(
    point.seen.map(([, text]) => text),
    ['Al', '📍 https://maps.google.com/?q=48.2,16.37', 'Here'],
  )
  const named = { ...place, name: 'Prater', address: 'Vienna' }
  const venue = await told(named, faults => faults.next('sendVenue', refusal))
  assert.deepEqual(
    venue.seen.map(([, text]) => text),
    ['Al', '📍 Prater\nVienna\nhttps://maps.google.com/?q=48.2,16.37', 'Here'],
  )
})

test('a sticker that is refused goes as a document, or a word stands for it, below the name that is there already', async () => {
  const sticker: Content = {
    kind: 'media',
    as: 'sticker',
    media: { source: 'x', mimeType: 'image/webp' },
    caption: plainText(''),
  }
  const asFile = await told(sticker, faults => faults.next('sendSticker', refusal))
  assert.deepEqual(
    asFile.seen.map(([kind]) => kind),
    ['text', 'document'],
  )
  const asWords = await told(sticker, faults => {
    faults.next('sendSticker', refusal)
    faults.next('sendDocument', refusal)
  })
  assert.deepEqual(asWords.seen, [
    ['text', 'Al'],
    ['text', '[Sticker could not be carried over]'],
  ])
})

test('a photo that is none goes as a document', async () => {
  const caption = plainText('Look')
  for (const bytes of [Buffer.from('<!DOCTYPE html>'), Buffer.from('\xff\xd8\xff\xe0', 'latin1')]) {
    const photo = {
      kind: 'media',
      as: 'image',
      media: { source: 'p', mimeType: 'image/jpeg' },
      caption,
    } as const
    const { seen, failed } = await told(photo, () => undefined, bytes)
    assert.deepEqual([seen, failed], [[['document', 'Al\nLook']], 0])
  }
})

test('a card of several whose button is refused has it as a line, and no other card goes twice', async () => {
  const card = (name: string) => ({
    body: plainText(name),
    buttons: [{ label: 'Buy', url: `https://acme.example/${name}` }],
  })
  const content: Content = {
    kind: 'card',
    body: plainText('Our picks'),
    buttons: [],
    more: ['red', 'green'].map(card),
  }
  const { seen, failed } = await told(content, faults =>
    faults.next('sendMessage', refusal, {
      when: ({ reply_markup }) => JSON.stringify(reply_markup ?? '').includes('/green'),
    }),
  )
  assert.equal(failed, 0)
  assert.deepEqual(
    seen.map(([, text]) => text),
    ['Al\nOur picks', 'red', 'green\n▫️ Buy: https://acme.example/green'],
  )
})

test('an album of which a picture is refused in every form counts as failed, and the others stand there once', async () => {
  const items = ['one', 'two'].map(
    id => ({ kind: 'media', as: 'image', media: { source: id }, caption: plainText(id), id }) as const,
  )
  const isTwo = (params: Params) => /two/.test(JSON.stringify(params))
  const { seen, failed } = await told({ kind: 'album', items }, faults => {
    faults.next('sendMediaGroup', refusal)
    for (const method of ['sendPhoto', 'sendDocument', 'sendMessage'])
      faults.next(method, refusal, { when: isTwo, times: 2 })
  })
  assert.deepEqual(seen, [['photo', 'Al\none']])
  assert.equal(failed, 1)
})
