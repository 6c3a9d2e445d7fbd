import { Readable } from 'node:stream'
import type { Content } from '../../../src/bridge/event.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { jpeg, ogg } from '../../simulators/telegram/helpers.ts'
import { file, text } from '../bench.ts'

export interface Sending {
  /** The method that carries it. */
  readonly method: string
  readonly content: Content
  /** What its files hold. */
  readonly bytes: Uint8Array
  /** As how many messages it arrives. */
  readonly messages: number
}

const noise = Buffer.alloc(2000, 1)
const sending = (method: string, content: Content, bytes: Uint8Array = noise, messages = 1): Sending => ({
  method,
  content,
  bytes,
  messages,
})

const album: Content = {
  kind: 'album',
  items: [1, 2].map(number => ({
    id: `P${number}`,
    kind: 'media',
    as: 'image',
    media: { source: `photo ${number}` },
    caption: plainText(`Photo ${number}`),
  })),
}

/** One message for each way in which a call leaves messages behind: without a file, with one, with several. */
export const sendings: readonly Sending[] = [
  sending('sendMessage', text('in doubt')),
  sending('sendDocument', file('document', { fileName: 'a.pdf', size: 2000 }, 'A *plan*')),
  sending('sendMediaGroup', album, jpeg(100, 100), 2),
]

/** The rest of the methods that leave a message behind, and what else they carry. */
export const otherSendings: readonly Sending[] = [
  sending('sendMessage', { kind: 'poll', question: 'Where?', options: ['Pizza', 'Noodles'], choices: 1 }),
  sending('sendMessage', { kind: 'appointment', title: 'Picnic', link: 'https://call.example/1' }),
  sending('sendMessage', {
    kind: 'card',
    body: plainText('Offer'),
    buttons: [{ label: 'Shop', url: 'https://shop.example/' }],
  }),
  sending('sendPhoto', file('image', {}, 'a *photo*'), jpeg(10, 10)),
  sending('sendVideo', file('video', {}, 'film')),
  sending('sendAnimation', file('animation')),
  sending('sendVideoNote', file('video-note', { seconds: 3 })),
  sending('sendVoice', file('voice', { seconds: 2 }), ogg()),
  sending('sendAudio', file('audio', { seconds: 2 }, 'song')),
  sending('sendDocument', text('word '.repeat(10_000))),
  sending('sendSticker', file('sticker')),
  sending('sendLocation', { kind: 'location', latitude: 48.137154, longitude: 11.576124 }),
  sending('sendLocation', { kind: 'location', latitude: 48.1, longitude: 11.5, live: 900 }),
  sending('sendVenue', { kind: 'location', latitude: 48.1, longitude: 11.5, name: 'Zoo' }),
  sending('sendContact', {
    kind: 'contacts',
    contacts: [{ name: 'Ben', phones: ['+15550000002'], vcard: '' }],
  }),
]

export const filesOf =
  ({ bytes }: Sending) =>
  (): Readable =>
    Readable.from([bytes])
