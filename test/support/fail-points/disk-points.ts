import Sqlite from 'better-sqlite3'
import { pass } from './pass.ts'

/** What each table, and each type of row in `sessions`, is in the life of a message. */
const words: readonly (readonly [RegExp, string])[] = [
  [/^sessions baileys journal$/, 'journal'],
  [/^sessions baileys journal-done$/, 'journal mark'],
  [/^sessions baileys creds$/, 'credentials'],
  [/^sessions baileys (pre-key|session|sender-key|identity-key)/, 'keys'],
  [/^sessions baileys app-state/, 'app state'],
  [/^sessions baileys/, 'WhatsApp session'],
  [/^sessions telegram updates$/, 'offset'],
  [/^sessions telegram/, 'Telegram session'],
  [/^sessions/, 'pace'],
  [/^(chats|aliases)$/, 'chats'],
]

const wordFor = (sql: string, values: readonly unknown[]): string | undefined => {
  const [, verb = '', table = ''] =
    /^\s*(INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+(\w+)/i.exec(sql) ?? []
  if (table === '' || table === 'heartbeat') return undefined
  if (table === 'jobs') {
    if (/^INSERT/i.test(verb)) return 'job'
    if (/^DELETE/i.test(verb)) return 'job done'
    return sql.includes("'sending', mark") ? 'claim' : 'job again'
  }
  const [first] = values
  const [connection, type] =
    typeof first === 'object' && first !== null ? [1, 2].map(key => Reflect.get(first, key)) : values
  const name = table === 'sessions' ? `sessions ${connection} ${type}` : table
  return words.find(([pattern]) => pattern.test(name))?.[1] ?? name
}

/** Every commit of SQLite is two points, named after what it writes down: all is written but the commit, and all is. */
export const watchCommits = (): void => {
  const { prepare, transaction, exec } = Sqlite.prototype
  let written: Set<string> | undefined

  const around = <T>(work: () => T, commit: (name: string, moment: 'before' | 'after') => void): T => {
    const outer = written
    if (outer !== undefined) return work()
    const own = new Set<string>()
    written = own
    try {
      const result = work()
      if (own.size > 0) commit([...own].sort().join(', '), 'after')
      return result
    } finally {
      written = undefined
    }
  }
  const tell = (name: string, moment: 'before' | 'after'): void => pass(`disk ${name}: ${moment}`)

  const prototype: object = Sqlite.prototype
  Object.assign(prototype, {
    prepare(this: Sqlite.Database, sql: string) {
      const statement = prepare.call(this, sql)
      for (const method of ['run', 'get', 'all'] as const) {
        const real = statement[method] as (...values: unknown[]) => unknown
        const watched = (...values: unknown[]): unknown => {
          const word = wordFor(sql, values)
          if (word === undefined) return real.apply(statement, values)
          // Outside a transaction a statement is its own commit.
          if (written === undefined) tell(word, 'before')
          return around(() => {
            written?.add(word)
            return real.apply(statement, values)
          }, tell)
        }
        Object.assign(statement, { [method]: watched })
      }
      return statement
    },
    exec(this: Sqlite.Database, sql: string) {
      written?.add('schema')
      const result = exec.call(this, sql)
      pass('disk schema: a step')
      return result
    },
    transaction(this: Sqlite.Database, work: () => unknown) {
      const isInner = this.inTransaction
      const real = transaction.call(this, () => {
        const result = work()
        if (!isInner && written !== undefined && written.size > 0)
          tell([...written].sort().join(', '), 'before')
        return result
      })
      const watch = (run: () => unknown) => () => around(run, tell)
      const immediate = watch(() => real.immediate())
      return Object.assign(
        watch(() => real()),
        { immediate, deferred: watch(() => real.deferred()) },
      )
    },
  })
}
