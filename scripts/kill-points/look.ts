import { join } from 'node:path'
import { openStore, type Store, storePath } from '../../src/store/index.ts'
import type { World } from '../../test/simulators/world.ts'

/** What stands in the data of a bridge, also of one that runs. */
export const look = <T>({ folder }: World, read: (store: Store) => T): T => {
  using store = openStore(storePath(join(folder, 'data')))
  return read(store)
}

/** How many rows there are of a table, and which of them (`jobs WHERE attempts > 0`). */
export const count = (world: World, what: string): number =>
  look(world, ({ database }) => database.get<{ n: number }>(`SELECT count(*) AS n FROM ${what}`)?.n ?? 0)
