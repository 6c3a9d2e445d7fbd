import { findEntities, fixEntities, limitEntities } from './entities.ts'
import { badRequest } from './errors.ts'
import type { Entity, FormattedText } from './types.ts'

/** Telegram counts text and captions in code points. */
export const codePoints = (text: string): number => [...text].length

interface Rules {
  /** Most code points after parsing. */
  readonly limit: number
  readonly tooLong: string
  readonly allowEmpty: boolean
}

const messageRules: Rules = { limit: 4096, tooLong: 'Message is too long', allowEmpty: false }
const captionRules: Rules = { limit: 1024, tooLong: 'Message caption is too long', allowEmpty: true }

export const parseMessageText = (given: FormattedText): FormattedText => parseText(given, messageRules)
export const parseCaption = (given: FormattedText): FormattedText => parseText(given, captionRules)

/** What is picked out of a message: at most 1024 characters of it (Bot API, `ReplyParameters.quote`). */
export function parseQuote(given: FormattedText): FormattedText {
  const { text, entities } = trim(clean(given)) ?? { text: '', entities: [] }
  if (codePoints(text) > captionRules.limit) throw badRequest('QUOTE_TEXT_INVALID')
  return { text, entities }
}

/**
 * What TDLib makes of a text before it is sent (`fix_formatted_text`, MessageEntity.cpp): characters cleaned, ends
 * trimmed, entities moved along, split and merged. Wrong offsets are refused.
 */
function parseText(given: FormattedText, rules: Rules): FormattedText {
  const cleaned = clean(given)
  const trimmed = trim(cleaned)
  if (trimmed === undefined || empty.test(trimmed.text)) {
    if (rules.allowEmpty) return { text: '', entities: [] }
    throw badRequest('Text must be non-empty')
  }
  if (codePoints(trimmed.text) > rules.limit) throw badRequest(rules.tooLong)
  const entities = limitEntities(fixEntities([...trimmed.entities, ...findEntities(trimmed)]))
  return { text: trimmed.text, entities }
}

/** Characters that nobody sees (TDLib `strip_empty_characters`, misc.cpp). */
const empty =
  /^[ \n\u00a0\u1680\u180e\u2000-\u200f\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc\u{e0000}-\u{e007f}]*$/u

const removed = /\r|[\u2028-\u202e]|\u0333|\u033f|\u030a/
const blanked = /[\0-\x08\t\x0b\x0c\x0e-\x1f]/

function clean({ text, entities }: FormattedText): FormattedText {
  if (!text.isWellFormed()) throw badRequest('Strings must be encoded in UTF-8')
  for (const { offset, length } of entities) {
    if (offset < 0 || offset > 1_000_000)
      throw badRequest(`Receive an entity with incorrect offset ${offset}`)
    if (length < 0 || length > 1_000_000)
      throw badRequest(`Receive an entity with incorrect length ${length}`)
  }
  const fixed = fixEntities(entities.filter(entity => entity.length > 0))
  /** New index of each old character boundary; a hole stands for the middle of a surrogate pair. */
  const moved: (number | undefined)[] = []
  let result = ''
  let at = 0
  for (const character of text) {
    moved[at] = result.length
    at += character.length
    if (blanked.test(character)) result += ' '
    else if (!removed.test(character)) result += character
  }
  moved[at] = result.length
  return { text: result, entities: fixed.flatMap(entity => moveEntity(entity, { text, moved })) }
}

interface Shift {
  readonly text: string
  readonly moved: readonly (number | undefined)[]
}

function moveEntity(entity: Entity, { text, moved }: Shift): Entity[] {
  const begin = entity.offset
  const end = entity.offset + entity.length
  const bytesAfter = (index: number): number => Buffer.byteLength(text.slice(0, index + 1))
  if (begin > text.length)
    throw badRequest(`Entity begins after the end of the text at UTF-16 offset ${begin}`)
  const from = moved[begin]
  if (from === undefined)
    throw badRequest(`Entity begins in a middle of a UTF-16 symbol at byte offset ${bytesAfter(begin)}`)
  if (end > text.length)
    throw badRequest(
      `Entity beginning at UTF-16 offset ${begin} ends after the end of the text at UTF-16 offset ${end}`,
    )
  const to = moved[end]
  if (to === undefined)
    throw badRequest(
      `Entity beginning at UTF-16 offset ${begin} ends in a middle of a UTF-16 symbol at byte offset ${bytesAfter(end)}`,
    )
  return to > from ? [{ ...entity, offset: from, length: to - from }] : []
}

/** Cuts blanks off both ends (the front only up to the first entity); `undefined` when nothing is left. */
function trim({ text, entities }: FormattedText): FormattedText | undefined {
  const end = text.search(/[ \n]*$/)
  if (end === 0) return undefined
  const kept = entities.flatMap(entity => {
    const length = Math.min(entity.offset + entity.length, end) - entity.offset
    const shown = text.slice(entity.offset, entity.offset + length)
    return length > 0 && /[^ \n]/.test(shown) ? [{ ...entity, length }] : []
  })
  const firstEntity = kept.reduce((first, entity) => Math.min(first, entity.offset), end)
  const begin = Math.min(text.search(/[^ \n]/), firstEntity)
  return {
    text: text.slice(begin, end),
    entities: kept.map(entity => ({ ...entity, offset: entity.offset - begin })),
  }
}
