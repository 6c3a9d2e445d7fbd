import { redactPeople, redactSecrets } from './redact.ts'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** What the program logs through: the part of pino's logger that we use. */
export interface Logger {
  level: string
  child(bindings: Record<string, unknown>): Logger
  trace(object: unknown, message?: string): void
  debug(object: unknown, message?: string): void
  info(object: unknown, message?: string): void
  warn(object: unknown, message?: string): void
  error(object: unknown, message?: string): void
}

export interface LogOptions {
  readonly level: LogLevel
  /** `human`: one short line per entry; `json`: one object per line. */
  readonly format: 'human' | 'json'
  /** Takes one finished line with its line end. */
  readonly write: (line: string) => void
  /** Words that must never be written, such as the bot token. */
  readonly secrets?: readonly string[]
}

const DEBUG = 20
const LABELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

/**
 * Opens the log. pino is loaded only now: most commands never log. It writes through a function of ours, because pino's
 * own transports are worker threads with files of their own, which a single-file program does not have.
 *
 * Above debug level no phone number or address leaves this function whole; tokens never do.
 */
export const openLogger = async (options: LogOptions): Promise<Logger> => {
  const { pino, stdTimeFunctions } = await import('pino')
  const destination = { write: (line: string) => options.write(renderEntry(line, options)) }
  const logger: Logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      messageKey: 'message',
      serializers: { err: describeFailure },
    },
    destination,
  )
  return logger
}

/**
 * What is logged of an error: kind, message, code and stacks. Not its other fields, which with HTTP clients are the whole
 * request: message text and the address with the token.
 */
const describeFailure = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const code = 'code' in error ? error.code : undefined
  const causes: string[] = []
  for (let each: unknown = error; each instanceof Error && causes.length < 5; each = each.cause)
    causes.push(each.stack ?? each.message)
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: causes.join('\nCaused by: '),
  }
}

const renderEntry = (line: string, { format, secrets }: LogOptions): string => {
  const entry: Record<string, unknown> = JSON.parse(line)
  const level = Number(entry['level'])
  const clean = (text: string) => {
    const safe = redactSecrets(text, secrets)
    return level > DEBUG ? redactPeople(safe) : safe
  }
  const { time, message, err, ...fields } = cleanValue(
    { ...entry, level: LABELS[level] ?? String(level) },
    clean,
  )
  if (format === 'json')
    return `${JSON.stringify({ time, ...fields, ...(message === undefined ? {} : { message }), ...(err === undefined ? {} : { err }) })}\n`
  return renderLine({ time: String(time), message, err, fields })
}

interface HumanEntry {
  readonly time: string
  readonly message: unknown
  readonly err: unknown
  readonly fields: Record<string, unknown>
}

const renderLine = ({ time, message, err, fields }: HumanEntry): string => {
  const { level, ...rest } = fields
  const words = Object.entries(rest).map(([key, value]) => `${key}=${renderValue(value)}`)
  const failure = isRecord(err) ? String(err['message'] ?? '') : ''
  const why = failure === '' || String(message).includes(failure) ? undefined : `(${failure})`
  const head = [time.slice(11, 19), String(level).padEnd(5), message, why, ...words]
  const stack = level === 'error' && isRecord(err) && err['stack'] !== undefined ? `\n${err['stack']}` : ''
  return `${head.filter(word => word !== undefined && word !== '').join(' ')}${stack}\n`
}

const renderValue = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const cleanValue = (
  record: Record<string, unknown>,
  clean: (text: string) => string,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [clean(key), cleanAny(value, clean)]))

const cleanAny = (value: unknown, clean: (text: string) => string): unknown => {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map(item => cleanAny(item, clean))
  return isRecord(value) ? cleanValue(value, clean) : value
}
