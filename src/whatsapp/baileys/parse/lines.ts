import type { RichText, Span } from '../../../bridge/rich-text.ts'
import type { LongNumber } from './context.ts'

/** Text put together from lines; those that say nothing are left out. Pure. */
export type Line = RichText | string | null | undefined | false

const asText = (line: Line): RichText | undefined => {
  const rich = typeof line === 'string' ? { text: line.trim(), spans: [] } : line || undefined
  return rich && rich.text.trim() !== '' ? rich : undefined
}

export const linesOf = (...lines: readonly Line[]): RichText => {
  const said = lines.flatMap(line => asText(line) ?? [])
  const spans: Span[] = []
  let start = 0
  for (const line of said) {
    for (const span of line.spans) spans.push({ ...span, start: span.start + start })
    start += line.text.length + 1
  }
  return { text: said.map(({ text }) => text).join('\n'), spans }
}

const styled =
  (style: 'bold' | 'italic') =>
  (text: string | null | undefined): RichText | undefined => {
    const plain = text?.trim()
    return plain ? { text: plain, spans: [{ start: 0, length: plain.length, style }] } : undefined
  }

export const bold = styled('bold')
export const italic = styled('italic')

/** Nobody reads further; a stranger's list may have no end. */
const MOST_ITEMS = 100

/** Of a list that a stranger made as many as anybody reads: it may have no end. */
export const few = <T>(list: readonly T[] | null | undefined): readonly T[] =>
  (list ?? []).slice(0, MOST_ITEMS)

/** One line for each text, with a dot in front. */
export const items = (texts: readonly (string | null | undefined)[] | null | undefined): string => {
  const said = (texts ?? []).filter(text => text?.trim())
  const rest = said.length - MOST_ITEMS
  const shown = said.slice(0, MOST_ITEMS).map(text => `• ${text}`)
  return [...shown, ...(rest > 0 ? [`… and ${rest} more; see them on the phone`] : [])].join('\n')
}

/** `49.99 EUR` of a sum in thousandths; nothing where there is none. */
export const sum = (thousandths: LongNumber, currency: string | null | undefined): string => {
  const whole = Number(thousandths ?? 0)
  if (!(whole > 0)) return ''
  const amount = whole / 1000
  const hasCents = whole % 1000 !== 0 && whole % 10 === 0
  return `${hasCents ? amount.toFixed(2) : amount} ${currency ?? ''}`.trim()
}

/** A moment in seconds since 1970, for people: `2026-09-22 14:13 UTC`. */
export const moment = (seconds: LongNumber): string => {
  const date = new Date(Number(seconds ?? 0) * 1000)
  return Number(seconds ?? 0) > 0 && !Number.isNaN(date.getTime())
    ? `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
    : ''
}

/** An address that may be opened: http and https alone. */
export const webUrl = (text: unknown): string | undefined => {
  if (typeof text !== 'string' || text.length > 2048 || !URL.canParse(text)) return undefined
  return /^https?:$/.test(new URL(text).protocol) ? text : undefined
}
