import { CommanderError } from 'commander'
import { ConfigError } from '../config/config-error.ts'
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
  if (isForUser(error)) return { lines: [error.message], exitCode: 2 }
  if (error instanceof CommanderError) return { lines: explainUsage(error), exitCode: 2 }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { lines: ['This is a bug in wa2tg; please report it with these lines:', stack], exitCode: 70 }
}

/**
 * Errors of the rooms below whose message is made for the person at the keyboard. Known by name, so that the command line
 * need not load SQLite to explain a mistyped option.
 */
const FOR_USER: ReadonlySet<string> = new Set(['StoreError', 'LockedError', 'MappingError'])

const isForUser = (error: unknown): error is Error => error instanceof Error && FOR_USER.has(error.name)

const withHint = (lines: readonly string[], hint: string | undefined): string[] =>
  hint === undefined ? [...lines] : [...lines, hint]

/** commander says `error: unknown option '--jsn'` and, on a line of its own, `(Did you mean --json?)`. */
const explainUsage = (error: CommanderError): string[] => {
  // The help went to stderr already: no command was given.
  if (error.code === 'commander.help') return []
  const [first = '', ...rest] = error.message
    .replaceAll('\u0000', '')
    .replace(/^error: /, '')
    .replaceAll(/'([^']*)'/g, '"$1"')
    .split('\n')
  const advice = rest.join(' ').replace(/^\((.*)\)$/, '$1')
  const sentence = first.charAt(0).toUpperCase() + first.slice(1)
  return [
    advice === '' ? `${sentence.replace(/\.$/, '')}; for help type: wa2tg -h` : `${sentence}. ${advice}`,
  ]
}
