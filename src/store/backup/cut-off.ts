import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { copiesBeside } from '../copies-beside.ts'
import { StoreError } from '../store-error.ts'
import { workshop } from './leftovers.ts'

/**
 * Throws `StoreError` where a restore was killed before the data were in their place: those from before may have been put
 * aside by then, and new ones in that place would look like a machine that was never linked.
 */
export const refuseCutOff = (path: string): void => {
  const bench = join(dirname(path), workshop)
  if (existsSync(path) || !existsSync(bench)) return
  const before = copiesBeside(path)
    .filter(folder => basename(folder).startsWith('replaced-'))
    .map(folder => join(folder, basename(path)))
    .filter(file => existsSync(file))
    .sort()
    .at(-1)
  const otherwise =
    before === undefined
      ? `begin anew: delete "${bench}"`
      : `take back the data from before: wa2tg restore "${before}"`
  throw new StoreError(
    `A restore was cut off before the data were in place. Type it once more: "wa2tg restore FILE", or ${otherwise}`,
  )
}
