import { existsSync } from 'node:fs'
import type { CommitOptions, SessionStore } from '../bridge/network.ts'
import { Albums } from './albums.ts'
import { refuseCutOff } from './backup/cut-off.ts'
import { Chats } from './chats.ts'
import { checkDatabase } from './check.ts'
import { refuseNetworkDrive } from './data-folder.ts'
import { Database } from './database.ts'
import { Deadlines } from './deadlines.ts'
import { Expiry } from './expiry.ts'
import { Heartbeat } from './heartbeat.ts'
import { HeldBack } from './held-back.ts'
import { Links } from './links.ts'
import { Mappings } from './mappings.ts'
import { Opinions } from './opinions.ts'
import type { SealOptions } from './seal.ts'
import { openSession } from './sessions.ts'

/** Everything that outlives the process, in one SQLite file. */
export interface Store extends Disposable {
  /** For the outbox, which keeps its own SQL. */
  readonly database: Database
  readonly chats: Chats
  readonly mappings: Mappings
  readonly links: Links
  readonly albums: Albums
  readonly opinions: Opinions
  readonly deadlines: Deadlines
  readonly expiry: Expiry
  readonly heartbeat: Heartbeat
  readonly held: HeldBack
  /** The rows of one connection, for instance `baileys` or `telegram`. */
  session(connection: string): SessionStore
  /** All writes of `work` are committed together, or none. May be nested. */
  transaction<T>(work: () => T, options?: CommitOptions): T
}

export interface StoreOptions extends SealOptions {
  /** Reads all of the file first, to see that it is whole. */
  readonly check?: boolean
}

/** Opens the file, making it and its folder (0600 in 0700) where missing. Throws `StoreError`. */
export const openStore = (path: string, { check = false, ...seal }: StoreOptions = {}): Store => {
  if (existsSync(path)) refuseNetworkDrive(path)
  refuseCutOff(path)
  if (check) checkDatabase(path)
  const database = new Database(path, seal)
  const chats = new Chats(database)
  const session = (connection: string): SessionStore => openSession(database, connection)
  return {
    database,
    chats,
    mappings: new Mappings(database, chats),
    links: new Links(database),
    albums: new Albums(database),
    opinions: new Opinions(database),
    deadlines: new Deadlines(database),
    expiry: new Expiry(database),
    heartbeat: new Heartbeat(database),
    held: new HeldBack(session('held')),
    session,
    transaction: (work, options) => database.transaction(work, options),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }
}
