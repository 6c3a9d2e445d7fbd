/** Loaded before the program: a machine whose disks are mounted as $WA2TG_TEST_MOUNTS says, in the form of /proc/self/mountinfo. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const read = fs.readFileSync as (path: unknown, options: unknown) => string
fs.readFileSync = ((path: unknown, options: unknown) =>
  path === '/proc/self/mountinfo'
    ? (process.env['WA2TG_TEST_MOUNTS'] ?? '')
    : read(path, options)) as typeof fs.readFileSync
syncBuiltinESMExports()
