import { oneLine, plainText, type RichText, type Span } from '../../bridge/rich-text.ts'
import { sliceRich } from '../entities.ts'
import { pieces, textLimit } from '../split.ts'

/** At most `limit` code points, cut between words where possible, with a sign that something was cut. */
export const clip = (text: string, limit: number): string => {
  const [first] = pieces(plainText(text), { firstLimit: Math.min(limit, textLimit) })
  if (first === undefined || first.text === text) return text
  return `${first.text}…`
}

/** A name as it stands in a line with others. */
export const shortName = (name: string): string => clip(oneLine(name), 64) || 'Unknown'

/** Names in a line. */
const mostNames = 12

/** `Bob, Alice`; of very many the first, and how many more there are. */
export const listNames = (names: readonly string[]): string => {
  const more = names.length - mostNames
  return `${names.slice(0, mostNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** The whole text, or its first `length` UTF-16 units, in one style. */
export const styled = (text: string, style: Span['style'], length = text.length): RichText =>
  sliceRich({ text, spans: [{ start: 0, length, style }] }, 0, text.length)
