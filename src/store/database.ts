import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CommitOptions } from '../bridge/network.ts'
import { makePrivateFile, prepareDataFolder } from './data-folder.ts'
import { migrate } from './migrations/index.ts'
import { type OpenRow, openSeal, removeSeal, type SealOptions } from './seal.ts'
import { openSqlite, type Sqlite } from './sqlite.ts'
import { explainFailure, isDamage, StoreError } from './store-error.ts'

type Value = string | number | null

/**
 * One SQLite file, opened for this process. Statements are prepared once per text. Every method throws `StoreError`
 * when the disk is the cause. Once damage was met, or the file stands no more where it stood, nothing is written any more: what
 * would be, nobody would find again.
 */
export class Database implements Disposable {
  readonly path: string
  readonly #sqlite: Sqlite.Database
  readonly #statements = new Map<string, Sqlite.Statement<unknown[], unknown>>()
  readonly #openRow: OpenRow
  readonly #files: readonly StandingFile[]
  readonly #met = Promise.withResolvers<StoreError>()
  #damage: StoreError | undefined
  #transactions = 0

  /**
   * Opens, or makes, the file and brings its schema up to date. Secrets are sealed by `seal(?)` in the SQL that writes them
   * (`seal.ts`), and open in every row that is read.
   */
  constructor(path: string, seal: SealOptions = {}) {
    this.path = path
    this.#sqlite = guard(path, () => prepareFile(path))
    try {
      this.#openRow = guard(path, () => openSeal(this.#sqlite, path, seal))
      this.#files = filesOf(path)
    } catch (error) {
      this.#sqlite.close()
      throw error
    }
  }

  /** Resolves when something is found in the file that cannot be, which was whole when it was opened, or the file not in its place. */
  get damaged(): Promise<StoreError> {
    return this.#met.promise
  }

  /** Runs a statement; returns how many rows it changed and the row id of an insert. */
  run(sql: string, ...values: Value[]): { changes: number; id: number } {
    this.#refuseDamaged()
    const { changes, lastInsertRowid } = this.#guard(() => this.#prepare(sql).run(...bind(sql, values)))
    return { changes, id: Number(lastInsertRowid) }
  }

  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    const row = this.#guard(() => this.#prepare(sql).get(...bind(sql, values)))
    this.#openRow(row)
    return row as Row | undefined
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    const rows = this.#guard(() => this.#prepare(sql).all(...bind(sql, values)))
    rows.forEach(this.#openRow)
    return rows as Row[]
  }

  /**
   * Runs `work` so that its writes are committed together, or none when it throws. A call inside another is part of
   * the outer transaction (a savepoint: an inner failure that is caught undoes the inner writes alone). The write lock is
   * taken at once, so that a command beside the running bridge waits its turn instead of failing half-way.
   *
   * With `flush: false` the commit outlives a crash of the process at once, but a power cut only when a later commit was
   * flushed: that one takes all before it along, since the log is written in order.
   */
  transaction<T>(work: () => T, { flush = true }: CommitOptions = {}): T {
    if (this.#sqlite.inTransaction) return this.#sqlite.transaction(work).deferred()
    this.#refuseDamaged()
    this.#transactions += 1
    return this.#guard(() => {
      if (!flush) this.#sqlite.pragma('synchronous = NORMAL')
      try {
        return this.#sqlite.transaction(work).immediate()
      } finally {
        if (!flush) this.#sqlite.pragma('synchronous = FULL')
      }
    })
  }

  /** How many have been begun; those inside another are a part of that. */
  get transactions(): number {
    return this.#transactions
  }

  get isSealed(): boolean {
    return this.get('SELECT 1 FROM seal') !== undefined
  }

  /** From now on nothing is sealed. To be disposed afterwards; the caller holds the lock. */
  unseal(): void {
    guard(this.path, () => removeSeal(this.#sqlite))
  }

  [Symbol.dispose](): void {
    this.#sqlite.close()
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (this.#damage !== undefined && isDamage(error)) throw this.#damage
      const explained = explainFailure(error, this.path)
      if (explained instanceof StoreError && isDamage(explained.cause)) this.#meet(explained)
      throw explained
    }
  }

  #meet(damage: StoreError): void {
    this.#damage ??= damage
    this.#met.resolve(damage)
  }

  #refuseDamaged(): void {
    const gone = this.#sqlite.inTransaction ? undefined : this.#files.find(hasMoved)
    if (gone !== undefined)
      this.#meet(
        new StoreError(
          `"${gone.file}" was moved, deleted or replaced while it was in use. See that "${this.path}" is where it was, or put the last backup back (wa2tg restore FILE), and start again`,
        ),
      )
    if (this.#damage !== undefined) throw this.#damage
  }

  #prepare(sql: string): Sqlite.Statement<unknown[], unknown> {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#sqlite.prepare<unknown[], unknown>(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/** better-sqlite3 takes `?` by position, but `?1` by name. */
const bind = (sql: string, values: Value[]): unknown[] =>
  sql.includes('?1') ? [Object.fromEntries(values.map((value, index) => [index + 1, value]))] : values

interface StandingFile {
  readonly file: string
  /** The system's number of what stands under that name (inode). */
  readonly number: bigint | undefined
}

/** The database and what stands beside it while it is open: its log, and what several processes share to find their way in that. */
const filesOf = (path: string): readonly StandingFile[] =>
  ['', '-wal', '-shm'].map(end => ({ file: `${path}${end}`, number: numberOf(`${path}${end}`) }))

/**
 * Whether something else, or nothing, stands there by now. SQLite looks for that itself, but only where it keeps another kind of
 * journal than ours (`databaseIsUnmoved` in pager.c): it would write on into a file that has no name any more, and another
 * process that makes the missing one anew would spoil both.
 */
const hasMoved = ({ file, number }: StandingFile): boolean => {
  try {
    return numberOf(file) !== number
  } catch {
    // Nobody can say it: a folder that is closed to us, or a disk that fails.
    return false
  }
}

const numberOf = (path: string): bigint | undefined =>
  statSync(path, { bigint: true, throwIfNoEntry: false })?.ino

const guard = <T>(path: string, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw explainFailure(error, path)
  }
}

const prepareFile = (path: string): Sqlite.Database => {
  prepareDataFolder(dirname(path))
  // SQLite gives its side files (`-wal`, `-shm`) the mode of the main one.
  makePrivateFile(path)
  const sqlite = openSqlite(path, { timeout: 5000 })
  try {
    // First of all, since it refuses a file that is not ours before anything in it changes.
    migrate(sqlite, path)
    sqlite.pragma('journal_mode = WAL')
    // In WAL mode NORMAL loses the last commits in a power cut; what we tell the networks we have must survive one.
    sqlite.pragma('synchronous = FULL')
    sqlite.pragma('foreign_keys = ON')
    // What is deleted (keys, message text) is overwritten where that costs no extra page write.
    sqlite.pragma('secure_delete = FAST')
    sqlite.pragma('cache_size = -4000')
    sqlite.pragma('journal_size_limit = 4194304')
    return sqlite
  } catch (error) {
    sqlite.close()
    throw error
  }
}
