import type { Seen } from '../../../test/simulators/telegram/index.ts'
import { type Room, readWords } from '../said.ts'

/** One message as it stands in Telegram, where one of the bot's may hold several texts. */
export interface InTelegram {
  readonly word: string
  readonly version: number
  readonly message: Seen
  /** Whether others stand in the same message. */
  readonly isTogether: boolean
}

/** What the bot has said in a chat, in its order there. */
export const readTelegram = ({ place }: Room): InTelegram[] =>
  place
    .transcript()
    .filter(({ from }) => from.isBot)
    .flatMap(message => {
      const words = readWords(ownWords(message))
      return words.map(each => ({ ...each, message, isTogether: words.length > 1 }))
    })

/** Without the words of others that stand above as a quote. */
const ownWords = (message: Seen): string =>
  quotesOf(message)
    .toSorted((a, b) => b.offset - a.offset)
    .reduce((rest, { offset, length }) => rest.slice(0, offset) + rest.slice(offset + length), message.text)

/** Whether it quotes what it answers, because it could not point at it: that was still on its way itself. */
export const saysInWords = ({ replyTo, ...message }: Pick<Seen, 'replyTo' | 'entities'>): boolean =>
  replyTo === undefined && quotesOf(message).length > 0

const quotesOf = ({ entities }: Pick<Seen, 'entities'>) =>
  entities.filter(({ type }) => type === 'blockquote' || type === 'expandable_blockquote')

/**
 * What somebody has reacted to a message (of the text with `word` in it) with, as the bot shows it: by a reaction of its own, or a
 * line below. The chat is read once, for all of them.
 */
export const openReactions = ({ place }: Room): ((id: number, word: string) => string[]) => {
  const all = place.transcript()
  const notes = all.filter(
    ({ from, replyTo, text }) => from.isBot && replyTo !== undefined && readWords(text).length === 0,
  )
  const byId = new Map(all.map(message => [message.id, message]))
  return (id, word) => [
    ...(byId.get(id)?.reactions ?? []).flatMap(({ userId, emoji }) => (isBot(userId) ? [emoji] : [])),
    ...notes.flatMap(({ replyTo, quote, text }) =>
      replyTo === id && (quote === undefined || isAbout(quote, word)) ? [text.split(' ')[0] ?? ''] : [],
    ),
  ]
}

const isAbout = (quote: string, word: string): boolean => readWords(quote).some(each => each.word === word)

/** Nobody else here has so high a number. */
const isBot = (id: number): boolean => id > 7_000_000_000
