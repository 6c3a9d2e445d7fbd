import files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

/** Loaded before the program (`--import`): it is killed where it would rename or remove for the n-th time (`rename 2`, `rm 1`). */
const [what, nth] = (process.env['WA2TG_TEST_DIE_AT'] ?? '').split(' ')
let calls = 0
const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL')
  // Nothing goes on meanwhile.
  return new Promise(() => undefined)
}

const { rename, rm } = files
const isHere = (name: string): boolean => {
  if (name === what) calls += 1
  return name === what && calls === Number(nth)
}
files.rename = (...args) => (isHere('rename') ? die() : rename(...args))
files.rm = (...args) => (isHere('rm') ? die() : rm(...args))
syncBuiltinESMExports()
