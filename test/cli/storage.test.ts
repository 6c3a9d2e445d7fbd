import assert from 'node:assert/strict'
import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { storePath } from '../../src/store/index.ts'
import type { Outcome } from '../simulators/program.ts'
import { fillStore, Sandbox } from './wa2tg.ts'

const run = (sandbox: Sandbox): Promise<Outcome> =>
  sandbox.start(['run', '--data-dir', sandbox.dataDir], { TELEGRAM_BOT_TOKEN: '1:a' }).ended

const openFilled = async (): Promise<Sandbox> => {
  const sandbox = await Sandbox.open()
  using store = sandbox.openStore()
  fillStore(store)
  return sandbox
}

const assertRefused = ({ code, stdout, stderr }: Outcome, words: RegExp): void => {
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, stderr)
  assert.match(stderr, words)
  assert.equal(stderr.trimEnd().split('\n').length, 1, stderr)
}

test('a damaged database ends the run with 2, one line, and one copy', async () => {
  await using sandbox = await openFilled()
  const path = storePath(sandbox.dataDir)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(statSync(path).size - 8192, 0x5a), 0, undefined, 8192)
  closeSync(file)
  for (let attempt = 0; attempt < 2; attempt += 1) {
    assertRefused(await run(sandbox), /is damaged \(.*A copy is kept in ".*damaged-.*Move it away/)
  }
  assert.equal(readdirSync(sandbox.dataDir).filter(name => name.startsWith('damaged-')).length, 1)
})

test('a database from a newer wa2tg ends every command with 2 and what to do', async () => {
  await using sandbox = await openFilled()
  const newer = new Sqlite(storePath(sandbox.dataDir))
  newer.pragma('user_version = 999')
  newer.close()
  for (const outcome of [await run(sandbox), await sandbox.run('status'), await sandbox.run('chats')]) {
    assertRefused(outcome, /newer wa2tg \(schema 999, this one knows \d+\)\. Update wa2tg/)
  }
})

test('a file where the data folder should be ends every command with 2 and what to do', async () => {
  await using sandbox = await Sandbox.open()
  await writeFile(sandbox.dataDir, '')
  for (const outcome of [await run(sandbox), await sandbox.run('status')]) {
    assertRefused(outcome, /cannot be opened\. Check that the folder exists/)
  }
})
