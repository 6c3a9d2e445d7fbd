import type { NetworkName } from './chat-ref.ts'
import {
  type AlbumContent,
  type Card,
  type Contact,
  type Content,
  type JoinedItem,
  type LocationContent,
  type MediaContent,
  mapLink,
  mediaNames,
} from './content.ts'
import { renderSize } from './file-name.ts'
import { plainText, prefixed, type RichText } from './rich-text.ts'

/**
 * The forms in which a message may be sent, the richest first: what it is, then the next plainer thing each time the
 * other side refuses. Towards Telegram the last form of a file is words about it, so that it leaves a trace; towards
 * WhatsApp it is not: words about a file are no message to somebody else, and the owner is told instead.
 */
export const formsOf = (content: Content, target: NetworkName): readonly [Content, ...Content[]] => {
  switch (content.kind) {
    case 'text':
      return content.body.spans.length > 0 || content.previewUrl !== undefined
        ? [content, { kind: 'text', body: plainText(content.body.text) }]
        : [content]
    case 'media':
      return [content, ...plainerFiles(content), ...(target === 'telegram' ? [wordsFor(content)] : [])]
    case 'location':
      return [content, { kind: 'text', body: plainText(renderLocation(content)) }]
    case 'contacts':
      return [content, { kind: 'text', body: plainText(content.contacts.map(renderContact).join('\n\n')) }]
    case 'album':
      return [
        content,
        ...(target === 'telegram' ? [{ ...content, apart: true }, wordsForAlbum(content)] : []),
      ]
    case 'card': {
      const { more = [] } = content
      const bare = {
        ...content,
        ...withoutButtons(content),
        ...(more.length > 0 && { more: more.map(withoutButtons) }),
      }
      const words = [bare, ...(bare.more ?? [])].map(({ body }) => body.text).filter(text => text !== '')
      const plain: Content = { kind: 'text', body: plainText(words.join('\n\n')) }
      return content.media || more.length > 0 ? [content, bare, plain] : [content, plain]
    }
    case 'joined':
      return [content, { ...content, items: content.items.map(withoutMarks) }]
    case 'poll':
    case 'appointment':
    case 'placeholder':
    case 'notice':
      return [content]
    default:
      return content satisfies never
  }
}

/** What a file is sent as when it is refused as what it is. */
const plainerFiles = (content: MediaContent): MediaContent[] =>
  plainerAs[content.as]
    // Only a still sticker is an image that others can show.
    .filter(as => !(as === 'image' && content.media.animated))
    .map(as => ({ ...content, as }))

const plainerAs: Record<MediaContent['as'], MediaContent['as'][]> = {
  image: ['document'],
  video: ['document'],
  animation: ['video', 'document'],
  'video-note': ['video', 'document'],
  voice: ['audio', 'document'],
  audio: ['document'],
  sticker: ['image', 'document'],
  document: [],
}

const wordsFor = (content: MediaContent): Content => {
  if (content.as === 'sticker') return { kind: 'placeholder', label: content.media.label ?? 'Sticker' }
  const line = `[${describeFile(content)} could not be carried over]`
  return { kind: 'text', body: captioned(line, content.caption), own: line.length }
}

const withoutMarks = (item: JoinedItem): JoinedItem => ({
  ...item,
  body: plainText(item.body.text),
})

const wordsForAlbum = ({ items }: AlbumContent): Content => ({
  kind: 'text',
  body: plainText(
    items
      .map(item => `[${describeFile(item)} could not be carried over]\n${item.caption.text}`.trim())
      .join('\n'),
  ),
})

/** Where the buttons lead, as lines below the words. */
const withoutButtons = ({ body, buttons, media }: Card): Card => {
  const lines = buttons.map(
    ({ label, url, copy }) => `▫️ ${[label, url ?? copy].filter(part => part !== undefined).join(': ')}`,
  )
  const text = [body.text, ...lines].filter(line => line !== '').join('\n')
  return { body: { ...body, text }, buttons: [], ...(media && { media }) }
}

/** A file in words: `Video "holiday.mp4" (52 MB)`. */
export const describeFile = ({ as, media }: MediaContent): string => {
  const name = media.fileName ? ` "${media.fileName}"` : ''
  const size = media.size === undefined ? '' : ` (${renderSize(media.size)})`
  return `${mediaNames[as]}${name}${size}`
}

const captioned = (line: string, caption: RichText): RichText =>
  caption.text === '' ? plainText(line) : prefixed(`${line}\n`, caption)

const renderLocation = (place: LocationContent): string =>
  [place.name, place.address, mapLink(place), place.comment]
    .filter(line => line !== undefined && line !== '')
    .join('\n')

const renderContact = ({ name, phones }: Contact): string => [name, ...phones].join('\n')
