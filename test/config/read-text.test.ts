import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readText } from '../../src/config/read-text.ts'
import { tempDir } from '../store/temp-store.ts'

test('a file is read whole, and one that is no config any more is refused', async () => {
  using dir = tempDir()
  const path = join(dir.path, 'file')
  for (const text of ['', 'ä', 'ü'.repeat(500_000)]) {
    writeFileSync(path, text)
    assert.equal(await readText(path), text)
  }
  writeFileSync(path, Buffer.alloc(2_000_000))
  await assert.rejects(readText(path), /^Error: it is too long$/)
  await assert.rejects(readText(dir.path), { code: 'EISDIR' })
  await assert.rejects(readText(`${path}.lost`), { code: 'ENOENT' })
})

if (process.platform !== 'win32') {
  test('what comes through a pipe, piece by piece, is read to its end', async () => {
    using dir = tempDir()
    const path = join(dir.path, 'pipe')
    assert.equal(spawnSync('mkfifo', [path]).status, 0)
    const writer = openSync(path, 'r+')
    const read = readText(path)
    for (const piece of ['a ', 'pass', 'phrase']) {
      await sleep(50)
      writeSync(writer, piece)
    }
    closeSync(writer)
    assert.equal(await read, 'a passphrase')
  })
}
