import type { MessageEntity } from 'grammy/types'
import { isChatRef } from '../bridge/chat-ref.ts'
import type { RichText, Span } from '../bridge/rich-text.ts'
import { placeOf } from './address.ts'

/** Marks of a message: more than about a hundred make the server drop some or answer `ENTITIES_TOO_LONG`. */
export const maxEntities = 100
/** Bytes of the name of a language. Longer ones are none, and a hundred of them come to `ENTITIES_TOO_LONG`, too. */
const longestLanguage = 64

/** RichText as `text` and `entities` of a Bot API call. Offsets are clipped: a wrong one is a 400 from Telegram. */
export const renderEntities = ({ text, spans }: RichText): MessageEntity[] =>
  spans
    .flatMap(span => {
      const clipped = clipSpan(span, text)
      const entity = clipped && renderSpan(clipped)
      return entity ? [entity] : []
    })
    .slice(0, maxEntities)

const renderSpan = (span: Span): MessageEntity | undefined => {
  const at = { offset: span.start, length: span.length }
  switch (span.style) {
    case 'strike':
      return { type: 'strikethrough', ...at }
    case 'quote':
      return { type: 'blockquote', ...at }
    case 'link':
      return span.url === undefined ? undefined : { type: 'text_link', url: span.url, ...at }
    case 'pre':
      return { type: 'pre', ...languageOf(span), ...at }
    case 'mention': {
      const id = userIdOf(span.person)
      // Telegram reads only the id of the user.
      return id === undefined
        ? undefined
        : { type: 'text_mention', user: { id, is_bot: false, first_name: '' }, ...at }
    }
    default:
      return { type: span.style, ...at }
  }
}

const languageOf = ({ language = '' }: Span): { language?: string } =>
  language !== '' && Buffer.byteLength(language) <= longestLanguage ? { language } : {}

const userIdOf = (person: string | undefined): number | undefined => {
  if (!isChatRef(person) || !person.startsWith('telegram:')) return undefined
  const { chatId } = placeOf(person)
  return typeof chatId === 'number' && chatId > 0 ? chatId : undefined
}

/** Telegram's text and entities as RichText. Marks that Telegram finds by itself (links, hashtags) need no span. */
export const parseEntities = (text: string, entities: readonly MessageEntity[] = []): RichText => ({
  text,
  spans: entities.flatMap(entity => {
    const span = parseEntity(entity)
    const clipped = span && clipSpan(span, text)
    return clipped ? [clipped] : []
  }),
})

const parseEntity = (entity: MessageEntity): Span | undefined => {
  const at = { start: entity.offset, length: entity.length }
  switch (entity.type) {
    case 'bold':
    case 'italic':
    case 'underline':
    case 'spoiler':
    case 'code':
      return { ...at, style: entity.type }
    case 'strikethrough':
      return { ...at, style: 'strike' }
    case 'blockquote':
    case 'expandable_blockquote':
      return { ...at, style: 'quote' }
    case 'pre':
      return { ...at, style: 'pre', ...(entity.language !== undefined && { language: entity.language }) }
    case 'text_link':
      return { ...at, style: 'link', url: entity.url }
    case 'text_mention':
      return { ...at, style: 'mention', person: `telegram:${entity.user.id}` }
    default:
      return undefined
  }
}

/** The part of a span that lies in the text and cuts no surrogate pair; undefined when nothing is left. */
const clipSpan = (span: Span, text: string): Span | undefined => {
  const begin = alignToCharacter(text, Math.max(0, Math.trunc(span.start)))
  const end = alignToCharacter(text, Math.min(text.length, Math.trunc(span.start + span.length)))
  return end > begin ? { ...span, start: begin, length: end - begin } : undefined
}

/** The index itself, or the one before when it stands in the middle of a surrogate pair. */
export const alignToCharacter = (text: string, index: number): number =>
  isHigh(text.charCodeAt(index - 1)) && isLow(text.charCodeAt(index)) ? index - 1 : index

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** A part of a rich text, with the spans that reach into it. */
export const sliceRich = ({ text, spans }: RichText, from: number, to: number): RichText => {
  const part = text.slice(from, to)
  return {
    text: part,
    spans: spans.flatMap(span => {
      const begin = Math.max(span.start, from)
      const end = Math.min(span.start + span.length, to)
      const moved = end > begin && clipSpan({ ...span, start: begin - from, length: end - begin }, part)
      return moved ? [moved] : []
    }),
  }
}

/** Several rich texts as one. */
export const joinRich = (...parts: readonly RichText[]): RichText => {
  let text = ''
  const spans: Span[] = []
  for (const part of parts) {
    for (const span of part.spans) spans.push({ ...span, start: span.start + text.length })
    text += part.text
  }
  return { text, spans }
}
