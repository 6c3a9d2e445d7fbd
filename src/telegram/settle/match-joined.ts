import type { Message } from 'grammy/types'
import type { JoinedContent, JoinedItem } from '../../bridge/content.ts'
import type { Place } from '../address.ts'
import { parseEntities, sliceRich } from '../entities.ts'
import { renderSender } from '../send/head.ts'
import { renderSaid } from '../send/joined.ts'
import { bare, inTopic } from './match.ts'

/** A line in which there is something to read. */
interface Line {
  /** Without blanks. */
  readonly words: string
  /** Where it begins in the whole, and where the next one does. */
  readonly start: number
  readonly end: number
}

/**
 * Whether a message of the bridge holds several texts, and begins with the first of these: those that it begins with,
 * and as one more without an id whatever stands behind them. Undefined when it is another one.
 *
 * Compared is line by line: who spoke, in which minute, and all that was said. Not the hour and the day: another machine may
 * have another time zone, and the day is only named when it is not today.
 */
export const matchJoined = (
  message: Message,
  { items }: JoinedContent,
  place: Place,
): JoinedContent | undefined => {
  const { text } = message
  if (text === undefined || !inTopic(message, place)) return undefined
  const lines = linesOf(text)
  let [count, at] = [0, 0]
  for (const [index, item] of items.entries()) {
    const wanted = wantedOf(item, items[index - 1])
    if (!wanted.every((isSame, offset) => isSame(lines[at + offset]?.words ?? ''))) break
    at += wanted.length
    count += 1
  }
  const last = items[count - 1]
  const rest = last && lines[at] && restOf(message, lines.slice(at), last)
  const found = [...items.slice(0, count), ...(rest ? [rest] : [])]
  return found.length < 2 ? undefined : { kind: 'joined', items: found }
}

/** What the lines of one text, below another, have to be. */
const wantedOf = (item: JoinedItem, before: JoinedItem | undefined): ((words: string) => boolean)[] => {
  const sender = before?.line === item.line ? [] : linesOf(renderSender(item.line).text)
  return [
    ...sender.map(line => (words: string) => withoutHour(words) === withoutHour(line.words)),
    ...linesOf(renderSaid(item, 'delete').text).map(line => (words: string) => words === line.words),
  ]
}

const linesOf = (text: string): Line[] => {
  let end = 0
  return text.split('\n').flatMap(line => {
    const start = end
    end += line.length + 1
    const words = bare(line)
    return words === '' ? [] : [{ words, start, end }]
  })
}

/** `Anna·25Nov14:03`, which is how `Anna · 25 Nov 14:03` is compared, without its day and hour. */
const withoutHour = (words: string): string => words.replace(/(?:\d{1,2}\p{L}+)?\d\d:(?=\d\d$)/u, '')

/** What stands behind the texts that are known; it must stay when one of those is edited. */
const restOf = (
  message: Message,
  [first, ...more]: readonly Line[],
  last: JoinedItem,
): JoinedItem | undefined => {
  if (first === undefined) return undefined
  const whole = parseEntities(message.text ?? '', message.entities)
  const isSender =
    more.length > 0 &&
    whole.spans.some(
      ({ style, start, length }) =>
        style === 'bold' && start <= first.start && start + length >= first.end - 1,
    )
  const from = isSender ? first.end : first.start
  return {
    id: '',
    person: last.person,
    line: isSender ? whole.text.slice(first.start, first.end - 1) : last.line,
    body: sliceRich(whole, from, whole.text.length),
  }
}
