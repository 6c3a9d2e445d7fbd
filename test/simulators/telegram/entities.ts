import { badRequest } from './errors.ts'
import type { Entity, FormattedText } from './types.ts'

/**
 * How TDLib brings entities into a valid shape (`fix_entities`, MessageEntity.cpp). Bold, italic, underline,
 * strikethrough and spoiler are splittable: they are cut where they would cross another entity, cut out of code, and
 * joined where they touch. All others are continuous: the later of two crossing ones goes.
 */
export function fixEntities(given: readonly Entity[]): Entity[] {
  const sorted = sortEntities(given)
  if (isValid(sorted)) return sorted
  const quotes = withoutCrossing(sorted.filter(isQuote))
  const others = withoutCrossing(sorted.filter(entity => !isSplittable(entity) && !isQuote(entity)))
  const continuous = sortEntities([...quotes, ...others.filter(other => !quotes.some(crosses(other)))])
  const splittable = sorted.filter(isSplittable)
  return sortEntities([...continuous, ...splitAround(splittable, continuous)])
}

/** At most 100 entities come through; more than about 9500 bytes of entity data are refused. */
export function limitEntities(entities: readonly Entity[]): Entity[] {
  const kept = entities.slice(0, 100)
  const bytes = kept.reduce((sum, entity) => sum + 16 + Buffer.byteLength(dataOf(entity)), 0)
  if (bytes > 9500) throw badRequest('ENTITIES_TOO_LONG')
  return kept
}

const dataOf = (entity: Entity): string =>
  entity.type === 'text_link' ? entity.url : entity.type === 'pre' ? (entity.language ?? '') : ''

const splittableTypes = ['bold', 'italic', 'underline', 'strikethrough', 'spoiler'] as const
const priorities: Readonly<Record<string, number>> = {
  blockquote: 0,
  expandable_blockquote: 0,
  pre: 11,
  code: 20,
  text_link: 49,
  text_mention: 49,
  bold: 90,
  italic: 91,
  underline: 92,
  strikethrough: 93,
  spoiler: 94,
  custom_emoji: 99,
}
const priority = (entity: Entity): number => priorities[entity.type] ?? 50

const isSplittable = (entity: Entity): boolean => splittableTypes.some(type => type === entity.type)
const isQuote = (entity: Entity): boolean => entity.type.endsWith('blockquote')
const isCode = (entity: Entity): boolean => entity.type === 'code' || entity.type === 'pre'
const endOf = (entity: Entity): number => entity.offset + entity.length

const sortEntities = (entities: readonly Entity[]): Entity[] =>
  entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length || priority(a) - priority(b))

/** Whether two entities overlap without one holding the other. */
const crosses =
  (a: Entity) =>
  (b: Entity): boolean => {
    const [first, second] = a.offset <= b.offset ? [a, b] : [b, a]
    return second.offset > first.offset && second.offset < endOf(first) && endOf(second) > endOf(first)
  }

const overlaps = (a: Entity, b: Entity): boolean => a.offset < endOf(b) && b.offset < endOf(a)

function isValid(sorted: readonly Entity[]): boolean {
  return sorted.every((entity, index) =>
    sorted.slice(index + 1).every(later => {
      const sameKind = entity.type === later.type || (isQuote(entity) && isQuote(later))
      if (sameKind && isSplittable(entity)) return later.offset > endOf(entity)
      if (!overlaps(entity, later)) return true
      if (sameKind || crosses(entity)(later)) return false
      if (isCode(entity) || isCode(later)) return isQuote(entity)
      if (!isSplittable(entity) && !isSplittable(later)) return isQuote(entity)
      return true
    }),
  )
}

/** Keeps the earlier of two continuous entities that touch the same text. */
function withoutCrossing(sorted: readonly Entity[]): Entity[] {
  const kept: Entity[] = []
  for (const entity of sorted) {
    if (!kept.some(earlier => overlaps(earlier, entity))) kept.push(entity)
  }
  return kept
}

function splitAround(splittable: readonly Entity[], continuous: readonly Entity[]): Entity[] {
  const code = continuous.filter(isCode)
  return splittableTypes.flatMap(type => {
    const runs = joinTouching(splittable.filter(entity => entity.type === type))
    const cuts = continuous.flatMap(entity => [entity.offset, endOf(entity)])
    return runs.flatMap(run => {
      const crossing = continuous.filter(crosses(run))
      const inside = code.filter(entity => overlaps(entity, run))
      const points = cuts.filter(
        cut => [...crossing, ...inside].some(c => c.offset === cut || endOf(c) === cut) && cut > run.offset,
      )
      const borders = [run.offset, ...points.filter(point => point < endOf(run)), endOf(run)]
      const unique = [...new Set(borders)].toSorted((a, b) => a - b)
      return unique.slice(1).flatMap((end, index) => {
        const piece = { ...run, offset: unique[index] ?? 0, length: end - (unique[index] ?? 0) }
        return code.some(entity => overlaps(entity, piece)) ? [] : [piece]
      })
    })
  })
}

function joinTouching(sorted: readonly Entity[]): Entity[] {
  const joined: Entity[] = []
  for (const entity of sorted) {
    const last = joined.at(-1)
    if (last !== undefined && entity.offset <= endOf(last))
      joined[joined.length - 1] = { ...last, length: Math.max(endOf(last), endOf(entity)) - last.offset }
    else joined.push(entity)
  }
  return joined
}

const patterns: readonly [Entity['type'], RegExp][] = [
  ['url', /(?:https?:\/\/|www\.)[^\s<>"]*[^\s<>".,!?;:)'\]]/giu],
  ['email', /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu],
  ['bot_command', /(?<![\w/<>])\/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])/gu],
  ['mention', /(?<![\w@.])@[A-Za-z]\w{3,31}\b/gu],
  ['hashtag', /(?<![\p{L}\p{N}_#])#(?=[\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}/gu],
]

/** The entities that Telegram finds by itself: addresses, commands, mentions and hashtags outside code and links. */
export function findEntities({ text, entities }: FormattedText): Entity[] {
  const taken = entities.filter(entity => !isSplittable(entity) && !isQuote(entity))
  const found: Entity[] = []
  for (const [type, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length } as Entity
      if (![...taken, ...found].some(other => overlaps(other, entity))) found.push(entity)
    }
  }
  return found
}
