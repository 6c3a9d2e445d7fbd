import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findTarget, thisMachine } from '../../scripts/build/target.ts'
import { loadAddon } from '../../src/store/addon.ts'
import { StoreError } from '../../src/store/index.ts'
import { tempDir } from './temp-store.ts'

const carried = { name: 'sqlite-1.node', bytes: readFileSync(findTarget(thisMachine).addon) }

const refusal = (folder: string, addon = carried): string => {
  try {
    loadAddon(addon, folder)
  } catch (error) {
    assert.ok(error instanceof StoreError, String(error))
    return error.message
  }
  assert.fail('It was loaded')
}

test('the addon is unpacked once, for its user alone, and loaded', () => {
  using dir = tempDir()
  assert.ok('Database' in loadAddon(carried, dir.path))
  const file = join(dir.path, carried.name)
  const { ino, mode } = statSync(file)
  assert.equal((mode & 0o777).toString(8), '600')
  loadAddon(carried, dir.path)
  assert.equal(statSync(file).ino, ino)
  assert.deepEqual(readdirSync(dir.path), [carried.name])
})

/** Each puts something else in the addon's place. (Not into a file that is loaded: that would end this process.) */
const spoils: Readonly<Record<string, (file: string, elsewhere: string) => void>> = {
  'was changed': file => writeFileSync(file, 'evil', { mode: 0o600 }),
  'was changed in one byte': file => {
    const bytes = Buffer.from(carried.bytes)
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
    writeFileSync(file, bytes, { mode: 0o600 })
  },
  'was cut off by a power cut': file => writeFileSync(file, '', { mode: 0o600 }),
  'others can write to': file => {
    writeFileSync(file, carried.bytes)
    chmodSync(file, 0o666)
  },
  'is a link to another file': (file, elsewhere) => {
    writeFileSync(elsewhere, carried.bytes, { mode: 0o600 })
    symlinkSync(elsewhere, file)
  },
}

for (const [state, spoil] of Object.entries(spoils)) {
  test(`a file that ${state} is not loaded but replaced`, () => {
    using dir = tempDir()
    const folder = join(dir.path, 'data')
    const file = join(folder, carried.name)
    mkdirSync(folder, { mode: 0o700 })
    spoil(file, join(dir.path, 'elsewhere'))
    const before = lstatSync(file).ino
    loadAddon(carried, folder)
    const after = lstatSync(file)
    assert.notEqual(after.ino, before)
    assert.ok(after.isFile())
    assert.equal((after.mode & 0o777).toString(8), '600')
    assert.ok(readFileSync(file).equals(carried.bytes))
    assert.deepEqual(readdirSync(folder), [carried.name])
  })
}

test('a folder that others can write to is refused, and nothing is put there', () => {
  using dir = tempDir()
  for (const mode of [0o770, 0o707, 0o1777]) {
    chmodSync(dir.path, mode)
    assert.match(refusal(dir.path), /chmod go-w "[^"]+"; where that changes nothing .*umask=077/)
    assert.deepEqual(readdirSync(dir.path), [])
  }
  chmodSync(dir.path, 0o755)
  loadAddon(carried, dir.path)
})

test('a folder of another user is refused', () => {
  using dir = tempDir()
  // Only root can give a folder away; for everybody else there is root's.
  const isRoot = process.geteuid?.() === 0
  if (isRoot) chownSync(dir.path, 54_321, 54_321)
  assert.match(refusal(isRoot ? dir.path : '/'), /belongs to another user.*--data-dir/)
})

test('an addon that the system does not load is one line with the reason', () => {
  using dir = tempDir()
  const message = refusal(dir.path, { name: 'x.node', bytes: Buffer.from('no program') })
  assert.match(message, /^SQLite cannot be loaded \(.+\)\. .*--data-dir/)
  assert.ok(!message.includes('\n'))
})
