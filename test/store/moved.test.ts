import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore, storePath } from '../../src/store/index.ts'
import { tempDir } from './temp-store.ts'

/** What may become of the file while it is open. */
const moves: readonly (readonly [what: string, move: (path: string) => void])[] = [
  ['moved', path => renameSync(path, `${path}.aside`)],
  ['deleted', path => rmSync(path)],
  ['deleted with its folder', path => rmSync(join(path, '..'), { recursive: true })],
  ['deprived of its log', path => rmSync(`${path}-wal`)],
  ['deprived of its shared memory', path => rmSync(`${path}-shm`)],
  [
    'replaced by a copy',
    path => {
      copyFileSync(path, `${path}.copy`)
      renameSync(`${path}.copy`, path)
    },
  ],
]

for (const [what, move] of moves) {
  test(`once the file was ${what} nothing is written into it any more, and whoever has it open hears of that`, async () => {
    using dir = tempDir()
    const path = storePath(join(dir.path, 'data'))
    using store = openStore(path)
    const session = store.session('x')
    session.set([{ type: 't', id: 'i', value: 'before' }])
    move(path)
    const write = () => session.set([{ type: 't', id: 'i', value: 'after' }])
    const problem = { name: 'StoreError', message: /was moved, deleted or replaced while it was in use/ }
    assert.throws(write, problem)
    assert.throws(() => store.transaction(write), problem)
    assert.match((await store.database.damaged).message, problem.message)
    assert.equal(session.get('t', 'i'), 'before')
  })
}

test('a folder that has another name and a link by its old one is the same', () => {
  using dir = tempDir()
  const path = storePath(join(dir.path, 'data'))
  using store = openStore(path)
  renameSync(join(dir.path, 'data'), join(dir.path, 'moved'))
  symlinkSync('moved', join(dir.path, 'data'))
  store.session('x').set([{ type: 't', id: 'i', value: 'after' }])
  assert.equal(store.session('x').get('t', 'i'), 'after')
})

/** Nothing is refused to root: this process becomes a user to whom a folder is closed. */
const closed = (folder: string): Disposable => {
  const { seteuid } = process
  const become = (user: number): void => {
    if (process.getuid?.() === 0) seteuid?.(user)
  }
  chmodSync(folder, 0)
  become(65_534)
  return {
    [Symbol.dispose]: () => {
      become(0)
      chmodSync(folder, 0o700)
    },
  }
}

test('in a folder that is closed to us for a while nothing was moved: what is open is written', () => {
  using dir = tempDir()
  const path = storePath(join(dir.path, 'data'))
  using store = openStore(path)
  {
    using _ = closed(join(dir.path, 'data'))
    assert.throws(() => statSync(path), { code: 'EACCES' })
    store.session('x').set([{ type: 't', id: 'i', value: 'after' }])
  }
  assert.equal(store.session('x').get('t', 'i'), 'after')
})
