import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { proto } from '@whiskeysockets/baileys'
import { files, samples } from '../samples.ts'
import { type MediaServer, startMediaServer } from './media-server.ts'
import { showMessage } from './phone-view.ts'

type Message = proto.IMessage
type Image = proto.Message.IImageMessage

describe('a phone', () => {
  let media: MediaServer
  before(async () => {
    media = await startMediaServer()
  })
  after(() => media[Symbol.asyncDispose]())

  const image = async (more: Partial<Image> = {}): Promise<Image> => ({
    ...(await samples.photo(media, 'The lake')).imageMessage,
    ...more,
  })

  test('shows photos, voice notes, documents, stickers, places, contacts and text as what they are', async () => {
    const shown = async (message: Message) => (await showMessage(message, media)).kind
    assert.equal(await shown(await samples.photo(media)), 'photo')
    assert.equal(await shown(await samples.document(media)), 'document')
    assert.equal(await shown(await samples.sticker(media)), 'sticker')
    assert.equal(await shown(samples.location()), 'location')
    assert.equal(await shown(samples.contact()), 'contacts')
    assert.equal(await shown(samples.text('hi')), 'text')
    const voice = await media.put(files.voice(), 'ptt')
    const audioMessage = { ...voice, mimetype: 'audio/ogg; codecs=opus', ptt: true, seconds: 3 }
    assert.equal(await shown({ audioMessage }), 'voice')
  })

  test('shows the file, its caption and the message that it answers', async () => {
    const contextInfo = { stanzaId: 'Q1', participant: 'x@lid', quotedMessage: { conversation: 'what?' } }
    const shown = await showMessage({ imageMessage: await image({ contextInfo }) }, media)
    assert.equal(shown.text, 'The lake')
    assert.deepEqual(shown.file?.bytes, files.photo())
    assert.deepEqual(shown.quote, { id: 'Q1', author: 'x@lid', text: 'what?' })
  })

  test('looks into what is wrapped, and wants the wrappers where they belong', async () => {
    const once = { viewOnceMessage: { message: { imageMessage: await image({ viewOnce: true }) } } }
    assert.equal((await showMessage(once, media)).viewOnce, true)
    const bare = { imageMessage: await image({ viewOnce: true }) }
    assert.equal((await showMessage(bare, media)).viewOnce, true)
    const { documentMessage } = await samples.document(media, 'a.pdf', 'p. 3')
    const captioned = { documentWithCaptionMessage: { message: { documentMessage: documentMessage ?? {} } } }
    assert.equal((await showMessage(captioned, media)).text, 'p. 3')
    const wrong: Message[] = [
      { viewOnceMessage: { message: { imageMessage: await image() } } },
      { extendedTextMessage: { text: 'once', viewOnce: true } },
      { viewOnceMessage: { message: { conversation: 'once' } } },
      { documentWithCaptionMessage: { message: { imageMessage: await image() } } },
    ]
    for (const message of wrong) assert.equal((await showMessage(message, media)).kind, 'broken')
  })

  const broken: readonly (readonly [what: string, problem: RegExp, () => Promise<Message> | Message])[] = [
    ['without content', /no content/, () => ({})],
    ['with two contents', /several contents/, () => ({ conversation: 'a', reactionMessage: { text: 'b' } })],
    ['with empty text', /text is missing/, () => ({ extendedTextMessage: { text: '' } })],
    [
      'with a short secret',
      /secret/,
      () => ({ conversation: 'a', messageContextInfo: { messageSecret: randomBytes(16) } }),
    ],
    [
      'that quotes nobody',
      /author/,
      () => ({
        extendedTextMessage: {
          text: 'a',
          contextInfo: { stanzaId: 'Q', quotedMessage: { conversation: 'b' } },
        },
      }),
    ],
    [
      'that previews what it does not say',
      /previewed/,
      () => ({ extendedTextMessage: { text: 'a', matchedText: 'https://b.example' } }),
    ],
    [
      'with another media key',
      /MAC/,
      async () => ({ imageMessage: await image({ mediaKey: randomBytes(32) }) }),
    ],
    [
      'with a short media key',
      /32 bytes/,
      async () => ({ imageMessage: await image({ mediaKey: randomBytes(16) }) }),
    ],
    [
      'with a wrong hash of the file',
      /fileSha256/,
      async () => ({ imageMessage: await image({ fileSha256: randomBytes(32) }) }),
    ],
    [
      'with a wrong hash of the encrypted file',
      /fileEncSha256/,
      async () => ({ imageMessage: await image({ fileEncSha256: randomBytes(32) }) }),
    ],
    ['with a wrong length', /fileLength/, async () => ({ imageMessage: await image({ fileLength: 7 }) })],
    ['without a length', /fileLength/, async () => ({ imageMessage: await image({ fileLength: null }) })],
    ['without a path', /path/, async () => ({ imageMessage: await image({ directPath: null }) })],
    [
      'with a foreign path',
      /no file/,
      async () => ({ imageMessage: await image({ directPath: '/v/none' }) }),
    ],
    [
      'without the time of its key',
      /media key is of/,
      async () => ({ imageMessage: await image({ mediaKeyTimestamp: 0 }) }),
    ],
    ['without a type', /type is missing/, async () => ({ imageMessage: await image({ mimetype: null }) })],
    [
      'of a type no phone shows',
      /image\/webp/,
      async () => ({ imageMessage: await image({ mimetype: 'image/webp' }) }),
    ],
    [
      'of another type than its file',
      /is no "image\/png"/,
      async () => ({ imageMessage: await image({ mimetype: 'image/png' }) }),
    ],
    [
      'of another size than its picture',
      /640 × 480/,
      async () => ({ imageMessage: await image({ width: 480, height: 640 }) }),
    ],
    [
      'with a preview that is no JPEG',
      /no JPEG/,
      async () => ({ imageMessage: await image({ jpegThumbnail: files.sticker() }) }),
    ],
    [
      'with a preview of a megabyte',
      /jpegThumbnail has/,
      async () => ({
        imageMessage: await image({ jpegThumbnail: Buffer.concat([files.photo(), Buffer.alloc(1_000_000)]) }),
      }),
    ],
    [
      'with the keys of another kind',
      /MAC/,
      async () => ({ documentMessage: { ...(await image()), fileName: 'a' } }),
    ],
    [
      'with a document without a name',
      /name of the file/,
      async () => ({ documentMessage: { ...(await samples.document(media)).documentMessage, fileName: '' } }),
    ],
    [
      'with a document with a path for a name',
      /not the name/,
      async () => ({
        documentMessage: { ...(await samples.document(media)).documentMessage, fileName: '../a.pdf' },
      }),
    ],
    [
      'with a voice note of an inexact type',
      /type "audio\/ogg"/,
      async () => ({
        audioMessage: {
          ...(await media.put(files.voice(), 'ptt')),
          mimetype: 'audio/ogg',
          ptt: true,
          seconds: 3,
        },
      }),
    ],
    [
      'with a voice note without a length',
      /length/,
      async () => ({
        audioMessage: {
          ...(await media.put(files.voice(), 'ptt')),
          mimetype: 'audio/ogg; codecs=opus',
          ptt: true,
        },
      }),
    ],
    [
      'with a waveform of 63 bars',
      /waveform/,
      async () => ({
        audioMessage: {
          ...(await media.put(files.voice(), 'ptt')),
          mimetype: 'audio/ogg; codecs=opus',
          ptt: true,
          seconds: 3,
          waveform: new Uint8Array(63),
        },
      }),
    ],
    ['from nowhere', /no place/, () => ({ locationMessage: { degreesLatitude: 91, degreesLongitude: 0 } })],
    ['from half a place', /no place/, () => ({ locationMessage: { degreesLatitude: 9 } })],
    ['with a contact without a card', /card/, () => ({ contactMessage: { displayName: 'A', vcard: 'A' } })],
    [
      'with a list of one contact',
      /two at least/,
      () => ({
        contactsArrayMessage: { displayName: 'A', contacts: [samples.contact().contactMessage ?? {}] },
      }),
    ],
  ]

  for (const [what, problem, make] of broken) {
    test(`shows a message ${what} as broken`, async () => {
      const shown = await showMessage(await make(), media)
      assert.equal(shown.kind, 'broken')
      assert.match(shown.problem ?? '', problem)
    })
  }
})
