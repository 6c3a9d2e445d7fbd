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
  [/^sessions pace/, 'pace'],
  [/^sessions (\w+)/, '$1'],
  [/^(chats|aliases)$/, 'chats'],
]

/** What becomes of a job. */
const jobWords: readonly (readonly [RegExp, string])[] = [
  [/^INSERT/, 'job'],
  [/^DELETE/, 'job done'],
  [/'sending', mark/, 'claim'],
  [/SET frame/, 'frame'],
  [/SET event = seal\(\?2\), due_at/, 'job rewritten'],
  [/SET \w+ = seal\(\w+\)/, 'job sealed'],
  [/SET event/, 'job joined'],
  [/'failed'/, 'job given up'],
  [/level = \?2/, 'job in a plainer form'],
  [/SET (lane|target|source) =/, 'job moved'],
  [/./, 'job again'],
]

/** What a statement writes: a word for the point, and the statement itself, or whose row and of which type. */
interface Write {
  readonly word: string
  readonly what: string
}

const writeOf = (sql: string, values: readonly unknown[]): Write | undefined => {
  const [, verb = '', table = ''] =
    /^\s*(INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+(\w+)/i.exec(sql) ?? []
  if (table === '' || table === 'heartbeat') return undefined
  const text = sql.replaceAll(/\s+/g, ' ').trim()
  if (table === 'jobs')
    return { word: jobWords.find(([pattern]) => pattern.test(text))?.[1] ?? 'job again', what: text }
  if (table !== 'sessions') return { word: wordOf(table), what: text }
  const [first] = values
  const [connection, type] =
    typeof first === 'object' && first !== null ? [1, 2].map(key => Reflect.get(first, key)) : values
  const row = ['sessions', connection, type].filter(part => part !== undefined).join(' ')
  return { word: wordOf(row), what: `${row}: ${verb.startsWith('DELETE') ? 'gone' : 'written'}` }
}

/** What a script of SQL begins with: each migration is a step of its own. */
const stepOf = (sql: string): string =>
  /^\s*((?:CREATE|ALTER) TABLE \w+(?: ADD COLUMN \w+)?|CREATE (?:UNIQUE )?INDEX \w+|\w+)/.exec(sql)?.[1] ??
  'a step'

const wordOf = (name: string): string => {
  const [pattern, word] = words.find(([each]) => each.test(name)) ?? []
  return pattern === undefined || word === undefined
    ? name
    : (pattern.exec(name)?.[0] ?? name).replace(pattern, word)
}

/** Every commit of SQLite is two points, named after what it writes down: all is written but the commit, and all is. */
export const watchCommits = (): void => {
  const { prepare, transaction, exec } = Sqlite.prototype
  let written: Write[] | undefined

  const around = <T>(work: () => T): T => {
    if (written !== undefined) return work()
    const own: Write[] = []
    written = own
    try {
      const result = work()
      tell(own, 'after')
      return result
    } finally {
      written = undefined
    }
  }
  const tell = (writes: readonly Write[], moment: 'before' | 'after'): void => {
    if (writes.length === 0) return
    const name = [...new Set(writes.map(({ word }) => word))].sort().join(', ')
    pass(`disk ${name}: ${moment}`, { moment, what: writes.map(({ what }) => what) })
  }

  const prototype: object = Sqlite.prototype
  Object.assign(prototype, {
    prepare(this: Sqlite.Database, sql: string) {
      const statement = prepare.call(this, sql)
      for (const method of ['run', 'get', 'all'] as const) {
        const real = statement[method] as (...values: unknown[]) => unknown
        const watched = (...values: unknown[]): unknown => {
          const write = writeOf(sql, values)
          if (write === undefined) return real.apply(statement, values)
          // Outside a transaction a statement is its own commit.
          if (written === undefined) tell([write], 'before')
          return around(() => {
            written?.push(write)
            return real.apply(statement, values)
          })
        }
        Object.assign(statement, { [method]: watched })
      }
      return statement
    },
    exec(this: Sqlite.Database, sql: string) {
      // Who holds the lock, and whether anybody does.
      if (/^(BEGIN|SELECT)/.test(sql)) return exec.call(this, sql)
      const write = { word: 'schema', what: writeOf(sql, [])?.what ?? 'schema' }
      // Outside a transaction it is its own commit.
      const isOwn = written === undefined && write.what !== 'schema'
      if (isOwn) tell([write], 'before')
      else written?.push(write)
      const result = exec.call(this, sql)
      pass(`disk schema: ${stepOf(sql)}`)
      if (isOwn) tell([write], 'after')
      return result
    },
    transaction(this: Sqlite.Database, work: () => unknown) {
      const isInner = this.inTransaction
      const real = transaction.call(this, () => {
        const result = work()
        if (!isInner) tell(written ?? [], 'before')
        return result
      })
      const watch = (run: () => unknown) => () => around(run)
      const immediate = watch(() => real.immediate())
      return Object.assign(
        watch(() => real()),
        { immediate, deferred: watch(() => real.deferred()) },
      )
    },
  })
}
