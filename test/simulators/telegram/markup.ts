import { badRequest } from './errors.ts'
import type { Query } from './query.ts'

interface Markup {
  /** Inline keyboard to show; `undefined` when there is none (other keyboards leave no trace in the message). */
  readonly inline: unknown
}

/** Reads `reply_markup`; an inline keyboard without buttons is none. */
export function parseMarkup(query: Query): Markup {
  const given = query.json('reply_markup', 'reply keyboard markup JSON object')
  if (given === undefined || given === null) return { inline: undefined }
  if (typeof given !== 'object' || Array.isArray(given)) throw badRequest('Object expected as reply markup')
  const rows = (given as Record<string, unknown>)['inline_keyboard']
  if (rows === undefined) return { inline: undefined }
  if (!Array.isArray(rows)) throw badRequest('Field "inline_keyboard" must be of type Array')
  const kept = rows.filter(row => Array.isArray(row) && row.length > 0)
  const buttons = kept.flat() as Record<string, unknown>[]
  if (buttons.length > 100) throw badRequest('REPLY_MARKUP_TOO_LONG')
  for (const button of buttons) checkButton(button)
  return { inline: kept.length === 0 ? undefined : { inline_keyboard: kept } }
}

function checkButton(button: Record<string, unknown>): void {
  const { text, callback_data, url, copy_text } = button
  if (typeof text !== 'string')
    throw badRequest(`can't parse inline keyboard button: Can't find field "text"`)
  if (Object.keys(button).length < 2)
    throw badRequest(`can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard`)
  if (text.trim() === '') throw badRequest('BUTTON_TEXT_INVALID')
  if (url !== undefined) checkUrl(String(url))
  if (copy_text !== undefined) checkCopy(copy_text)
  if (callback_data === undefined) return
  const bytes = Buffer.byteLength(String(callback_data))
  if (bytes < 1 || bytes > 64) throw badRequest('BUTTON_DATA_INVALID')
}

/** `LinkManager::check_link` of TDLib, as far as buttons need it. */
function checkUrl(url: string): void {
  const refuse = (why: string): never => {
    throw badRequest(`Inline keyboard button URL '${url}' is invalid: ${why}`)
  }
  if (/^tg:/i.test(url)) return
  const parsed = URL.parse(/^[a-z][\w+.-]*:/i.test(url) ? url : `http://${url}`)
  if (parsed !== null && !/^https?:$/.test(parsed.protocol)) refuse('Unsupported URL protocol')
  if (parsed === null || !/\.|^\[/.test(parsed.hostname)) refuse('Wrong HTTP URL')
}

function checkCopy(given: unknown): void {
  const text = typeof given === 'object' && given !== null && 'text' in given ? given.text : undefined
  if (typeof text !== 'string')
    throw badRequest(`can't parse inline keyboard button: Can't find field "text"`)
  if (text === '' || [...text].length > 256) throw badRequest('BUTTON_COPY_TEXT_INVALID')
}
