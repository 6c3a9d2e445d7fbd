import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { explainFailure } from '../../src/store/store-error.ts'
import { tempDir } from './temp-store.ts'

/** As SQLite throws it. */
const malformed = (): Error =>
  Object.assign(new Error('database disk image is malformed'), { code: 'SQLITE_CORRUPT' })

test('what SQLite calls damage is damage where the file can be read', () => {
  using dir = tempDir()
  const path = join(dir.path, 'wa2tg.db')
  writeFileSync(path, 'x'.repeat(200_000))
  assert.match(String(explainFailure(malformed(), path)), /is damaged/)
})

// The file of this machine that cannot be read, as one on a stick that was pulled: the first page of memory is nobody's.
if (process.platform === 'linux') {
  test('where the file cannot be read it is the disk that fails, and no backup is asked for', () => {
    const explained = explainFailure(malformed(), '/proc/self/mem')
    assert.match(
      String(explained),
      /^StoreError: The disk that holds "[^"]+" fails\. Check the disk and its cables$/,
    )
  })
}

// Windows has no such number.
if (constants.errno.EDQUOT !== undefined) {
  test('a quota that is used up is told as that where Node meets it, too, which has no name for that', () => {
    const code = `Unknown system error -${constants.errno.EDQUOT}`
    const error = Object.assign(new Error(`${code}: ${code}, write`), {
      code,
      errno: -constants.errno.EDQUOT,
    })
    assert.match(
      String(explainFailure(error, '/data/wa2tg.db')),
      /^StoreError: Your quota on the disk that holds/,
    )
  })
}
