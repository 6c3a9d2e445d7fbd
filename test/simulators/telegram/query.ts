import { badRequest } from './errors.ts'
import type { UploadedFile } from './files.ts'
import type { Entity, FormattedText } from './types.ts'

/**
 * One request. As in telegram-bot-api, every argument is a text: a JSON body's numbers, booleans and objects are kept
 * as their JSON.
 */
export class Query {
  readonly method: string
  readonly args: ReadonlyMap<string, string>
  readonly files: ReadonlyMap<string, UploadedFile>

  constructor(method: string, args: ReadonlyMap<string, string>, files: ReadonlyMap<string, UploadedFile>) {
    this.method = method
    this.args = args
    this.files = files
  }

  text(name: string): string {
    return this.args.get(name) ?? ''
  }

  /** 0 where the argument is missing or no number, clamped to the range: the server never refuses a number. */
  integer(name: string, { min = -(2 ** 53), max = 2 ** 53, missing = 0 } = {}): number {
    const given = this.args.get(name)?.trim()
    if (given === undefined || given === '') return missing
    const value = Number.parseInt(given, 10)
    return Math.min(max, Math.max(min, Number.isNaN(value) ? 0 : value))
  }

  flag(name: string): boolean {
    return ['true', 'yes', '1'].includes(this.text(name).trim().toLowerCase())
  }

  /** `undefined` where the argument is missing; refuses what is not JSON. */
  json(name: string, what = `${name} JSON object`): unknown {
    const given = this.text(name)
    if (given === '') return undefined
    try {
      return JSON.parse(given)
    } catch {
      throw badRequest(`Can't parse ${what}`)
    }
  }

  /** Text and entities under the names given, as `get_formatted_text` reads them: `parse_mode` beats `entities`. */
  formatted(textName: string, entitiesName: string): FormattedText {
    const text = this.text(textName)
    return parseFormatted(text, {
      parseMode: this.text('parse_mode'),
      entities: this.#entities(entitiesName),
    })
  }

  #entities(name: string): unknown {
    try {
      return this.json(name)
    } catch {
      return undefined
    }
  }
}

interface Formatting {
  readonly parseMode: string
  readonly entities: unknown
}

export function parseFormatted(text: string, { parseMode, entities }: Formatting): FormattedText {
  if (Buffer.byteLength(text) > 32768) throw badRequest('Text is too long')
  const mode = parseMode.toLowerCase()
  if (text !== '' && mode !== '' && mode !== 'none') {
    if (!['markdown', 'markdownv2', 'html'].includes(mode)) throw badRequest('Unsupported parse_mode')
    throw badRequest(`The simulator parses no markup: give entities instead of parse_mode "${parseMode}"`)
  }
  return { text, entities: Array.isArray(entities) ? entities.flatMap(parseEntity) : [] }
}

const styles = 'bold italic underline strikethrough spoiler code blockquote expandable_blockquote'.split(' ')
const foundByServer = 'mention hashtag cashtag bot_command url email phone_number bank_card_number'.split(' ')

function parseEntity(given: unknown): Entity[] {
  const fail = (why: string): never => {
    throw badRequest(`can't parse MessageEntity: ${why}`)
  }
  if (typeof given !== 'object' || given === null) return fail('expected an Object')
  const { type, offset, length, url, language, custom_emoji_id, user, unix_time, date_time_format } =
    given as Record<string, unknown>
  const missing = (name: string, value: unknown, wanted: string): void => {
    if (value === undefined) fail(`Can't find field "${name}"`)
    if (wanted === 'Number' && !Number.isInteger(Number(value)))
      fail(`Field "${name}" must be of type Number`)
    if (wanted === 'String' && typeof value !== 'string') fail(`Field "${name}" must be of type String`)
  }
  missing('offset', offset, 'Number')
  missing('length', length, 'Number')
  missing('type', type, 'String')
  const span = { offset: Number(offset), length: Number(length) }
  const made = (fields: object): Entity[] => [{ type, ...span, ...fields } as Entity]
  if (styles.includes(String(type))) return made({})
  if (foundByServer.includes(String(type))) return []
  switch (type) {
    case 'pre':
      return made(typeof language === 'string' && language !== '' ? { language } : {})
    case 'text_link':
      missing('url', url, 'String')
      return /^[a-z][\w+.-]*:|\./i.test(String(url)) ? made({ url }) : []
    case 'custom_emoji':
      missing('custom_emoji_id', custom_emoji_id, 'String')
      return made({ custom_emoji_id })
    case 'text_mention':
      missing('user', user, 'Object')
      return made({ user })
    case 'date_time':
      missing('unix_time', unix_time, 'Number')
      return made({ unix_time, ...(date_time_format === undefined ? {} : { date_time_format }) })
    default:
      return fail('Unsupported type specified')
  }
}
