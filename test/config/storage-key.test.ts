import assert from 'node:assert/strict'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError } from '../../src/config/config-error.ts'
import { readStorageKey } from '../../src/config/storage-key.ts'
import { tempDir } from '../store/temp-store.ts'

const hex = (digit: string) => digit.repeat(64)

test('the key comes from WA2TG_KEY, then from the file in the config, then from systemd; without any there is none', async () => {
  using dir = tempDir()
  await mkdir(join(dir.path, 'credentials'))
  await writeFile(join(dir.path, 'credentials/wa2tg-key'), hex('c'), { mode: 0o400 })
  await writeFile(join(dir.path, 'wa2tg.key'), `${hex('B')}\n`, { mode: 0o600 })
  const systemd = { CREDENTIALS_DIRECTORY: join(dir.path, 'credentials') }
  const read = async (env: Record<string, string>, keyFile?: string) => {
    const { key, warnings } = await readStorageKey({ keyFile, base: dir.path, env })
    assert.deepEqual(warnings, [])
    return key?.toString('hex')
  }
  assert.equal(await read({ ...systemd, WA2TG_KEY: hex('a') }, 'wa2tg.key'), hex('a'))
  assert.equal(await read(systemd, 'wa2tg.key'), hex('b'))
  assert.equal(await read(systemd), hex('c'))
  assert.equal(await read({ CREDENTIALS_DIRECTORY: dir.path }), undefined)
  assert.equal(await read({}), undefined)
})

test('what is no key is refused with how to make one, and is not repeated', async () => {
  using dir = tempDir()
  await writeFile(join(dir.path, 'wa2tg.key'), 'correct horse battery staple', { mode: 0o600 })
  const cases: [Record<string, string>, string | undefined, RegExp][] = [
    [{ WA2TG_KEY: hex('a').slice(1) }, undefined, /^WA2TG_KEY: expected a key of 64 hex digits$/],
    [{}, 'wa2tg.key', /wa2tg\.key": expected a key of 64 hex digits$/],
    [{}, 'lost.key', /^Cannot read the key file ".*lost\.key": there is no such file$/],
  ]
  for (const [env, keyFile, words] of cases) {
    await assert.rejects(readStorageKey({ keyFile, base: dir.path, env }), (error: unknown) => {
      assert.ok(error instanceof ConfigError)
      assert.match(error.message, words)
      assert.doesNotMatch(error.message, /horse|aaaa/)
      assert.match(error.hint ?? '', /openssl rand -hex 32/)
      return true
    })
  }
})

test('a key file that others can read is warned of', async () => {
  using dir = tempDir()
  const file = join(dir.path, 'wa2tg.key')
  await writeFile(file, hex('a'))
  await chmod(file, 0o644)
  const { warnings } = await readStorageKey({ keyFile: file, base: '/', env: {} })
  assert.match(warnings.join(), /^".*wa2tg\.key" holds the key of the data and other users.*chmod 600/)
})
