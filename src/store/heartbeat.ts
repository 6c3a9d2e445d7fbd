import * as z from 'zod/mini'
import type { NetworkName } from '../bridge/chat-ref.ts'
import type { NetworkStatus } from '../bridge/network.ts'
import { readStored } from '../bridge/stored-json.ts'
import type { Database } from './database.ts'

/** What a running bridge last said of itself. It may be dead since: the lock tells. */
export interface Beat {
  readonly pid: number
  /** Milliseconds since 1970, both. */
  readonly startedAt: number
  readonly beatAt: number
  /** The same by the clock of the program, which never runs back. */
  readonly clock: number
  readonly networks: Readonly<Record<NetworkName, NetworkStatus>>
}

interface BeatRow {
  pid: number
  started_at: number
  beat_at: number
  clock: number
  networks: string
}

/** One row that the running bridge writes and `status` reads. */
export class Heartbeat {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  beat({ pid, startedAt, beatAt, clock, networks }: Beat): void {
    this.#database.run(
      'INSERT OR REPLACE INTO heartbeat (one, pid, started_at, beat_at, clock, networks) VALUES (1, ?, ?, ?, ?, ?)',
      pid,
      startedAt,
      beatAt,
      clock,
      JSON.stringify(networks),
    )
  }

  /** Writes the row as it is. Throws `StoreError` when the disk does not take it. */
  touch(): void {
    this.#database.transaction(() => {
      // SQLite writes nothing where nothing has changed.
      this.#database.run('UPDATE heartbeat SET pid = pid + 1')
      this.#database.run('UPDATE heartbeat SET pid = pid - 1')
    })
  }

  read(): Beat | undefined {
    const row = this.#database.get<BeatRow>('SELECT * FROM heartbeat')
    return (
      row && {
        pid: row.pid,
        startedAt: row.started_at,
        beatAt: row.beat_at,
        clock: row.clock,
        networks: readNetworks(row.networks),
      }
    )
  }
}

const networksSchema = z.object({
  whatsapp: z.looseObject({ state: z.string() }),
  telegram: z.looseObject({ state: z.string() }),
})

/** Damaged, it is as if nothing had been said yet: the next beat says it anew. */
const readNetworks = (json: string): Beat['networks'] => {
  const { data } = networksSchema.safeParse(readStored(json))
  return (data ?? {
    whatsapp: { state: 'connecting' },
    telegram: { state: 'connecting' },
  }) as Beat['networks']
}
