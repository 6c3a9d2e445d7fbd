import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content, MediaContent, MessageEvent } from '../../../src/bridge/event.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { keepParts, partsOf } from '../../../src/telegram/send/kept-parts.ts'
import type { Part } from '../../../src/telegram/send/part.ts'
import { renderParts } from '../../../src/telegram/send/render.ts'
import { delivery, event, file, text } from '../bench.ts'

const options = { uploadLimit: 50 * 1024 * 1024, owner: 7001 }

const render = (
  content: Content,
  { senderLine, ...extra }: Partial<MessageEvent> & { senderLine?: string } = {},
): Part[] =>
  renderParts({ event: event(content, extra), ...(senderLine !== undefined && { senderLine }) }, options)

const summary = ({ method, look }: Part): string => `${method} ${look.words.text}`.trim()

const contents: readonly (readonly [string, Content, readonly (string | RegExp)[]])[] = [
  ['a location', { kind: 'location', latitude: 1, longitude: 2 }, ['sendLocation']],
  [
    'a location with a name and a comment',
    { kind: 'location', latitude: 1, longitude: 2, name: 'Zoo', comment: 'here' },
    ['sendVenue', 'sendMessage here'],
  ],
  [
    'a live location keeps its name in words',
    { kind: 'location', latitude: 1, longitude: 2, name: 'Zoo', live: 900, comment: 'on my way' },
    ['sendLocation', 'sendMessage Zoo\non my way'],
  ],
  [
    'a place that is nowhere',
    { kind: 'location', latitude: 123.4, longitude: 2, name: 'Moon' },
    ['sendMessage 📍\n123.4, 2\nMoon'],
  ],
  [
    'a contact without a number',
    { kind: 'contacts', contacts: [{ name: 'Ben', phones: [' '], vcard: '' }] },
    ['sendMessage 👤 Ben'],
  ],
  [
    'six contacts are a file',
    {
      kind: 'contacts',
      contacts: Array.from({ length: 6 }, (_, n) => ({ name: `P${n}`, phones: ['+1'], vcard: '' })),
    },
    ['sendDocument 👤 6 contacts: P0, P1, P2, P3, P4, P5'],
  ],
  [
    'a card with buttons that lead nowhere in Telegram',
    {
      kind: 'card',
      body: plainText('Offer'),
      buttons: [
        { label: 'Call', url: 'tel:+15550000001' },
        { label: 'Yes' },
        { label: 'Bad', url: 'javascript:alert(1)' },
        { label: 'Here', url: 'http://localhost/x' },
        { label: 'Code', copy: 'x'.repeat(300) },
      ],
    },
    [
      `sendMessage Offer\n▫️ Call: tel:+15550000001\n▫️ Yes\n▫️ Bad: javascript:alert(1)\n▫️ Here: http://localhost/x\n▫️ Code: ${'x'.repeat(300)}`,
    ],
  ],
  [
    'a card with a picture',
    {
      kind: 'card',
      body: plainText('49.99 EUR'),
      buttons: [],
      media: file('image', {}, 'Red shoe') as MediaContent,
    },
    ['sendPhoto Red shoe\n49.99 EUR'],
  ],
  [
    'a poll for any number of options, with an end',
    {
      kind: 'poll',
      question: 'Which\ndays?',
      options: ['Mon', 'Tue', 'Wed'],
      choices: 0,
      quiz: true,
      endsAt: Date.UTC(2026, 11, 24, 12),
    },
    [
      /^sendMessage 📊 Which days\?\n▫️ Mon\n▫️ Tue\n▫️ Wed\nQuiz · Choose any number · Ends Thu, 24 Dec 2026, \d\d:00$/,
    ],
  ],
  [
    'a poll for two of three',
    { kind: 'poll', question: 'Which?', options: ['A', 'B', 'C'], choices: 2 },
    ['sendMessage 📊 Which?\n▫️ A\n▫️ B\n▫️ C\nChoose up to 2'],
  ],
  [
    'an appointment with all that it can have',
    {
      kind: 'appointment',
      title: 'Picnic',
      description: plainText('bring food'),
      place: 'Park',
      latitude: 1,
      longitude: 2,
      link: 'https://call.example/abc',
    },
    [
      'sendMessage 📅 Picnic\nbring food\n📍 Park\n🔗 https://call.example/abc\n✅ Going\n❔ Maybe\n❌ Not going',
    ],
  ],
  ['an album whose pictures are yet to come', { kind: 'album', items: [] }, []],
  [
    'what nobody sees alone',
    { kind: 'text', body: plainText('\u200e\u2800 \u00a0\u{e0061}') },
    ['sendMessage Blank message'],
  ],
  ['blanks alone', { kind: 'text', body: plainText(' \n\u0000') }, ['sendMessage Blank message']],
]

test('parts that were kept come back as they were rendered', () => {
  const long = text('A long story. '.repeat(20_000))
  const all = [...contents.map(([, content]) => content), file('video', { size: 7 }, '*cat*'), long]
  for (const content of all) {
    const parts = render(content, { senderLine: 'Anna' })
    const rendered = keepParts(parts)
    assert.deepEqual(partsOf({ ...delivery({ chat: 'telegram:1', content }), rendered }, options), parts)
  }
})

for (const [what, content, expected] of contents) {
  test(`it is shown: ${what}`, () => {
    const shown = render(content).map(summary)
    assert.equal(shown.length, expected.length)
    expected.forEach((each, index) => {
      if (typeof each === 'string') assert.equal(shown[index], each)
      else assert.match(shown[index] ?? '', each)
    })
  })
}

const files: readonly (readonly [MediaContent['as'], Partial<MediaContent['media']>, string, string])[] = [
  ['image', {}, 'sendPhoto', 'image.jpg'],
  ['image', { mimeType: 'IMAGE/PNG; x=1' }, 'sendPhoto', 'image.png'],
  ['image', { mimeType: 'image/heic' }, 'sendDocument', 'image.heic'],
  ['image', { mimeType: 'image/gif' }, 'sendAnimation', 'image.gif'],
  ['image', { width: 9000, height: 400 }, 'sendDocument', 'image.jpg'],
  ['video', { mimeType: 'video/mp4' }, 'sendVideo', 'video.mp4'],
  ['video', { mimeType: 'video/quicktime' }, 'sendDocument', 'video.mov'],
  ['video', { mimeType: 'notamime' }, 'sendDocument', 'video.mp4'],
  ['animation', { mimeType: 'video/mp4' }, 'sendAnimation', 'animation.mp4'],
  ['video-note', { seconds: 20, width: 400, height: 400 }, 'sendVideoNote', 'video-note.mp4'],
  ['video-note', { seconds: 75, width: 400, height: 400 }, 'sendVideo', 'video-note.mp4'],
  ['video-note', { seconds: 20, width: 400, height: 300 }, 'sendVideo', 'video-note.mp4'],
  ['video-note', { size: 13 * 1024 * 1024 }, 'sendVideo', 'video-note.mp4'],
  ['voice', { mimeType: 'audio/ogg; codecs=opus' }, 'sendVoice', 'voice.ogg'],
  ['voice', { mimeType: 'audio/mp4' }, 'sendAudio', 'voice.m4a'],
  ['voice', { mimeType: 'audio/amr' }, 'sendDocument', 'voice.amr'],
  ['audio', { mimeType: 'audio/mpeg' }, 'sendAudio', 'audio.mp3'],
  ['audio', { mimeType: 'audio/amr' }, 'sendDocument', 'audio.amr'],
  ['audio', { mimeType: 'audio/wav' }, 'sendDocument', 'audio.wav'],
  ['audio', { mimeType: 'audio/x-flac' }, 'sendAudio', 'audio.flac'],
  ['audio', { mimeType: 'audio/x-m4a' }, 'sendAudio', 'audio.m4a'],
  ['video', { mimeType: 'video/x-matroska' }, 'sendDocument', 'video.mkv'],
  ['image', { mimeType: 'image/heif' }, 'sendDocument', 'image.heif'],
  ['document', { mimeType: 'text/html', fileName: 'p.html' }, 'sendDocument', 'p.html'],
  ['document', { mimeType: 'application/pdf' }, 'sendDocument', 'document.pdf'],
  [
    'document',
    { mimeType: 'application/pdf', fileName: 'Invoice 2024-01' },
    'sendDocument',
    'Invoice 2024-01.pdf',
  ],
  ['document', { mimeType: 'application/pdf', fileName: 'Rules v1.2' }, 'sendDocument', 'Rules v1.2.pdf'],
  ['document', { mimeType: 'application/pdf', fileName: 'Scan.PDF' }, 'sendDocument', 'Scan.PDF'],
  ['document', { mimeType: 'application/pdf', fileName: 'report.docx' }, 'sendDocument', 'report.docx'],
  ['document', { mimeType: 'application/msword' }, 'sendDocument', 'document.doc'],
  ['document', { mimeType: 'text/plain', fileName: 'LICENSE' }, 'sendDocument', 'LICENSE'],
  ['document', { mimeType: 'application/octet-stream', fileName: 'core' }, 'sendDocument', 'core'],
  [
    'document',
    {
      mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      fileName: `${'x'.repeat(300)}`,
    },
    'sendDocument',
    `${'x'.repeat(250)}.xlsx`,
  ],
  ['document', { fileName: '../../etc/passwd' }, 'sendDocument', 'passwd'],
  ['document', { fileName: 'cod\u202efdp.exe' }, 'sendDocument', 'codfdp.exe'],
  ['document', { fileName: '..\\..\\con' }, 'sendDocument', '_con'],
  ['document', { fileName: '\u0000\r\n' }, 'sendDocument', '__'],
  ['document', { fileName: '\u202e.' }, 'sendDocument', 'document.bin'],
  ['sticker', { mimeType: 'image/webp' }, 'sendSticker', 'sticker.webp'],
]

for (const [as, media, method, name] of files) {
  test(`a file goes out as ${method} "${name}": ${as} ${JSON.stringify(media)}`, () => {
    const [part] = render(file(as, media))
    assert.deepEqual([part?.method, part?.file?.name], [method, name])
  })
}

test('what may be seen once is hidden and says so', () => {
  const [photo] = render(file('image', { viewOnce: true }, 'Secret'), { senderLine: 'Anna' })
  assert.equal(photo?.payload['has_spoiler'], true)
  assert.equal(photo?.look.words.text, 'Anna\n👁 View once\nSecret')
  const [voice] = render(file('voice', { viewOnce: true }))
  assert.equal(voice?.payload['has_spoiler'], undefined)
  assert.equal(voice?.look.words.text, '👁 View once')
  const round = { viewOnce: true, seconds: 20, width: 400, height: 400 }
  const [above, note] = render(file('video-note', round), { senderLine: 'Anna' })
  assert.deepEqual([above?.look.words.text, note?.method], ['Anna\n👁 View once', 'sendVideoNote'])
})

test('sizes and lengths that nothing has are left out', () => {
  for (const nonsense of [0, -5, 1e9, Number.NaN, Number.POSITIVE_INFINITY]) {
    const [part] = render(file('video', { width: nonsense, height: nonsense, seconds: nonsense }))
    assert.deepEqual(part?.payload, { supports_streaming: true, caption: '', caption_entities: [] })
  }
})

test('a position is passed on as Telegram takes it', () => {
  const [part] = render({ kind: 'location', latitude: 1, longitude: 2, accuracy: 9999, heading: 0, live: 5 })
  assert.deepEqual(part?.payload, { latitude: 1, longitude: 2, horizontal_accuracy: 1500, live_period: 60 })
  const [long] = render({ kind: 'location', latitude: 1, longitude: 2, heading: 12.6, live: 1e6 })
  assert.deepEqual(long?.payload, { latitude: 1, longitude: 2, heading: 13, live_period: 86_400 })
})

test('a contact keeps first and last name, and what fits of its vCard', () => {
  const contact = (vcard: string, name = 'Jane Doe') => {
    const contacts = [{ name, phones: ['+1', '+2'], vcard }]
    return render({ kind: 'contacts', contacts }).map(({ method, payload }) => ({ method, ...payload }))
  }
  const small = 'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Doe;Jane;;;\r\nTEL:+1\r\nEND:VCARD'
  assert.deepEqual(contact(small), [
    { method: 'sendContact', phone_number: '+1', first_name: 'Jane', last_name: 'Doe', vcard: small },
  ])
  const photo = `PHOTO;ENCODING=b:${'A'.repeat(3000)}\r\n ${'B'.repeat(3000)}\r\n`
  assert.deepEqual(contact(small.replace('TEL', `${photo}TEL`)), contact(small))
  const bomb = small.replace('TEL', `NOTE:${'x'.repeat(1_000_000)}\r\nTEL`)
  const [card, numbers] = contact(bomb, 'Jane')
  assert.deepEqual(card, { method: 'sendContact', phone_number: '+1', first_name: 'Jane' })
  assert.equal((numbers as { text?: string }).text, 'Jane: +2')
})

test('buttons of a card open addresses or copy, in rows of one', () => {
  const [part] = render({
    kind: 'card',
    body: plainText('Offer'),
    buttons: [
      { label: 'Shop', url: 'https://shop.example/1' },
      { label: 'Copy', copy: 'SAVE10' },
    ],
  })
  assert.deepEqual(part?.markup?.inline_keyboard, [
    [{ text: 'Shop', url: 'https://shop.example/1' }],
    [{ text: 'Copy', copy_text: { text: 'SAVE10' } }],
  ])
})

test('a preview is shown of the address that the sender chose, and of no other', () => {
  const previewOf = (previewUrl?: string) =>
    render({ kind: 'text', body: plainText('see a.example'), ...(previewUrl && { previewUrl }) })[0]?.payload[
      'link_preview_options'
    ]
  assert.deepEqual(previewOf(), { is_disabled: true })
  assert.deepEqual(previewOf('https://a.example/'), { url: 'https://a.example/', prefer_small_media: true })
  assert.deepEqual(previewOf('javascript:alert(1)'), { is_disabled: true })
})

test('whoever mentions the owner mentions their Telegram account', () => {
  const spans = [
    { start: 0, length: 3, style: 'mention', me: true, person: 'whatsapp:me' },
    { start: 4, length: 4, style: 'mention', person: 'whatsapp:15550000002@s.whatsapp.net' },
  ] as const
  const body = { text: '@Me @Bob', spans: [...spans] }
  const expected = [
    { type: 'text_mention', user: { id: 7001, is_bot: false, first_name: '' }, offset: 0, length: 3 },
  ]
  const caption = { ...file('image'), caption: body } as MediaContent
  assert.deepEqual(render({ kind: 'text', body })[0]?.payload['entities'], expected)
  assert.deepEqual(render(caption)[0]?.payload['caption_entities'], expected)
  assert.deepEqual(
    render({ kind: 'album', items: [{ ...caption, id: 'x' }] })[0]?.payload['caption_entities'],
    expected,
  )
})

test('what was passed on says so, and from where', () => {
  const line = (extra: Partial<MessageEvent>) => render(text('hi'), extra)[0]?.look.words.text
  assert.equal(line({ forwarded: true }), '↪️ Forwarded\nhi')
  assert.equal(line({ forwarded: 'often' }), '↪️ Forwarded many times\nhi')
  assert.equal(line({ forwarded: true, forwardedFrom: 'Daily\nNews' }), '↪️ Forwarded from Daily News\nhi')
})

test('names of other people are one harmless line', () => {
  const [part] = render(text('hi'), { senderLine: '*Admin*\n<b>System\u202e</b>' })
  assert.equal(part?.look.words.text, '*Admin* <b>System</b>\nhi')
})
