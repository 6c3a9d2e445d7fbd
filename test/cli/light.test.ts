import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { fillStore, Sandbox } from './wa2tg.ts'

/** Writes the address of every module that is loaded into the file that `LOADED` names. */
const SPY = `
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(process.env.LOADED, url + '\\n')
    return nextLoad(url, context)
  },
})
`

const loadedBy = async (box: Sandbox, args: readonly string[]): Promise<string> => {
  const spy = await box.write('spy.mjs', SPY)
  const loaded = join(box.folder, `${args.join('-')}.txt`)
  const { code, stderr } = await box.start([...args, '--data-dir', box.dataDir], {
    NODE_OPTIONS: `--import=${pathToFileURL(spy)}`,
    LOADED: loaded,
  }).ended
  assert.ok(code === 0 || code === 1, stderr)
  return readFileSync(loaded, 'utf8')
}

const HEAVY = /node_modules\/(@whiskeysockets|grammy|pino)\//

test('commands that only look something up load no network and no log', async () => {
  await using box = await Sandbox.open()
  {
    using store = box.openStore()
    fillStore(store)
  }
  for (const args of [
    ['chats'],
    ['map', 'list'],
    ['map', 'remove', 'Family'],
    ['status'],
    ['run', '-h'],
    ['login', '-h'],
  ]) {
    const loaded = await loadedBy(box, args)
    assert.match(loaded, /src\/cli\/run-cli\.ts/)
    assert.doesNotMatch(loaded, HEAVY, args.join(' '))
    if (!args.includes('-h')) assert.match(loaded, /node_modules\/better-sqlite3\//)
  }
})

test('the version loads next to nothing', async () => {
  await using box = await Sandbox.open()
  const spy = await box.write('spy.mjs', SPY)
  const loaded = join(box.folder, 'loaded.txt')
  await box.start(['--version'], { NODE_OPTIONS: `--import=${pathToFileURL(spy)}`, LOADED: loaded }).ended
  const modules = readFileSync(loaded, 'utf8')
  assert.match(modules, /src\/main\.ts/)
  assert.doesNotMatch(modules, /node_modules|run-cli/)
})
