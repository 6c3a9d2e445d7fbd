import { Readable } from 'node:stream'
import type { Content, Media } from '../../../src/bridge/event.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import { file, text } from '../bench.ts'

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
export const sendings: readonly (readonly [method: string, content: Content, messages: number])[] = [
  ['sendMessage', text('in doubt'), 1],
  ['sendDocument', file('document', { fileName: 'a.pdf', size: 2000 }, 'A *plan*'), 1],
  ['sendMediaGroup', album, 2],
]

export const bytesOf = ({ source }: Media): Readable =>
  Readable.from([source.startsWith('photo') ? jpeg(100, 100) : Buffer.alloc(2000, 1)])
