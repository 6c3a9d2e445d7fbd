import sync from 'node:fs'
import files from 'node:fs/promises'
import { basename } from 'node:path'
import { pass } from './pass.ts'

/** Every file that is written whole, gets its name or loses it is two points. */
export const watchFiles = (): void => {
  const { rename, rm } = files
  Object.assign(files, {
    async rename(from: string, to: string): Promise<void> {
      const name = nameOf(to)
      pass(`${name}: before`)
      await rename(from, to)
      pass(`${name}: after`)
    },
    async rm(...args: Parameters<typeof rm>): Promise<void> {
      pass('disk remove: before')
      await rm(...args)
      pass('disk remove: after')
    },
  })
  const { renameSync, rmSync, writeFileSync, copyFileSync } = sync
  Object.assign(sync, {
    renameSync: around(renameSync, ([, to]) => nameOf(to)),
    rmSync: around(rmSync, ([path]) => `disk remove ${plain(path)}`),
    copyFileSync: around(copyFileSync, ([, to]) => `disk copy ${plain(to)}`),
    // What the kernel is told stands in no file.
    writeFileSync: around(writeFileSync, ([path]) =>
      String(path).startsWith('/proc/') ? undefined : `disk write ${plain(path)}`,
    ),
  })
}

/** Without what is different each time. */
const plain = (path: unknown): string => basename(String(path)).replaceAll(/[\d-]{4,}\w*/g, '…')
const nameOf = (path: unknown): string => `disk name ${plain(path)}`

const around =
  <Args extends unknown[]>(work: (...args: Args) => void, name: (args: Args) => string | undefined) =>
  (...args: Args): void => {
    const point = name(args)
    if (point !== undefined) pass(`${point}: before`)
    work(...args)
    if (point !== undefined) pass(`${point}: after`)
  }
