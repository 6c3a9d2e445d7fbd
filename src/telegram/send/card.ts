import type { Card, CardContent } from '../../bridge/content.ts'
import { oneLine, plainText, type RichText } from '../../bridge/rich-text.ts'
import { joinData } from '../vote-button.ts'
import { clip } from './line.ts'
import { renderMedia, withHead } from './media.ts'
import type { Markup, Part, RenderOptions } from './part.ts'
import { above, renderText } from './text.ts'

type CardButton = CardContent['buttons'][number]
type TelegramButton = Markup['inline_keyboard'][number][number]

/** Buttons under one message (Telegram takes about 100); characters of a label and of what a button copies. */
const mostButtons = 50
const longestLabel = 64
const longestCopy = 256
const longestUrl = 2048

/**
 * Words with buttons, under their picture where there is one; the other cards of a carousel follow, each by itself.
 * What is no button in Telegram stands as a line.
 */
export const renderCard = (
  { more = [], ...first }: CardContent,
  head: RichText,
  options: RenderOptions,
): Part[] => [
  ...renderOne(first, head, options),
  ...more.flatMap(card => withWords(card, renderOne(card, plainText(''), options))),
]

const renderOne = (card: Card, head: RichText, options: RenderOptions): Part[] => {
  const { words, markup } = renderCardWords(card)
  const extra = { ...(markup && { markup }) }
  if (card.media === undefined) return withHead(head, line => renderText(above(line, words), extra))
  const caption = above(card.media.caption, words)
  return renderMedia({ ...card.media, caption }, head, { ...options, ...extra })
}

/**
 * Of a picture that cannot be had the words go alone, and where its buttons are refused, they stand in lines: one of many
 * does not hold the others up.
 */
const withWords = (card: Card, parts: readonly Part[]): Part[] => {
  const { words, markup } = renderCardWords(card)
  const [text] = renderText(words, { markup })
  const [lines] = renderText(above(card.body, plainText(card.buttons.map(renderLine).join('\n'))))
  const plainer = text && lines ? before(text, lines) : text
  // What is answered by its place in the whole would be another card.
  return parts.map(({ answers: _, ...part }) => {
    if (part.file) return plainer ? { ...part, plainer } : part
    return part.markup && lines ? before(part, lines) : part
  })
}

/** A part, and what goes out when it and all its plainer forms are refused. */
const before = (part: Part, last: Part): Part => ({
  ...part,
  plainer: part.plainer ? before(part.plainer, last) : last,
})

/** The words of a card, with its buttons under them; what Telegram has no button for stands in a line of its own. */
export const renderCardWords = ({ body, buttons }: Card): { words: RichText; markup?: Markup } => {
  const made = buttons.map((button, index) => ({
    button,
    shown: index < mostButtons ? renderButton(button) : undefined,
  }))
  const lines = made.filter(({ shown }) => shown === undefined).map(({ button }) => renderLine(button))
  const rows = made.flatMap(({ shown }) => (shown ? [[shown]] : []))
  const words = above(body, plainText(lines.join('\n')))
  return {
    words: words.text === '' ? plainText('…') : words,
    ...(rows.length > 0 && { markup: { inline_keyboard: rows } }),
  }
}

const renderButton = ({ label, url, copy, join }: CardButton): TelegramButton | undefined => {
  const text = clip(oneLine(label), longestLabel)
  if (text === '') return undefined
  if (join) return { text, callback_data: joinData }
  if (url !== undefined) return isWebAddress(url) ? { text, url } : undefined
  if (copy === undefined || copy === '' || [...copy].length > longestCopy) return undefined
  return { text, copy_text: { text: copy } }
}

const renderLine = ({ label, url, copy }: CardButton): string =>
  `▫️ ${[oneLine(label), url ?? copy].filter(part => part !== undefined && part !== '').join(': ')}`

/** Telegram opens http and https alone, and refuses hosts without a dot. */
export const isWebAddress = (text: string): boolean => {
  const url = URL.parse(text)
  return (
    url !== null &&
    text.length <= longestUrl &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.hostname.includes('.')
  )
}
