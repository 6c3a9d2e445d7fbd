import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Outcome, Program } from '../simulators/program.ts'
import { assertTold } from './assert-told.ts'
import { fillStore, Sandbox } from './wa2tg.ts'

/** One that waits for the other end of a pipe is deaf to all other signals. */
const endOf = async (program: Program): Promise<Outcome> => {
  const late = setTimeout(() => program.kill('SIGKILL'), 60_000)
  try {
    return await program.ended
  } finally {
    clearTimeout(late)
  }
}

const makePipe = (path: string): Disposable => {
  assert.equal(spawnSync('mkfifo', [path]).status, 0)
  return { [Symbol.dispose]: () => undefined }
}

const makeSocket = async (path: string): Promise<Disposable> => {
  const server = createServer().listen(path)
  await once(server, 'listening')
  return { [Symbol.dispose]: () => void server.close() }
}

// Windows has neither in its folders.
if (process.platform !== 'win32') {
  for (const [what, make] of Object.entries({ pipe: makePipe, socket: makeSocket })) {
    for (const name of ['wa2tg.db', 'lock.db', 'wa2tg.db-journal']) {
      test(`a ${what} in the place of ${name} ends every command that opens it with 2 and one line`, async () => {
        await using sandbox = await Sandbox.open()
        mkdirSync(sandbox.dataDir)
        if (name === 'wa2tg.db-journal') {
          using store = sandbox.openStore()
          fillStore(store)
        }
        using _odd = await make(join(sandbox.dataDir, name))
        const backup = await sandbox.write('backup', 'SQLite format 3\0')
        const data = ['chats', 'backup x --plain', `restore ${backup} --force`]
        const commands = ['run', 'status', ...(name === 'lock.db' ? [] : data)]
        const outcomes = commands.map(command =>
          endOf(
            sandbox.start([...command.split(' '), '--data-dir', sandbox.dataDir], {
              TELEGRAM_BOT_TOKEN: '1:a',
            }),
          ),
        )
        for (const [index, outcome] of (await Promise.all(outcomes)).entries()) {
          assert.equal(outcome.stderr.split('\n').length, 2, `${commands[index]}: ${outcome.stderr}`)
          assertTold('"…" is a pipe, socket or device', outcome)
        }
      })
    }
  }

  test('a pipe into which nobody writes, in the place of a config, token, key or passphrase, is told as that', async () => {
    await using sandbox = await Sandbox.open()
    {
      using store = sandbox.openStore()
      fillStore(store)
    }
    const pipe = join(sandbox.folder, 'pipe')
    using _pipe = makePipe(pipe)
    const key = await sandbox.write('key.yaml', 'storage: { key_file: pipe }')
    const token = await sandbox.write('token.yaml', 'telegram: { token_file: pipe }')
    const words = [
      ['Cannot read the config file', '--config', pipe, 'chats'],
      ['Cannot read the key file', '--config', key, 'chats'],
      ['telegram.token_file: cannot read', '--config', token, 'run'],
      ['Cannot read the passphrase file', 'backup', 'x', '--passphrase-file', pipe],
    ]
    for (const [beginning = '', ...args] of words) {
      const { code, stderr } = await endOf(sandbox.start([...args, '--data-dir', sandbox.dataDir]))
      assert.equal(code, 2, `${args.join(' ')}: ${stderr}`)
      const [line = ''] = stderr.split('\n')
      assert.ok(line.includes(beginning), stderr)
      assert.ok(line.endsWith(`"${pipe}": it is a pipe into which nobody writes`), stderr)
    }
  })
}
