import type { Message, MessageEntity } from 'grammy/types'
import type { Place } from '../address.ts'
import { renderEntities } from '../entities.ts'
import type { Look } from '../send/part.ts'

/** Degrees by which Telegram may round a point (it keeps about six digits). */
const roundOff = 0.0001

/**
 * Whether a message of the bot is the one we look for: `exact`, or `loose` when everything fits but what Telegram is known
 * to change (shape of entities, size or name of a file). Undefined when it is another one.
 */
export const matchMessage = (message: Message, look: Look, place: Place): 'exact' | 'loose' | undefined => {
  const fields = message as unknown as Readonly<Record<string, unknown>>
  if (!inTopic(message, place)) return undefined
  if (!look.kinds.some(kind => kind in fields) || ('venue' in fields && !look.kinds.includes('venue'))) {
    return undefined
  }
  const words = message.text ?? message.caption ?? ''
  if (look.form) return look.form.test(words) ? 'exact' : undefined
  if (bare(words) !== bare(look.words.text)) return undefined
  if (!samePoint(message, look) || !sameTitle(message, look)) return undefined
  const entities = message.entities ?? message.caption_entities ?? []
  const styled = styleMap(words, entities)
  const sameStyles = styled === styleMap(look.words.text, renderEntities(look.words))
  return sameStyles && sameSize(fields, look) && sameName(message, look) ? 'exact' : 'loose'
}

export const inTopic = (message: Message, place: Place): boolean =>
  place.threadId === undefined
    ? message.is_topic_message !== true
    : message.message_thread_id === place.threadId || isAstray(message, place)

/** For a topic of a group that has none any more it stands among everything else (tdlib/telegram-bot-api `Client.cpp`). */
export const isAstray = ({ chat, message_thread_id }: Message, { threadId }: Place): boolean =>
  threadId !== undefined &&
  message_thread_id !== threadId &&
  chat.type === 'supergroup' &&
  chat.is_forum !== true

/** A text without what Telegram cleans away or trims (TDLib `MessageEntity.cpp`), and all blanks and controls. */
export const bare = (text: string): string => text.replace(ignored, '')
const ignored = /\s|\p{C}|\u0333|\u033f|\u030a/gu

const compared: ReadonlySet<string> = new Set([
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'code',
  'pre',
])

/** The styles over each character that counts, so that merged and split entities compare equal. */
const styleMap = (text: string, entities: readonly MessageEntity[]): string => {
  const kept = entities.filter(({ type }) => compared.has(type))
  let map = ''
  let at = 0
  for (const character of text) {
    if (bare(character) !== '') {
      const styles = kept.filter(({ offset, length }) => offset <= at && at < offset + length)
      map += `${[...new Set(styles.map(({ type }) => type.slice(0, 2)))].sort().join('')};`
    }
    at += character.length
  }
  return map
}

const samePoint = (message: Message, { location }: Look): boolean => {
  const point = message.venue?.location ?? message.location
  if (location === undefined) return true
  return (
    point !== undefined &&
    Math.abs(point.latitude - location.latitude) < roundOff &&
    Math.abs(point.longitude - location.longitude) < roundOff
  )
}

const sameTitle = (message: Message, { title }: Look): boolean => {
  if (title === undefined) return true
  if (message.contact) return digits(message.contact.phone_number) === digits(title)
  return bare(message.venue?.title ?? '') === bare(title)
}

const digits = (text: string): string => text.replace(/\D/g, '')

const sameSize = (fields: Readonly<Record<string, unknown>>, { kinds, fileSize }: Look): boolean => {
  if (fileSize === undefined) return true
  return kinds.some(kind => {
    const file = fields[kind]
    return typeof file === 'object' && file !== null && 'file_size' in file && file.file_size === fileSize
  })
}

const sameName = ({ animation, document, video }: Message, { fileName }: Look): boolean => {
  if (fileName === undefined) return true
  return (animation ?? document ?? video)?.file_name?.startsWith(fileName) === true
}
