import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store, storePath } from '../../src/store/index.ts'

/** A folder that is gone when disposed. */
export const tempDir = (): Disposable & { readonly path: string } => {
  const path = mkdtempSync(join(tmpdir(), 'wa2tg-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A real store in a folder of its own, both gone when disposed. */
export const tempStore = (): Store & { readonly dir: string } => {
  const dir = tempDir()
  const store = openStore(storePath(dir.path))
  return {
    ...store,
    dir: dir.path,
    [Symbol.dispose]: () => {
      store[Symbol.dispose]()
      dir[Symbol.dispose]()
    },
  }
}
