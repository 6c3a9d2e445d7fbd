import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MediaContent } from '../../../../src/bridge/event.ts'
import { DeliveryError } from '../../../../src/bridge/verdict.ts'
import { renderMedia } from '../../../../src/whatsapp/baileys/send/media.ts'
import type { Part } from '../../../../src/whatsapp/baileys/send/part.ts'
import { file } from './delivery.ts'

const flat = new Uint8Array(64).fill(16)

/** What each file becomes; the first message where there are several. */
const cases: readonly (readonly [
  what: string,
  MediaContent,
  Omit<Part, 'file' | 'mentions' | 'note'>,
  keys: string,
])[] = [
  [
    'a photo',
    file('image', { width: 1280, height: 960 }, 'see'),
    { message: { imageMessage: { mimetype: 'image/jpeg', caption: 'see', width: 1280, height: 960 } } },
    'Image',
  ],
  [
    'a photo of unknown size',
    file('image', { mimeType: 'IMAGE/JPG; charset=binary', width: 0, height: -3 }),
    { message: { imageMessage: { mimetype: 'image/jpeg', caption: '' } } },
    'Image',
  ],
  [
    'a picture that phones do not show',
    file('image', { mimeType: 'image/webp' }),
    {
      message: {
        documentMessage: { mimetype: 'image/webp', fileName: 'document.webp', title: 'document.webp' },
      },
    },
    'Document',
  ],
  [
    'a video',
    file('video', { mimeType: 'video/mp4', width: 640, height: 360, seconds: 12.4 }, 'clip'),
    {
      message: {
        videoMessage: { mimetype: 'video/mp4', caption: 'clip', width: 640, height: 360, seconds: 12 },
      },
    },
    'Video',
  ],
  [
    'a QuickTime video, which phones do not play',
    file('video', { mimeType: 'video/quicktime', fileName: 'a.mov', seconds: 2 }),
    { message: { documentMessage: { mimetype: 'video/quicktime', fileName: 'a.mov', title: 'a.mov' } } },
    'Document',
  ],
  [
    'a GIF',
    file('animation', { mimeType: 'video/mp4', width: 320, height: 240, seconds: 2 }, 'lol'),
    {
      message: {
        videoMessage: {
          mimetype: 'video/mp4',
          caption: 'lol',
          gifPlayback: true,
          width: 320,
          height: 240,
          seconds: 2,
        },
      },
    },
    'Video',
  ],
  [
    'a GIF that is one',
    file('animation', { mimeType: 'image/gif', fileName: 'a.gif' }, 'lol'),
    {
      message: {
        documentMessage: { mimetype: 'image/gif', fileName: 'a.gif', title: 'a.gif', caption: 'lol' },
      },
    },
    'Document',
  ],
  [
    'a video note',
    file('video-note', { width: 384, height: 384, seconds: 8 }),
    { message: { ptvMessage: { mimetype: 'video/mp4', width: 384, height: 384, seconds: 8 } } },
    'Video',
  ],
  [
    'a voice note',
    file('voice', { mimeType: 'audio/ogg', seconds: 3 }),
    {
      message: {
        audioMessage: { mimetype: 'audio/ogg; codecs=opus', ptt: true, waveform: flat, seconds: 3 },
      },
    },
    'Audio',
  ],
  [
    'a voice note whose loudness is known',
    file('voice', { seconds: 3, waveform: Array.from({ length: 64 }, (_, at) => at) }),
    {
      message: {
        audioMessage: {
          mimetype: 'audio/ogg; codecs=opus',
          ptt: true,
          waveform: Uint8Array.from({ length: 64 }, (_, at) => at),
          seconds: 3,
        },
      },
    },
    'Audio',
  ],
  [
    'a voice note in another format',
    file('voice', { mimeType: 'audio/mpeg', seconds: 3 }),
    { message: { audioMessage: { mimetype: 'audio/mpeg', ptt: false, seconds: 3 } } },
    'Audio',
  ],
  [
    'music',
    file('audio', { mimeType: 'audio/mp3', fileName: 'song.mp3', seconds: 200 }),
    { message: { audioMessage: { mimetype: 'audio/mpeg', ptt: false, seconds: 200 } } },
    'Audio',
  ],
  [
    'music that phones do not play',
    file('audio', { mimeType: 'audio/flac', fileName: 'song.flac', seconds: 200 }),
    { message: { documentMessage: { mimetype: 'audio/flac', fileName: 'song.flac', title: 'song.flac' } } },
    'Document',
  ],
  [
    'a sticker',
    file('sticker', { mimeType: 'image/webp', width: 512, height: 400 }),
    { message: { stickerMessage: { mimetype: 'image/webp', isAnimated: false, width: 512, height: 400 } } },
    'Image',
  ],
  [
    'a document',
    file('document', { mimeType: 'application/pdf', fileName: 'Report.pdf' }, 'p. 3'),
    {
      message: {
        documentMessage: {
          mimetype: 'application/pdf',
          fileName: 'Report.pdf',
          title: 'Report.pdf',
          caption: 'p. 3',
        },
      },
    },
    'Document',
  ],
  [
    'a picture sent as a file',
    file('document', { mimeType: 'image/jpeg', fileName: 'orig.jpg' }),
    { message: { documentMessage: { mimetype: 'image/jpeg', fileName: 'orig.jpg', title: 'orig.jpg' } } },
    'Document',
  ],
  [
    'a document with a hostile name',
    file('document', { mimeType: 'text/plain', fileName: '../../\u202egpj.bashrc' }),
    { message: { documentMessage: { mimetype: 'text/plain', fileName: 'gpj.bashrc', title: 'gpj.bashrc' } } },
    'Document',
  ],
  [
    'a document without name and type',
    file('document', { mimeType: 'nonsense' }),
    {
      message: {
        documentMessage: {
          mimetype: 'application/octet-stream',
          fileName: 'document.bin',
          title: 'document.bin',
        },
      },
    },
    'Document',
  ],
]

for (const [what, content, expected, keys] of cases) {
  test(`What ${what} becomes`, () => {
    const [{ file: uploaded, mentions: _, note: __, ...part } = { message: {} }] = renderMedia(content, {})
    assert.deepEqual(part, expected)
    assert.deepEqual(uploaded, { media: content.media, kind: keys })
  })
}

test('A caption that WhatsApp has no place for follows', () => {
  for (const as of ['voice', 'audio', 'video-note', 'sticker'] as const) {
    const parts = renderMedia(file(as, {}, 'words'), { senderLine: 'Ann' })
    assert.equal(parts.length, 2, as)
    assert.equal(parts[1]?.message.extendedTextMessage?.text, '*Ann*\nwords', as)
    assert.equal(renderMedia(file(as), {}).length, 1, as)
  }
})

test('What phones do not show or play goes as a file, and the sender is told', () => {
  const kinds = [
    file('video', { mimeType: 'video/webm' }),
    file('animation', { mimeType: 'image/gif' }),
    file('audio', { mimeType: 'audio/flac' }),
    file('voice', { mimeType: 'audio/wav' }),
  ]
  for (const content of kinds) {
    const [part] = renderMedia(content, {})
    assert.deepEqual([part?.file?.kind, part?.note], ['Document', 'files'], String(content.media.mimeType))
  }
  for (const content of [file('voice', { mimeType: 'audio/mpeg' }), file('document'), file('image')]) {
    assert.equal(renderMedia(content, {})[0]?.note, undefined)
  }
})

const still = { source: 'still', width: 128, height: 100 }

test('The preview that Telegram keeps goes along where a message has room for one', () => {
  for (const as of ['image', 'video', 'animation', 'video-note', 'document'] as const) {
    assert.deepEqual(renderMedia(file(as, { still }), {})[0]?.still, still, as)
  }
})

for (const mimeType of ['video/webm', 'application/x-tgsticker']) {
  const moving = { mimeType, animated: true }

  test(`A sticker of the type ${mimeType} goes as its still, and the sender is told`, () => {
    const [part] = renderMedia(file('sticker', { ...moving, still, emoji: '🐸' }), {})
    assert.deepEqual(part, {
      message: { stickerMessage: { isAnimated: false, width: 128, height: 100 } },
      sticker: still,
      note: 'stills',
    })
  })

  test(`A sticker of the type ${mimeType} without a still goes as what it stands for`, () => {
    const [part] = renderMedia(file('sticker', { ...moving, emoji: '🐸' }), {})
    assert.deepEqual([part?.message, part?.note], [{ extendedTextMessage: { text: '🐸' } }, 'stills'])
  })

  test(`A sticker of the type ${mimeType} that stands for nothing is rejected`, () => {
    assert.throws(
      () => renderMedia(file('sticker', moving), {}),
      (error: unknown) => error instanceof DeliveryError && error.verdict.kind === 'reject',
    )
  })
}

test('What may be looked at once says so, and is not wrapped', () => {
  for (const as of ['image', 'video'] as const) {
    const [part] = renderMedia(file(as, { viewOnce: true }), {})
    const { imageMessage, videoMessage } = part?.message ?? {}
    assert.equal((imageMessage ?? videoMessage)?.viewOnce, true)
  }
})

test('A file that is empty is rejected by its name', () => {
  for (const as of ['document', 'image', 'voice', 'sticker'] as const) {
    assert.throws(
      () => renderMedia(file(as, { size: 0, fileName: 'e.txt' }), {}),
      (error: unknown) => error instanceof DeliveryError && /^"e\.txt" is empty/.test(error.message),
    )
  }
})
