/**
 * For `node --import`: writes down every change that SQLite makes to the disk, one a line, in the file $WA2TG_DISK_RECORD.
 * Several processes may write there, one after the other; what they wrote outlives a SIGKILL.
 */
import { openSync, writeSync } from 'node:fs'
import { watchDisk } from './watch-disk.ts'

const file = openSync(process.env['WA2TG_DISK_RECORD'] ?? '', 'a', 0o600)

watchDisk(call => {
  const data = 'data' in call ? { data: call.data.toString('base64') } : {}
  writeSync(file, `${JSON.stringify({ ...call, ...data })}\n`)
  return undefined
})
