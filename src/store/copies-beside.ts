import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Folders beside the database in which a start or a restore has put aside what was there (`check.ts`, `backup/restore-backup.ts`). */
export const copiesBeside = (path: string): string[] =>
  readdirSync(dirname(path), { withFileTypes: true })
    .filter(each => each.isDirectory() && /^(damaged|replaced)-\w+$/.test(each.name))
    .map(({ name }) => join(dirname(path), name))
