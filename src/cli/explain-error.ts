import { ConfigError } from '../config/config-error.ts'
import { redactPeople, redactSecrets } from '../support/redact.ts'
import { UsageError } from './usage-error.ts'
import { type ExitCode, UserError } from './user-error.ts'

/** What is printed about an error, and how the program ends. */
export interface Explanation {
  readonly lines: readonly string[]
  readonly exitCode: ExitCode
}

/** Tells mistakes of the user, trouble outside and bugs apart. Only bugs show a stack. */
export const explainError = (error: unknown): Explanation => {
  if (error instanceof UserError)
    return { lines: withHint([error.message], error.hint), exitCode: error.exitCode }
  if (error instanceof ConfigError) return { lines: withHint(error.problems, error.hint), exitCode: 2 }
  if (error instanceof UsageError) return { lines: explainUsage(error), exitCode: 2 }
  const forUser = causesOf(error).find(isForUser)
  return forUser === undefined
    ? { lines: explainBug(error), exitCode: 70 }
    : { lines: [forUser.message], exitCode: 2 }
}

/**
 * Errors of the rooms below whose message is made for the person at the keyboard. Known by name, so that the command line
 * need not load SQLite to explain a mistyped option.
 */
const FOR_USER: ReadonlySet<string> = new Set(['StoreError', 'LockedError', 'MappingError', 'BackupError'])

const isForUser = (error: unknown): error is Error => error instanceof Error && FOR_USER.has(error.name)

/**
 * A bug shows of what kind it is, where it happened and what led to it; without the bot token that HTTP errors like to
 * carry, and whole numbers. What an error says may quote what somebody wrote, as that of `JSON.parse` does: where it
 * was thrown tells what it says.
 */
const explainBug = (error: unknown): string[] => [
  'This is a bug in wa2tg; please report it with these lines:',
  redactPeople(redactSecrets(causesOf(error).map(describe).join('\nCaused by: '))),
]

/** Words of the engine that name nothing but a property in our code. */
const quotesCodeAlone =
  /^Cannot (?:read|set) properties of (?:undefined|null)(?: \((?:reading|setting) '[\w$]+'\))?$/

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return `What was thrown is no error (${typeof error})`
  const code = 'code' in error && /^[A-Z][A-Z\d_]+$/.test(String(error.code)) ? ` (${error.code})` : ''
  const words = quotesCodeAlone.test(error.message) ? `: ${error.message}` : ''
  return [`${error.name}${code}${words}`, ...placesIn(error)].join('\n')
}

/** The words may have lines of their own, which could look like a place. */
const placesIn = ({ stack = '', message }: Error): string[] => {
  const start = stack.indexOf(message)
  const behind = start < 0 ? stack : stack.slice(start + message.length)
  return behind.split('\n').filter(line => /^ +at /.test(line))
}

/** The error and what caused it: a full disk, for instance, may come wrapped by the network that met it. */
const causesOf = (error: unknown): unknown[] => {
  const chain = [error]
  for (
    let each = error;
    each instanceof Error && each.cause !== undefined && chain.length < 5;
    each = each.cause
  )
    chain.push(each.cause)
  return chain
}

const withHint = (lines: readonly string[], hint: string | undefined): string[] =>
  hint === undefined ? [...lines] : [...lines, hint]

/** commander says `error: unknown option '--jsn'` and, on a line of its own, `(Did you mean --json?)`. */
const explainUsage = ({ cause, command }: UsageError): string[] => {
  // The help went to stderr already: no command was given.
  if (cause.code === 'commander.help') return []
  const [first = '', ...rest] = cause.message
    .replaceAll('\u0000', '')
    .replace(/^error: /, '')
    .replaceAll(/'([^']*)'/g, '"$1"')
    .split('\n')
  const advice = rest.join(' ').replace(/^\((.*)\)$/, '$1')
  const sentence = first.charAt(0).toUpperCase() + first.slice(1)
  return [
    advice === '' ? `${sentence.replace(/\.$/, '')}; for help type: ${command} -h` : `${sentence}. ${advice}`,
  ]
}
