import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { anyText } from './any-text.ts'

export const token = '8001:AAF-secret-of-the-test-bot-000000000'

export interface Reply {
  readonly status: number
  readonly body: string
  /** Bytes after which the connection breaks. */
  readonly cut?: number
  /** Where a redirect points; not every one says. */
  readonly location?: string
}

const oddNumber = fc.constantFrom(0, -1, 0.5, 1e308, 2 ** 53 + 2, -(2 ** 31), 2 ** 32)
const chatId = -1001234567890
const message = fc.record(
  {
    message_id: fc.oneof(fc.nat({ max: 60 }), oddNumber, anyText),
    date: fc.oneof(fc.nat(), oddNumber),
    chat: fc.record({
      id: fc.oneof(fc.constantFrom(chatId, chatId, 5, 'x'), oddNumber),
      type: fc.constantFrom('supergroup', 'odd'),
    }),
    text: anyText,
    message_thread_id: fc.oneof(fc.nat(), oddNumber),
    photo: fc.jsonValue(),
    poll: fc.jsonValue(),
    entities: fc.jsonValue(),
    reply_markup: fc.record({ inline_keyboard: fc.jsonValue() }),
  },
  { requiredKeys: [] },
)

/** Of these every client of the Bot API makes something. */
const descriptions = [
  'Bad Request: message is not modified',
  'Bad Request: message to edit not found',
  'Bad Request: message to delete not found',
  "Bad Request: can't parse entities",
  'Bad Request: message to be replied not found',
  'Bad Request: message thread not found',
  'Bad Request: chat not found',
  'Bad Request: PHOTO_INVALID_DIMENSIONS',
  'Bad Request: file is too big',
  'Bad Request: group chat was upgraded to a supergroup chat',
  'Forbidden: bot was kicked',
  'Too Many Requests: retry after 3',
  'Internal Server Error',
]
const refused = {
  error_code: fc.oneof(
    {
      arbitrary: fc.constantFrom(400, 400, 400, 401, 403, 404, 409, 413, 420, 429, 429, 500, 502),
      weight: 6,
    },
    fc.integer(),
    oddNumber,
  ),
  description: fc.oneof(
    fc.constantFrom(...descriptions),
    fc.constant(`Bad Request: something with ${token}`),
    anyText,
  ),
}
const parameters = fc.record(
  {
    retry_after: fc.oneof({ arbitrary: fc.nat({ max: 3 }), weight: 3 }, fc.integer(), oddNumber, anyText),
    migrate_to_chat_id: fc.oneof(fc.constant(-1009999999999), oddNumber, anyText),
  },
  { requiredKeys: [] },
)
const refusal = fc.record(
  { ok: fc.constant(false), ...refused, parameters },
  { requiredKeys: ['ok', 'error_code', 'description'] },
)
const envelope = fc.record(
  {
    ok: fc.oneof(fc.boolean(), anyText),
    result: fc.oneof(message, fc.boolean(), fc.jsonValue(), fc.array(message, { maxLength: 2 })),
    ...refused,
    parameters,
  },
  { requiredKeys: [] },
)
/** What a server says that has done it: by chance alone hardly any reply would. */
const sound = fc
  .nat({ max: 60 })
  .map(id => ({ message_id: id + 1, date: 1, chat: { id: chatId, type: 'supergroup' } }))
const done = fc.oneof(
  { arbitrary: sound.map(one => ({ ...one, text: 'Hello' })), weight: 4 },
  fc.tuple(sound, oddNumber).map(([one, message_id]) => ({ ...one, message_id })),
  // As many as an album has.
  sound.map(one => [one, { ...one, message_id: one.message_id + 1 }]),
  fc.constant(true),
  fc.constant({ file_id: 'x', file_unique_id: 'y', file_path: 'a.jpg' }),
)

/** What `JSON.stringify` never writes, though it is JSON. */
const otherJson = [
  `{"ok":true,"__proto__":{"result":1},"result":{"message_id":3,"chat":{"id":${chatId}},"__proto__":5}}`,
  '{"ok":false,"__proto__":{"error_code":400,"description":"x"}}',
  `{"ok":true,"result":{"message_id":1e999,"chat":{"id":${chatId}}}}`,
  '{"ok":false,"error_code":1e999,"description":"x"}',
  `{"ok":true,"result":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
]

export const anyReply: fc.Arbitrary<Reply> = fc
  .record({
    status: fc.constantFrom(
      200,
      200,
      200,
      200,
      200,
      200,
      204,
      301,
      302,
      400,
      401,
      403,
      404,
      408,
      413,
      429,
      500,
      502,
      503,
    ),
    body: fc.oneof(
      { arbitrary: done.map(result => JSON.stringify({ ok: true, result })), weight: 6 },
      { arbitrary: refusal.map(value => JSON.stringify(value)), weight: 3 },
      { arbitrary: envelope.map(value => JSON.stringify(value)), weight: 2 },
      fc.jsonValue().map(value => JSON.stringify(value)),
      anyText,
      fc.constant(`<html>${token}</html>`),
      fc.constantFrom(...otherJson),
    ),
    cut: fc.oneof({ arbitrary: fc.constant(undefined), weight: 5 }, fc.nat({ max: 200 })),
    location: fc.constantFrom(undefined, undefined, 'http://127.0.0.1:1/', '/', ''),
  })
  .map(({ cut, location, ...rest }) => ({
    ...rest,
    ...(cut !== undefined && { cut }),
    ...(location !== undefined && rest.status >= 300 && rest.status < 400 && { location }),
  }))

/** Sends it as it is. */
export const serve = (response: ServerResponse, { status, body, cut, location }: Reply): void => {
  const bytes = Buffer.from(body)
  const to = location === undefined ? {} : { location }
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...to })
  if (cut === undefined || cut >= bytes.length) response.end(bytes)
  else response.write(bytes.subarray(0, cut), () => response.destroy())
}

export interface Word {
  readonly ok: boolean
  readonly error_code?: number
  readonly description?: string
  readonly hasMoved?: boolean
}

/** What the Bot API itself says with it: nothing where the reply is cut, a proxy's page, or none of its answers. */
export const wordOf = ({ status, body, cut, location }: Reply): Word | undefined => {
  const isWhole = cut === undefined || cut >= Buffer.byteLength(body)
  // A redirect is not followed, and 204 has no body.
  if (!isWhole || status === 204 || (status < 400 && status >= 300 && location !== undefined))
    return undefined
  try {
    const said: unknown = JSON.parse(body)
    if (said === null || typeof said !== 'object' || !('ok' in said) || typeof said.ok !== 'boolean')
      return undefined
    const { ok, error_code, description, parameters } = said as Word & { parameters?: object }
    if (ok) return { ok }
    const isRefusal = Number.isFinite(error_code) && typeof description === 'string'
    return isRefusal
      ? {
          ok,
          error_code: Number(error_code),
          description,
          hasMoved: 'migrate_to_chat_id' in (parameters ?? {}),
        }
      : undefined
  } catch {
    return undefined
  }
}

const isItsFault = (code: number): boolean => code >= 500 && code < 600

/** Whether nothing can have come of a call that was answered so: refused by the server, or by a page in front of it. */
export const isSurelyNothing = (reply: Reply): boolean => {
  const { status, cut, body } = reply
  const word = wordOf(reply)
  if (word?.ok) return false
  // Of codes that do not exist either is right; who is told that the chat has moved knows that it was asked in vain.
  if (word !== undefined && (!isItsFault(Number(word.error_code)) || word.hasMoved)) return true
  const isWhole = cut === undefined || cut >= Buffer.byteLength(body)
  return isWhole && status >= 400 && status < 500 && status !== 408
}
