import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { proto } from '@whiskeysockets/baileys'
import type { WhatsAppSimulator } from './whatsapp/index.ts'

const read = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'fixtures', name))

/** Small real files. */
export const files = {
  /** 640 × 480 pixels. */
  photo: () => read('photo.jpg'),
  /** Three seconds of silence, Opus. */
  voice: () => read('voice.ogg'),
  /** Four seconds with the loudness of words, Opus; and two of them in stereo. */
  speech: () => read('speech.ogg'),
  stereo: () => read('speech-stereo.ogg'),
  pdf: () => read('timetable.pdf'),
  /** 64 × 48 pixels, 287 bytes. */
  thumbnail: () => read('thumbnail.jpg'),
  /** 512 × 512 pixels. */
  sticker: () => read('sticker.webp'),
  /** An orange disc that goes round on nothing: 512 × 512 pixels, 8 pictures of 100 ms. */
  movingSticker: () => read('moving.webp'),
  /** What looks like an MP4 file at first sight: nothing here plays films. */
  film: () =>
    Buffer.from('AAAAIGZ0eXBpc29tAAACAGlzb21pc28yYXZjMW1wNDEAAAAIZnJlZQAAABBtZGF0AQEBAQEBAQE=', 'base64'),
  /** The same for MP3. */
  song: () => Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'), Buffer.alloc(4000, 0xfb)]),
}

type Media = WhatsAppSimulator['media']

/** WhatsApp messages as phones build them; files go to the simulator's media host. */
export const samples = {
  text: (text: string): proto.IMessage => ({ conversation: text }),
  reply: (text: string, to: { id: string; author: string; text: string }): proto.IMessage => ({
    extendedTextMessage: {
      text,
      contextInfo: { stanzaId: to.id, participant: to.author, quotedMessage: { conversation: to.text } },
    },
  }),
  photo: async (media: Media, caption = ''): Promise<proto.IMessage> => ({
    imageMessage: {
      ...(await media.put(files.photo(), 'image')),
      mimetype: 'image/jpeg',
      caption,
      width: 640,
      height: 480,
    },
  }),
  voice: async (media: Media): Promise<proto.IMessage> => ({
    audioMessage: {
      ...(await media.put(files.voice(), 'audio')),
      mimetype: 'audio/ogg; codecs=opus',
      ptt: true,
      seconds: 3,
    },
  }),
  document: async (media: Media, fileName = 'Timetable 4b.pdf', caption = ''): Promise<proto.IMessage> => ({
    documentMessage: {
      ...(await media.put(files.pdf(), 'document')),
      mimetype: 'application/pdf',
      fileName,
      caption,
    },
  }),
  sticker: async (media: Media): Promise<proto.IMessage> => ({
    stickerMessage: {
      ...(await media.put(files.sticker(), 'image')),
      mimetype: 'image/webp',
      width: 512,
      height: 512,
    },
  }),
  movingSticker: async (media: Media): Promise<proto.IMessage> => ({
    stickerMessage: {
      ...(await media.put(files.movingSticker(), 'image')),
      mimetype: 'image/webp',
      isAnimated: true,
      width: 512,
      height: 512,
    },
  }),
  location: (): proto.IMessage => ({
    locationMessage: { degreesLatitude: 52.5163, degreesLongitude: 13.3777, name: 'Brandenburger Tor' },
  }),
  contact: (): proto.IMessage => ({
    contactMessage: {
      displayName: 'Dr. Roth',
      vcard:
        'BEGIN:VCARD\nVERSION:3.0\nFN:Dr. Roth\nTEL;type=CELL;waid=15550000077:+1 555 000 0077\nEND:VCARD',
    },
  }),
  poll: (): proto.IMessage => ({
    pollCreationMessageV3: {
      name: 'Where do we eat?',
      options: [{ optionName: 'Pizza' }, { optionName: 'Noodles' }],
      selectableOptionsCount: 1,
    },
  }),
}

/** The words of a text message as a phone shows them. */
export const textOf = ({ conversation, extendedTextMessage }: proto.IMessage): string =>
  conversation ?? extendedTextMessage?.text ?? ''
