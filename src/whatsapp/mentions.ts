import type { RichText, Span } from '../bridge/rich-text.ts'
import { isWordAfter, isWordBefore } from './word-border.ts'

/** Somebody in a group, by the address that the group knows, with what they are called. */
export interface Member {
  readonly address: string
  readonly name: string
}

/** Shorter ones are rather anything else that was typed behind an `@`. */
const shortest = 2

/**
 * Makes mentions of the members of a group that a text names: `@Bob` or `@Bob Miller` where one member alone is called so,
 * by the whole name or its first word. Never in code, links or addresses, and never where a style begins or ends within the
 * name. The text itself stays as it is.
 */
export const mentionMembers = ({ text, spans }: RichText, members: readonly Member[]): RichText => {
  if (members.length === 0 || (!text.includes('@') && spans.every(({ style }) => style !== 'mention')))
    return { text, spans }
  const names = indexNames(members)
  const held = [...spans, ...linksIn(text)]
  const found = [...text.matchAll(/@/g)].flatMap(({ index }): Span[] => {
    if (isWordBefore(text, index)) return []
    const match = longestAt(text, index + 1, names)
    const span = match && mentionAt(index, match.length + 1, match.address)
    return span && held.every(other => isClear(span, other)) ? [span] : []
  })
  return { text, spans: [...spans.map(span => resolve(span, text, names)), ...found] }
}

/** Names in lower case; `undefined` behind one that means several people. */
type Names = ReadonlyMap<string, string | undefined>

const indexNames = (members: readonly Member[]): Names => {
  const names = new Map<string, string | undefined>()
  for (const { address, name } of members) {
    for (const each of new Set([name, name.split(/\s/u)[0] ?? ''].map(part => part.trim().toLowerCase()))) {
      if (each.length < shortest) continue
      names.set(each, names.has(each) && names.get(each) !== address ? undefined : address)
    }
  }
  return names
}

const longestAt = (text: string, at: number, names: Names) => {
  const fitting = [...names]
    .filter(([name]) => text.slice(at, at + name.length).toLowerCase() === name)
    .filter(([name]) => !isWordAfter(text, at + name.length))
    .sort(([one], [other]) => other.length - one.length)
  const [[name, address] = []] = fitting
  return name === undefined || address === undefined ? undefined : { length: name.length, address }
}

/** Somebody whom Telegram knows, under the name of a member. */
const resolve = (span: Span, text: string, names: Names): Span => {
  if (span.style !== 'mention' || span.person?.startsWith('whatsapp:')) return span
  const said = text
    .slice(span.start, span.start + span.length)
    .replace(/^@/, '')
    .trim()
    .toLowerCase()
  const address = names.get(said)
  return address === undefined ? span : mentionAt(span.start, span.length, address)
}

const mentionAt = (start: number, length: number, address: string): Span => ({
  start,
  length,
  style: 'mention',
  person: `whatsapp:${address}`,
})

/** Beside the other span, or wholly inside of it where that is a mere style. */
const isClear = (span: Span, other: Span): boolean => {
  const [end, otherEnd] = [span.start + span.length, other.start + other.length]
  if (end <= other.start || otherEnd <= span.start) return true
  return !rigid.has(other.style) && other.start <= span.start && end <= otherEnd
}

const rigid: ReadonlySet<Span['style']> = new Set(['code', 'pre', 'link', 'mention'])

const linksIn = (text: string): Span[] =>
  [...text.matchAll(/https?:\/\/\S+/gi)].map(({ index, 0: url }) => ({
    start: index,
    length: url.length,
    style: 'link',
  }))
