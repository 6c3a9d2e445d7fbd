import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, badRequest, type ErrorAnswer } from './errors.ts'
import type { Fault, Faults, Params } from './faults.ts'
import { signatureOf } from './known-params.ts'
import { methodOf } from './methods/index.ts'
import { type Form, readForm } from './multipart.ts'
import { Query } from './query.ts'
import type { RawMessage } from './types.ts'
import type { World } from './world.ts'

/** One call as it was made and answered. `response` is missing while it waits or when the connection broke. */
export interface Call {
  readonly method: string
  readonly params: Params
  /** Milliseconds since 1970, by the real clock. */
  readonly at: number
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[]
  response?: unknown
}

export interface ServerState {
  readonly world: World
  readonly faults: Faults
  readonly calls: Call[]
  /** What no caller should send: unknown methods and parameter names. */
  readonly unexpected: string[]
  token: string
  revoked: boolean
  /** Called after every call. */
  readonly listeners: Set<() => void>
  /** Downloads that go on. */
  downloads: number
  /** Bytes of an uploaded file that are kept. */
  readonly keep: number
  /** Whether answers say what time it is (`Date`). */
  readonly dates: boolean
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
}

/** Listens on loopback; port 0 takes a free one. */
export async function listen(state: ServerState, port: number): Promise<{ server: Server; port: number }> {
  // Node closes idle connections after five seconds, just when a busy machine may be using one again: a fault that no test asked for.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    stamp(state, response)
    route(state, request, response).catch((error: unknown) => {
      if (error instanceof ApiError) return answer(response, failure(error.answer))
      if (response.destroyed || request.destroyed) return
      state.unexpected.push(`the simulator failed: ${error instanceof Error ? error.stack : String(error)}`)
      answer(response, failure({ code: 500, description: 'Internal Server Error: simulator failed' }))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** `Date`, by the clock that the dates of messages are of. */
function stamp({ world, dates }: ServerState, response: ServerResponse): void {
  response.sendDate = dates
  if (dates && !response.headersSent) response.setHeader('date', new Date(world.clock.now()).toUTCString())
}

async function route(state: ServerState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const file = /^\/file\/bot([^/]+)\/(.+)$/.exec(pathname)
  if (file !== null)
    return download(state, { token: decodeURIComponent(file[1] ?? ''), path: file[2] ?? '', response })
  const [, given = '', method = ''] = /^\/bot([^/]*)\/([^/]+)$/.exec(pathname) ?? []
  const token = decodeURIComponent(given)
  if (!/^\d+:\w/.test(token) || method === '') {
    request.resume()
    throw new ApiError({ code: 404, description: 'Not Found' })
  }
  if (token !== state.token || state.revoked) {
    request.resume()
    const why = token === state.token ? 'Unauthorized' : 'Unauthorized: invalid token specified'
    throw new ApiError({ code: 401, description: why })
  }
  await call(state, { request, response, method }, searchParams)
}

async function call(state: ServerState, exchange: Exchange, search: URLSearchParams): Promise<void> {
  const { request, response, method } = exchange
  let fault = state.faults.take(method)
  if (fault === 'reset-before' || fault === 'reset-during-body')
    state.calls.push({ method, params: {}, at: Date.now(), files: [] })
  if (fault === 'reset-before') return void request.socket.destroy()
  if (fault === 'reset-during-body') {
    request.once('data', () => request.socket.destroy())
    return
  }
  const form = await readBody(request, {
    keep: state.keep,
    onFields: args => {
      fault ??= state.faults.take(method, toParams(args))
      if (fault === 'reset-during-body') request.socket.destroy()
    },
  })
  for (const [name, value] of search) form.args.set(name, value)
  const params = toParams(form.args)
  const files = [...form.files.values()].map(({ name, size, sha256 }) => ({ name, size, sha256 }))
  const record: Call = { method, params, at: Date.now(), files }
  state.calls.push(record)
  fault ??= state.faults.take(method, params)
  if (fault === 'reset-before' || fault === 'reset-during-body') return void request.socket.destroy()
  if (fault === 'hang') return
  if (typeof fault === 'object' && 'delayMs' in fault) await sleep(fault.delayMs)
  const skipped = typeof fault === 'object' && ('html' in fault || 'error' in fault) && fault.done !== true
  const done = skipped ? undefined : await perform(state, new Query(method, form.args, form.files), response)
  if (typeof fault === 'object' && 'error' in fault && fault.stays !== undefined)
    takeAway(state, done, fault.stays)
  for (const listener of state.listeners) listener()
  if (fault === 'reply-lost') return void request.socket.destroy()
  if (fault === 'silent') return
  if (typeof fault === 'object' && 'lateMs' in fault) await sleep(fault.lateMs)
  stamp(state, response)
  if (typeof fault === 'object' && 'html' in fault) {
    sendPage(response, fault)
    return
  }
  record.response = planned(fault) ?? done
  if (typeof fault === 'object' && 'cutAfter' in fault) return cut(response, record.response, fault)
  answer(response, record.response)
}

/** Of the messages in an answer those behind the first few go, as if they had never come. */
function takeAway({ world }: ServerState, done: unknown, stays: number): void {
  const { result } = done as { result?: RawMessage | readonly RawMessage[] }
  for (const { chat, message_id: id } of [result ?? []].flat().slice(stays))
    world.chats.get(chat.id)?.entries.delete(id)
}

/** Carries a call out; what is refused comes back as an answer, not as an exception. */
async function perform(state: ServerState, query: Query, response: ServerResponse): Promise<unknown> {
  const name = query.method.toLowerCase()
  const signature = signatureOf.get(name)
  const unknown = [...query.args.keys()].filter(
    param => signature !== undefined && !signature.params.has(param),
  )
  for (const param of unknown) state.unexpected.push(`${query.method} has no parameter "${param}"`)
  try {
    if (name === 'getupdates') {
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      return { ok: true, result: await state.world.updates.get(query, gone.signal) }
    }
    const method = methodOf.get(name)
    if (method === undefined) {
      state.unexpected.push(`unknown method "${query.method}"`)
      throw new ApiError({ code: 404, description: 'Not Found: method not found' })
    }
    return { ok: true, result: structuredClone(await method(state.world, query)) }
  } catch (error) {
    if (error instanceof ApiError) return failure(error.answer)
    throw error
  }
}

function planned(fault: Fault | undefined): unknown {
  if (typeof fault !== 'object' || !('error' in fault)) return undefined
  const { error: code, retryAfter, migrateTo } = fault
  const description =
    fault.description ??
    (retryAfter === undefined ? `Error ${code}` : `Too Many Requests: retry after ${retryAfter}`)
  const parameters = {
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
    ...(migrateTo !== undefined && { migrate_to_chat_id: migrateTo }),
  }
  return failure({ code, description, ...(Object.keys(parameters).length > 0 && { parameters }) })
}

const failure = ({ code, description, parameters }: ErrorAnswer): unknown => ({
  ok: false,
  error_code: code,
  description,
  ...(parameters !== undefined && { parameters }),
})

function answer(response: ServerResponse, body: unknown): void {
  if (response.headersSent || response.destroyed) return
  const { error_code = 200, parameters } = body as {
    error_code?: number
    parameters?: { retry_after?: number }
  }
  const retryAfter = parameters?.retry_after
  response.writeHead(error_code, {
    'content-type': 'application/json',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  })
  response.end(JSON.stringify(body))
}

/** Answers with so many bytes at most, and ends or breaks the connection when that is not all. */
function cut(
  response: ServerResponse,
  body: unknown,
  { cutAfter, reset = false }: { cutAfter: number; reset?: boolean },
): void {
  const { socket } = response
  if (socket === null) return
  const code = (body as { error_code?: number }).error_code ?? 200
  const text = JSON.stringify(body)
  const head = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: keep-alive',
  ]
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`)
  if (cutAfter >= bytes.length) {
    answer(response, body)
    return
  }
  socket.write(bytes.subarray(0, cutAfter), () => {
    if (reset) socket.resetAndDestroy()
    else socket.destroy()
  })
}

async function readBody(request: IncomingMessage, options: Parameters<typeof readForm>[2]): Promise<Form> {
  const type = request.headers['content-type'] ?? ''
  const boundary = /^multipart\/form-data;.*boundary="?([^";]{1,70})"?$/i.exec(type)?.[1]
  if (boundary !== undefined) return readForm(request, boundary, options)
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString('utf8')
  const form: Form = { args: new Map(), files: new Map() }
  if (/^application\/x-www-form-urlencoded/i.test(type)) {
    for (const [name, value] of new URLSearchParams(body)) form.args.set(name, value)
  } else if (/^application\/json/i.test(type) && body !== '') {
    for (const [name, value] of Object.entries(parseJson(body)))
      if (value !== null) form.args.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return form
}

function parseJson(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {
    // Falls through to the refusal.
  }
  throw badRequest("can't parse JSON object")
}

const jsonArgument =
  /^(reply_parameters|reply_markup|link_preview_options|entities|caption_entities|media|allowed_updates|reaction|message_ids|options|commands)$/

function toParams(args: ReadonlyMap<string, string>): Params {
  return Object.fromEntries(
    [...args].map(([name, value]) => {
      if (/_id$/.test(name) && /^-?\d+$/.test(value)) return [name, Number(value)]
      if (!jsonArgument.test(name)) return [name, value]
      try {
        return [name, JSON.parse(value)]
      } catch {
        return [name, value]
      }
    }),
  )
}

async function download(
  state: ServerState,
  { token, path, response }: { token: string; path: string; response: ServerResponse },
): Promise<void> {
  const file = state.world.files.byPath(path)
  if (token !== state.token || state.revoked) throw new ApiError({ code: 401, description: 'Unauthorized' })
  if (file?.content === undefined) throw new ApiError({ code: 404, description: 'Not Found' })
  state.calls.push({ method: 'download', params: { path }, at: Date.now(), files: [] })
  state.downloads += 1
  response.once('close', () => {
    state.downloads -= 1
  })
  const fault = state.faults.take('download')
  if (typeof fault === 'object' && 'html' in fault) {
    sendPage(response, fault)
    return
  }
  if (fault === 'reset-before') return void response.destroy()
  const content = fault === 'other-bytes' ? file.content.map(byte => byte ^ 1) : file.content
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': content.length })
  if (fault !== 'hang' && fault !== 'reset-during-body') return void response.end(content)
  await new Promise<void>(resolve => response.write(content.subarray(0, content.length / 2), () => resolve()))
  if (fault === 'reset-during-body') response.destroy()
}

const sendPage = (
  response: ServerResponse,
  { status, html, retryAfter }: Extract<Fault, { html: string }>,
): void => {
  const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  response.writeHead(status, { 'content-type': 'text/html', ...wait }).end(html)
}
