/** Loaded before the program: it is killed right after it has moved something to where $WA2TG_TEST_DIE_AT says. */
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const { rename } = fs
fs.rename = async (from, to) => {
  await rename(from, to)
  if (new RegExp(process.env['WA2TG_TEST_DIE_AT'] ?? '').test(String(to)))
    process.kill(process.pid, 'SIGKILL')
}
syncBuiltinESMExports()
