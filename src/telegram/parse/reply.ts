import type { Message } from 'grammy/types'
import type { Content, Reply } from '../../bridge/event.ts'
import type { RichText } from '../../bridge/rich-text.ts'
import { joinRich, sliceRich } from '../entities.ts'
import { personRef } from './place.ts'

/** Code points of what an answered message said. */
const maxExcerpt = 200

/**
 * What is answered in the same chat. In a forum every message "answers" its topic's first service message: that is no
 * answer.
 */
export const parseReply = (message: Message, bot: { readonly id: number }): Reply | undefined => {
  const { reply_to_message: target } = message
  if (target === undefined || isTopicRoot(message)) return undefined
  const said = target.text ?? target.caption
  return {
    id: String(target.message_id),
    at: target.date * 1000,
    ...(target.from &&
      (target.from.id === bot.id ? { byBridge: true } : { person: personRef(target.from.id) })),
    ...(said !== undefined && { excerpt: clip(said) }),
    ...parsePicked(message, bot),
  }
}

/** What of the message that it answers is meant, and what that said when its sender saw it. */
export const parsePicked = (
  { reply_to_message: target, quote }: Message,
  bot: { readonly id: number },
): Pick<Reply, 'quote' | 'quoteAt' | 'seen'> => {
  const picked = quote?.is_manual === true ? { quote: quote.text, quoteAt: quote.position } : undefined
  if (target?.text === undefined || target.from?.id !== bot.id) return { ...picked }
  const line = boldLineAbove(
    target,
    picked ? picked.quoteAt + leadingBlanks(picked.quote) : target.text.length,
  )
  return { ...picked, seen: { text: target.text, ...(line !== undefined && { line }) } }
}

const leadingBlanks = (text: string): number => text.length - text.trimStart().length

/** The last line that is bold from end to end and begins before `end`, or there. */
const boldLineAbove = ({ text = '', entities = [] }: Message, end: number): string | undefined => {
  const bold = entities.filter(({ type }) => type === 'bold')
  // Where something else begins within it, one style comes as several.
  const isBold = (at: number): boolean =>
    bold.some(({ offset, length }) => offset <= at && at < offset + length)
  let from = 0
  let found: string | undefined
  for (const line of text.split('\n')) {
    if (from > end) break
    const start = from
    if (line !== '' && Array.from({ length: line.length }, (_, at) => start + at).every(isBold)) found = line
    from += line.length + 1
  }
  return found
}

/** Outside of topics a thread is a chain of answers, and named after the message that was answered first. */
export const isTopicRoot = (message: Message): boolean => {
  const { reply_to_message: target, message_thread_id: thread, is_topic_message: inTopic } = message
  return target?.forum_topic_created !== undefined || (inTopic === true && target?.message_id === thread)
}

/**
 * What is answered in another chat, as a quote above the words: its id means nothing here, and might be that of another
 * message.
 */
export const quoteOutside = (message: Message, content: Content): Content => {
  const words = outsideWords(message)
  if (words === undefined) return content
  const above = quoted(clip(words))
  if (content.kind === 'text') return { ...content, body: joinRich(above, content.body) }
  if (content.kind !== 'media') return content
  const caption = content.caption.text === '' ? withoutBreak(above) : joinRich(above, content.caption)
  return { ...content, caption }
}

const outsideWords = ({ external_reply: outside, quote, reply_to_story: story }: Message) => {
  if (story) return 'Story'
  if (outside === undefined) return undefined
  return quote?.text ?? labels.find(([field]) => outside[field] !== undefined)?.[1]
}

const labels = [
  ['animation', 'GIF'],
  ['photo', 'Photo'],
  ['live_photo', 'Photo'],
  ['video', 'Video'],
  ['video_note', 'Video message'],
  ['voice', 'Voice message'],
  ['audio', 'Audio'],
  ['sticker', 'Sticker'],
  ['document', 'Document'],
  ['poll', 'Poll'],
  ['venue', 'Location'],
  ['location', 'Location'],
  ['contact', 'Contact'],
  ['story', 'Story'],
] as const

const quoted = (words: string): RichText => ({
  text: `${words}\n`,
  spans: [{ start: 0, length: words.length, style: 'quote' }],
})

const withoutBreak = (words: RichText): RichText => sliceRich(words, 0, words.text.length - 1)

const clip = (text: string): string => {
  const characters = [...text]
  return characters.length > maxExcerpt ? `${characters.slice(0, maxExcerpt).join('')}…` : text
}
