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

/** A bug shows where it happened and what led to it, without the bot token that HTTP errors like to carry, and whole numbers. */
const explainBug = (error: unknown): string[] => {
  const stacks = causesOf(error).map(each =>
    each instanceof Error ? (each.stack ?? each.message) : String(each),
  )
  return [
    'This is a bug in wa2tg; please report it with these lines:',
    redactPeople(redactSecrets(stacks.join('\nCaused by: '))),
  ]
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
