import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Folders in which a start (`check.ts`) or a restore (`backup/restore-backup.ts`) has put aside what was there. */
export const copiesBeside = (path: string): string[] =>
  readdirSync(dirname(path), { withFileTypes: true })
    .filter(each => each.isDirectory() && /^(damaged|replaced)-\w+$/.test(each.name))
    .map(({ name }) => join(dirname(path), name))
