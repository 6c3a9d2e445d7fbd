import { readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod/mini'
import { makePrivateFile, prepareDataFolder } from './data-folder.ts'
import { openSqlite, type Sqlite } from './sqlite.ts'
import { codeOf, explainFailure, isBusy, isDamage, StoreError } from './store-error.ts'

const noteSchema = z.object({
  pid: z.number(),
  command: z.string(),
  startedAt: z.number(),
  /** Where that number counts (`numbering`). */
  pids: z.optional(z.string()),
})

/** Who uses a data folder: process id, command (`run`, `login`) and since when (milliseconds since 1970). */
export interface Holder extends Omit<z.infer<typeof noteSchema>, 'pids'> {
  /** Of a container whose processes have numbers of their own: the id means nothing here. */
  readonly isElsewhere: boolean
}

/** Somebody else uses the data folder. */
export class LockedError extends Error {
  /** Absent when the holder has only just started and not yet said who it is. */
  readonly holder: Holder | undefined

  constructor(dataDir: string, holder: Holder | undefined) {
    const who = holder ? `"wa2tg ${holder.command}" (${whereIs(holder)})` : 'another wa2tg'
    super(`"${dataDir}" is in use by ${who}. Stop it first, or use another --data-dir`)
    this.name = 'LockedError'
    this.holder = holder
  }
}

/** How to find it, in words. */
export const whereIs = ({ isElsewhere, pid, startedAt }: Holder): string =>
  `${isElsewhere ? 'in another container' : `process ${pid}`}, since ${new Date(startedAt).toISOString()}`

/** The command of one that holds the data for a moment alone, whatever it is called (`open-beside.ts`). */
export const updating = 'update'

/** How long somebody may take to look who holds the lock, on a busy machine; in milliseconds. */
const LOOK_MS = 2000
/** And to bring the data up to date, on a slow disk. A start that gave up before would have to be made again by hand. */
const UPDATE_MS = 120_000

/**
 * Takes the data folder for this process until disposed. Throws `LockedError`, or `StoreError` when the disk is the
 * cause.
 *
 * The lock is an open exclusive transaction on an empty SQLite file: the operating system drops it with the process,
 * however that ends, so a dead holder is no obstacle. Who holds it stands in a file beside it, which means nothing alone.
 */
export const takeLock = async (dataDir: string, command: string): Promise<AsyncDisposable> => {
  const file = join(dataDir, 'lock.db')
  const note = join(dataDir, 'lock.json')
  try {
    prepareDataFolder(dataDir)
    const lock = await takeFrom(file, note, dataDir)
    try {
      // Of one that died: who looks from another container could take it for ours.
      rmSync(note, { force: true })
    } catch (error) {
      lock.close()
      throw error
    }
    const said = { pid: process.pid, command, startedAt: Date.now(), pids: numbering() }
    writeFileSync(`${note}.new`, JSON.stringify(said), { mode: 0o600 })
    renameSync(`${note}.new`, note)
    return {
      [Symbol.asyncDispose]: async () => {
        try {
          rmSync(note, { force: true })
        } catch {
          // The disk may be read-only by now, and the note means nothing without the lock.
        }
        lock.close()
      },
    }
  } catch (error) {
    throw codeOf(error) === 'ERR_FS_EISDIR'
      ? new StoreError(`"${note}" is a folder. Move it away, and start again`, { cause: error })
      : explain(error, file)
  }
}

/**
 * Who only looks, or updates, is in the way for a moment, and is no holder. A note may have been left by one that died, and
 * its number be that of somebody else now: it counts where the lock is held a little later, too. Behind an update there is as
 * much time to look as before: its note goes before its lock.
 */
const takeFrom = async (file: string, note: string, dataDir: string): Promise<Sqlite.Database> => {
  const began = performance.now()
  for (let [seen, updated] = [0, began]; ; ) {
    const now = performance.now()
    const lock = open(file, 'BEGIN EXCLUSIVE')
    if (lock) return lock
    const holder = await readHolder(note)
    const updates = holder?.command === updating
    if (updates) updated = now
    else if (holder?.isElsewhere === false) seen += 1
    if (seen > 1 || now - updated > LOOK_MS || now - began > UPDATE_MS) throw new LockedError(dataDir, holder)
    await sleep(50)
  }
}

/** Who holds the data folder now; undefined when nobody does. */
export const lockHolder = async (dataDir: string): Promise<Holder | 'unknown' | undefined> => {
  const file = join(dataDir, 'lock.db')
  try {
    // Reading shares the lock with others who look, and keeps nobody from taking it for longer than that.
    const free = open(file, 'SELECT * FROM sqlite_master')
    free?.close()
    return free ? undefined : ((await readHolder(join(dataDir, 'lock.json'))) ?? 'unknown')
  } catch (error) {
    throw explain(error, file)
  }
}

/** The file, when it has let us do that; undefined when somebody holds it. */
const open = (file: string, sql: string): Sqlite.Database | undefined => {
  makePrivateFile(file)
  const lock = openSqlite(file, { timeout: 100 })
  try {
    lock.exec(sql)
    return lock
  } catch (error) {
    lock.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

const explain = (error: unknown, file: string): unknown =>
  isDamage(error)
    ? new StoreError(
        `"${file}" is damaged, and holds nothing. See that no wa2tg runs here, delete it, and start again`,
        { cause: error },
      )
    : explainFailure(error, file)

/**
 * The holder writes its note just after it has the lock: give it a moment. The note of one that runs here counts at
 * once; one from another container, of which nothing more can be seen, as long as the lock is held.
 */
const readHolder = async (note: string): Promise<Holder | undefined> => {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const holder = readNote(note)
    if (holder && !holder.isElsewhere && isAlive(holder.pid)) return holder
    if (holder?.isElsewhere && attempt > 0) return holder
    await sleep(50)
  }
  return undefined
}

const readNote = (note: string): Holder | undefined => {
  try {
    const { pids, ...said } = noteSchema.parse(JSON.parse(readFileSync(note, 'utf8')))
    // An earlier version wrote down no table.
    const isHere = pids === numbering() || (pids === undefined && isAlive(said.pid))
    return { ...said, isElsewhere: !isHere }
  } catch {
    // Not there yet, or damaged.
    return undefined
  }
}

/** Names the system's table of process ids; on Linux each container has its own (`pid_namespaces(7)`). */
const numbering = (): string | undefined => {
  if (process.platform !== 'linux') return undefined
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}

/** Whether a process with that number runs, whoever's it is. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
