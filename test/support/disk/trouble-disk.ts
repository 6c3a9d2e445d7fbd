/**
 * For `node --import`: SQLite's disk is as a file says, which is looked at before each change: `full`, `read-only`, or in order
 * where there is no such file ($WA2TG_DISK_TROUBLE).
 */
import { existsSync, readFileSync } from 'node:fs'
import { errno, watchDisk } from './watch-disk.ts'

const file = process.env['WA2TG_DISK_TROUBLE'] ?? ''

watchDisk(({ kind }) => {
  if (!existsSync(file)) return undefined
  const trouble = readFileSync(file, 'utf8')
  if (trouble === 'read-only') return kind === 'sync' ? undefined : errno.EROFS
  return kind === 'write' ? errno.ENOSPC : undefined
})
