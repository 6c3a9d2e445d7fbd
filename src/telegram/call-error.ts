import { GrammyError, HttpError } from './grammy.ts'

/**
 * What is known of a Bot API call that failed:
 *
 * - `refused`: the server answered, and said no. Certain, unless the code is 5xx (Telegram answers pending sends so when
 *   it restarts: tdlib/telegram-bot-api `Client.cpp`).
 * - `page`: something in front of the server refused in its place (4xx, but no JSON of the Bot API), and did not pass it on.
 *   Certain, and nothing of it is about us: neither the token nor the chat nor the message.
 * - `unreachable`: no connection came about. Certain.
 * - `cut`: the connection or its source broke before the request had left in full. Certain.
 * - `lost`: it went out and no answer came. Nobody knows.
 */
export type CallFailure =
  | { kind: 'refused'; code: number; description: string; retryAfter?: number; migrateTo?: number }
  | { kind: 'page'; status: number }
  | { kind: 'unreachable' }
  | { kind: 'cut' }
  | { kind: 'lost' }

/** A failed Bot API call, free of the token, the address and the payload, so that it may be logged. */
export class CallError extends Error {
  readonly failure: CallFailure
  readonly method: string

  constructor(method: string, failure: CallFailure, message: string) {
    super(message)
    this.name = 'CallError'
    this.method = method
    this.failure = failure
  }

  /** HTTP-like code of a refusal, 0 where there was no answer. */
  get code(): number {
    return this.failure.kind === 'refused' ? this.failure.code : 0
  }

  /** For how many seconds the server is to be left alone; undefined where it does not ask for that. */
  get retryAfter(): number | undefined {
    return this.failure.kind === 'refused' ? this.failure.retryAfter : undefined
  }

  /** Whether the call never got as far as the server. */
  get fellShort(): boolean {
    const { kind } = this.failure
    return kind === 'unreachable' || kind === 'page' || kind === 'cut'
  }

  /** Whether the server refused the call with words that contain `text`, in any case. */
  says(text: string): boolean {
    return (
      this.failure.kind === 'refused' && this.failure.description.toLowerCase().includes(text.toLowerCase())
    )
  }
}

/** An answer that is not the JSON of the Bot API: a proxy's or a front server's page. */
export class NotJsonError extends Error {
  readonly status: number
  /** Seconds, where the answer names them; the other form of `Retry-After`, a date, needs clocks that agree. */
  readonly retryAfter?: number

  constructor({ status, headers }: Pick<Response, 'status' | 'headers'>) {
    super(`Answer ${status} is not JSON`)
    this.status = status
    const seconds = /^\d+$/.exec(headers.get('retry-after')?.trim() ?? '')?.[0]
    if (seconds !== undefined) this.retryAfter = Number(seconds)
  }
}

/** Failures of DNS, TCP and TLS before a byte of the request is written. Codes of Node's `net`, `dns`, `tls` and undici. */
const connectCodes =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO|HOSTNAME_MISMATCH|ERR_INVALID_URL|UND_ERR_INVALID_ARG)$/

interface SystemError extends Error {
  code?: unknown
  syscall?: unknown
}

const isConnectFailure = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isConnectFailure)
  const { code, syscall } = error as SystemError
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true
  if (typeof code === 'string' && connectCodes.test(code)) return true
  if (/before secure TLS connection was established|^bad port$|^unknown scheme$/.test(error.message))
    return true
  return isConnectFailure(error.cause)
}

/** The innermost reason of a failed fetch, in one short text. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown failure'
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  if (error.cause instanceof Error) return reasonOf(error.cause)
  const { code } = error as SystemError
  return typeof code === 'string' && !error.message.includes(code)
    ? `${error.message} (${code})`
    : error.message
}

/**
 * Turns whatever grammY threw into a `CallError`. `bodyComplete: false` says that the upload's last byte was never
 * handed over, so that the server cannot have acted on it, whatever happened to the connection.
 */
export const parseCallError = (
  error: unknown,
  {
    method,
    bodyComplete,
    redact,
  }: { method: string; bodyComplete: boolean; redact: (text: string) => string },
): CallError => {
  if (error instanceof GrammyError) return refusal(method, error, redact)
  const inner = error instanceof HttpError ? error.error : error
  if (inner instanceof NotJsonError) return foreignAnswer(method, inner)
  const kind = isConnectFailure(inner) ? 'unreachable' : bodyComplete ? 'lost' : 'cut'
  return new CallError(method, { kind }, redact(`${method}: ${reasonOf(inner)}`))
}

/** The one page that is about the request: it is too long for the front server, and will be. */
const tooLarge = 413
/** Whoever says so, it wants to be left alone for a while. */
const tooMany = 429
/** Some front servers say so of the server behind them, which may have got the request. */
const timedOut = 408

/** What is known of a call that was answered with this status, and not in the words of the Bot API. */
const foreignAnswer = (method: string, { status, retryAfter }: NotJsonError): CallError => {
  const words = `${method}: the server answered ${status} without JSON`
  if (status === tooLarge || status === tooMany) {
    const failure = { kind: 'refused', code: status, description: `HTTP ${status}` } as const
    return new CallError(method, { ...failure, ...waitOf(status, retryAfter) }, words)
  }
  const isRefusal = status >= 400 && status < 500 && status !== timedOut
  return new CallError(method, isRefusal ? { kind: 'page', status } : { kind: 'lost' }, words)
}

const refusal = (method: string, error: GrammyError, redact: (text: string) => string): CallError => {
  const { retry_after: retryAfter, migrate_to_chat_id: migrateTo } = error.parameters
  const description = redact(error.description)
  // Of an item of an album it is said in a 400. Behind a failure of the server itself it may have been done all the same.
  const isFlood = error.error_code < 500 && /too many requests: retry after \d/i.test(description)
  const failure: CallFailure = {
    kind: 'refused',
    code: error.error_code,
    description,
    ...waitOf(isFlood ? tooMany : error.error_code, retryAfter ?? secondsIn(description)),
    ...(migrateTo !== undefined && { migrateTo }),
  }
  return new CallError(method, failure, `${method}: ${error.error_code} ${description}`)
}

/** Telegram says it twice: `Too Many Requests: retry after 35`. */
const secondsIn = (description: string): number | undefined => {
  const seconds = /retry after (\d+)/i.exec(description)?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}

/** Seconds of a wait of which nobody says how long it is. */
const usualWait = 30
/** Seconds: whoever has to wait for days may ask once a day, and a number that is wrong holds nothing up for ever. */
const longestWait = 86_400

/** How long to leave alone who asks for it. A wait of 0 s, which was never seen, would be no wait. */
const waitOf = (code: number, seconds = usualWait): { retryAfter?: number } =>
  code === tooMany ? { retryAfter: Math.min(Math.max(1, seconds), longestWait) } : {}
