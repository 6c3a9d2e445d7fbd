import files from 'node:fs/promises'
import { basename } from 'node:path'
import { pass } from './pass.ts'

/** Every file that gets its name or loses it is two points. */
export const watchFiles = (): void => {
  const { rename, rm } = files
  Object.assign(files, {
    async rename(from: string, to: string): Promise<void> {
      await around(`disk name ${basename(to)}`, () => rename(from, to))
    },
    async rm(...args: Parameters<typeof rm>): Promise<void> {
      await around('disk remove', () => rm(...args))
    },
  })
}

const around = async (name: string, work: () => Promise<void>): Promise<void> => {
  pass(`${name}: before`)
  await work()
  pass(`${name}: after`)
}
