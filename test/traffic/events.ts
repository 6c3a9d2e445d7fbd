import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { BridgeEvent, Content, MediaContent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import type { Kind, Row, Trace } from './trace.ts'

export const chatOf = (index: number): ChatRef => `whatsapp:${1000 + index}@g.us`
export const idOf = (row: number): string => `R${row}`
/** The row that an id stands for; undefined for a picture of an album. */
export const rowOf = (id: string): number | undefined => (/^R\d+$/.test(id) ? Number(id.slice(1)) : undefined)

/** What WhatsApp's side of the bridge makes of a row of a trace: one event, or an album's announcement and its pictures. */
export const eventsOf = ({ rows, chats }: Trace, row: number, now: number): BridgeEvent[] => {
  const [, chat, kind, size, about] = rows[row] ?? missing(row)
  const head = {
    version: 1,
    chat: chatOf(chat),
    id: idOf(row),
    sender: personOf({ rows, chats }, row),
    sentAt: now,
  } as const
  const target = { id: idOf(about ?? 0) }
  switch (kind) {
    case 'edit':
      return [{ ...head, kind, target, content: { kind: 'text', body: plainText(wordsOf(row, size)) } }]
    case 'move':
      return [{ ...head, kind: 'edit', target, content: contentOf('live', { row, size }) }]
    case 'deletion':
      return [{ ...head, kind, target, by: 'author' }]
    case 'reaction':
      return [{ ...head, kind, target, emoji: ['👍', '❤️', '😂', '🙏'][row % 4] ?? '👍' }]
    case 'vote':
      return [{ ...head, kind, target, choice: [row % 3] }]
    case 'album': {
      const album = { id: head.id }
      const items = Array.from({ length: size }, (_, item): BridgeEvent => {
        return {
          ...head,
          kind: 'message',
          id: `${head.id}-${item}`,
          album,
          content: contentOf('photo', { row, size: 180 }),
        }
      })
      return [
        { ...head, kind: 'message', album, content: { kind: 'album', items: [], expected: size } },
        ...items,
      ]
    }
    default:
      return [
        {
          ...head,
          kind: 'message',
          content: contentOf(kind, { row, size }),
          ...(kind === 'reply' && { replyTo: { ...target, excerpt: 'what was said' } }),
        },
      ]
  }
}

/** One of the people of the chat; who edits or deletes a message, or moves, is who wrote it. */
export const personOf = (
  { rows, chats }: Pick<Trace, 'rows' | 'chats'>,
  row: number,
): BridgeEvent['sender'] => {
  const [, chat, kind, , about] = rows[row] ?? missing(row)
  if (about !== undefined && ['edit', 'deletion', 'move'].includes(kind))
    return personOf({ rows, chats }, about)
  const number = (row * 7) % (chats[chat]?.people ?? 1)
  return { person: `whatsapp:${5000 + chat * 100 + number}@lid`, name: `Person ${number + 1}`, me: false }
}

const wordsOf = (row: number, size: number): string => `${row} `.padEnd(size, 'words and more ').trim()

const file = (as: MediaContent['as'], source: string, size: number): MediaContent => ({
  kind: 'media',
  as,
  media: { source, size: size * 1000, mimeType: mimeTypes[as] ?? 'application/pdf', fileName: 'file.pdf' },
  caption: plainText(''),
})

const mimeTypes: Partial<Record<MediaContent['as'], string>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  voice: 'audio/ogg; codecs=opus',
  sticker: 'image/webp',
}

const contentOf = (kind: Kind, { row, size }: { row: number; size: number }): Content => {
  const place = { kind: 'location', latitude: 48 + row / 1000, longitude: 11 } as const
  switch (kind) {
    case 'photo':
      return file('image', 'photo', size)
    case 'video':
      return file('video', 'film', size)
    case 'voice':
      return file('voice', 'voice', size)
    case 'document':
      return file('document', 'pdf', size)
    case 'sticker':
      return file('sticker', 'sticker', size)
    case 'location':
      return place
    case 'live':
      return { ...place, live: 28_800 }
    case 'contact':
      return { kind: 'contacts', contacts: [{ name: 'Ann', phones: ['+1 555 0100'], vcard: 'BEGIN:VCARD' }] }
    case 'poll':
      return { kind: 'poll', question: 'When?', options: ['Mon', 'Tue', 'Wed'], choices: 1 }
    default:
      return { kind: 'text', body: plainText(wordsOf(row, size)) }
  }
}

const missing = (row: number): never => {
  throw new Error(`There is no row ${row}`)
}

/**
 * The most messages that a row may cost in Telegram: 4096 characters make one, an album counts as all its pictures, and a
 * second reaction to a message takes the bot's own back and says all in a line. Taken from what Telegram counts, not from
 * what the bridge asks for.
 */
export const mostMessages = ([, , kind, size]: Row): number => {
  switch (kind) {
    case 'deletion':
      return 0
    case 'album':
      return size
    case 'reaction':
      return 2
    case 'text':
    case 'reply':
    case 'edit':
      return Math.ceil((size + 200) / 4096)
    default:
      return 1
  }
}
