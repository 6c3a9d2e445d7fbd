import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Outbox } from '../../src/outbox/index.ts'
import { openStore } from '../../src/store/index.ts'
import type { Outcome } from '../simulators/program.ts'
import { atTerminal } from '../support/pty.ts'
import { fillStore, Sandbox } from './wa2tg.ts'

const passphrase = 'correct horse battery staple'

interface Filled extends AsyncDisposable {
  readonly sandbox: Sandbox
  /** Where backups go. */
  readonly file: string
  /** Runs a command on the data folder with the passphrase in the environment. */
  run(...args: readonly string[]): Promise<Outcome>
}

const openFilled = async (): Promise<Filled> => {
  const sandbox = await Sandbox.open()
  {
    using store = sandbox.openStore()
    fillStore(store)
  }
  return {
    sandbox,
    file: join(sandbox.folder, 'wa2tg.backup'),
    run: (...args) =>
      sandbox.start([...args, '--data-dir', sandbox.dataDir], { WA2TG_PASSPHRASE: passphrase }).ended,
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}

const assertRefused = ({ code, stdout, stderr }: Outcome, words: RegExp): void => {
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, stderr)
  assert.match(stderr, words)
  assert.equal(stderr.trimEnd().split('\n').length, 1, stderr)
}

test('where a deleted file that is open keeps its folder, as on a stick with exFAT, a backup is made, and nothing is left', async () => {
  await using filled = await openFilled()
  const { sandbox, file } = filled
  const { code, stderr } = await sandbox.start(['backup', file, '--data-dir', sandbox.dataDir], {
    WA2TG_PASSPHRASE: passphrase,
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'keep-open-files.ts')}`,
  }).ended
  assert.equal(code, 0, stderr)
  assert.deepEqual(readdirSync(sandbox.dataDir), ['wa2tg.db'])
  assert.ok(existsSync(file))
})

test('what a backup left beside the data when it was killed goes with the next one, and not while it may be at work', async () => {
  await using filled = await openFilled()
  const { sandbox, file, run } = filled
  const [old, fresh] = ['killed', 'atwork'].map(name => join(sandbox.dataDir, `.copy-${process.pid}-${name}`))
  assert.ok(old && fresh)
  for (const folder of [old, fresh]) {
    mkdirSync(folder)
    writeFileSync(join(folder, 'wa2tg.db'), 'a copy')
  }
  const twoHoursAgo = new Date(Date.now() - 7_200_000)
  utimesSync(old, twoHoursAgo, twoHoursAgo)
  const { code, stderr } = await run('backup', file)
  assert.equal(code, 0, stderr)
  assert.deepEqual([old, fresh].map(existsSync), [false, true])
})

test('a backup goes to another machine and is put back there', async () => {
  await using filled = await openFilled()
  const { sandbox, file } = filled
  await sandbox.write('secret', `${passphrase}\n`)
  const written = await sandbox.run(
    'backup',
    file,
    '--passphrase-file',
    join(sandbox.folder, 'secret'),
    '--json',
  )
  assert.equal(written.code, 0, written.stderr)
  const { bytes, ...rest } = JSON.parse(written.stdout)
  assert.deepEqual(rest, { file, encrypted: true })
  assert.equal(statSync(file).size, bytes)
  assert.ok(!readFileSync(file).includes('Family'))

  const elsewhere = join(sandbox.folder, 'elsewhere')
  const restored = await sandbox.start(['restore', file, '--data-dir', elsewhere], {
    WA2TG_PASSPHRASE: passphrase,
  }).ended
  assert.equal(restored.code, 0, restored.stderr)
  assert.match(
    restored.stderr,
    /^Restored as it was at 20.*\nIf messages were exchanged since.*logout.*login/,
  )
  const list = await sandbox.start(['map', 'list', '--data-dir', elsewhere]).ended
  assert.match(list.stdout, /Family/)
})

test('a restore says how many deliveries to Telegram are in doubt then, and what may come twice', async () => {
  await using filled = await openFilled()
  const { sandbox, file, run } = filled
  const chats = {
    whatsapp: 'whatsapp:120363000000000001@g.us',
    telegram: 'telegram:-1001234567890/42',
  } as const
  {
    using store = sandbox.openStore()
    const outbox = new Outbox(store.database)
    for (const [id, target] of [chats.telegram, chats.telegram, chats.whatsapp].entries()) {
      outbox.add(
        { lane: chats.whatsapp, target, source: id + 1, messageId: `M${id}`, event: '{}' },
        Date.now(),
      )
    }
  }
  assert.equal((await run('backup', file)).code, 0)
  const { code, stderr } = await run('restore', file, '--force')
  assert.equal(code, 0, stderr)
  assert.match(
    stderr,
    /^2 deliveries to Telegram waited in it, .* edited or deleted since comes once more, as a rule with a line that says so$/m,
  )
})

test('a plain backup needs no passphrase, and neither does putting it back', async () => {
  await using filled = await openFilled()
  const { sandbox, file } = filled
  assert.match((await sandbox.run('backup', file, '--plain')).stderr, /not encrypted/)
  assert.equal((await sandbox.run('restore', file, '--force')).code, 0)
  assertRefused(
    await sandbox.run('backup', file, '--plain', '--force', '--passphrase-file', file),
    /^--plain and --passphrase-file exclude each other/,
  )
})

test('nothing that exists is replaced without --force; with it, the data that were there are kept', async () => {
  await using filled = await openFilled()
  const { sandbox, file, run } = filled
  assert.equal((await run('backup', file)).code, 0)
  assertRefused(await run('backup', file), /exists\. To replace it, add --force/)
  assert.equal((await run('backup', file, '--force')).code, 0)
  assertRefused(await run('restore', file), /exists\. To replace it \(it is kept aside\), add --force/)
  const { code, stdout } = await run('restore', file, '--force', '--json')
  assert.equal(code, 0)
  assert.ok(existsSync(join(JSON.parse(stdout).replaced, 'wa2tg.db')))
  assert.ok((await sandbox.run('map', 'list')).stdout.includes('Family'))
})

test('a restore that is killed when it has moved the data has moved their log with them, and can be typed again', async () => {
  await using filled = await openFilled()
  const { sandbox, file, run } = filled
  assert.equal((await run('backup', file)).code, 0)
  // As after a kill: the last commit stands in the log alone.
  using store = sandbox.openStore()
  store.session('x').set([{ type: 't', id: 'i', value: 'in the log' }])
  const killed = await sandbox.start(['restore', file, '--force', '--data-dir', sandbox.dataDir], {
    WA2TG_PASSPHRASE: passphrase,
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'die-on-rename.ts')}`,
    WA2TG_TEST_DIE_AT: 'replaced-[^/]+/wa2tg\\.db$',
  }).ended
  assert.equal(killed.signal, 'SIGKILL')
  const kept = readdirSync(sandbox.dataDir).find(name => name.startsWith('replaced-'))
  assert.ok(kept)
  {
    using aside = openStore(join(sandbox.dataDir, kept, 'wa2tg.db'))
    assert.equal(aside.session('x').get('t', 'i'), 'in the log')
  }
  assert.equal((await run('restore', file, '--force')).code, 0)
  assert.ok((await sandbox.run('map', 'list')).stdout.includes('Family'))
})

test('a restore that is killed between its two moves is told of by every command, until it is typed again or taken back', async () => {
  await using filled = await openFilled()
  const { sandbox, file, run } = filled
  assert.equal((await run('backup', file)).code, 0)
  const restore = async (at: string, ...args: readonly string[]) => {
    const { signal } = await sandbox.start(['restore', file, '--force', '--data-dir', ...args], {
      WA2TG_PASSPHRASE: passphrase,
      NODE_OPTIONS: `--import ${join(import.meta.dirname, 'die-on-rename.ts')}`,
      WA2TG_TEST_DIE_AT: at,
    }).ended
    assert.equal(signal, 'SIGKILL')
  }
  await restore('replaced-[^/]+/wa2tg\\.db$', sandbox.dataDir)
  const kept = readdirSync(sandbox.dataDir).find(name => name.startsWith('replaced-'))
  assert.ok(kept)
  const before = join(sandbox.dataDir, kept, 'wa2tg.db')
  const token = { TELEGRAM_BOT_TOKEN: `123456:${'A'.repeat(35)}` }
  const commands = [
    ['run'],
    ['login'],
    ['logout', '--yes'],
    ['status'],
    ['chats'],
    ['map', 'list'],
    ['backup', join(sandbox.folder, 'b')],
    ['unseal'],
  ]
  for (const command of commands) {
    const ended = await sandbox.start([...command, '--data-dir', sandbox.dataDir], token).ended
    assertRefused(ended, /^A restore was cut off .*"wa2tg restore FILE".*replaced-/)
    assert.ok(ended.stderr.includes(`wa2tg restore "${before}"`), ended.stderr)
  }
  assert.ok(!existsSync(join(sandbox.dataDir, 'wa2tg.db')))
  // Taken back as it says, then typed again.
  assert.equal((await run('restore', before)).code, 0)
  assert.ok((await sandbox.run('map', 'list')).stdout.includes('Family'))
  await restore('replaced-[^/]+/wa2tg\\.db$', sandbox.dataDir)
  assert.equal((await run('restore', file)).code, 0)
  assert.ok((await sandbox.run('map', 'list')).stdout.includes('Family'))
  assert.ok(!existsSync(join(sandbox.dataDir, 'restoring')))

  // Where nothing was before there is nothing to take back.
  const empty = join(sandbox.folder, 'empty')
  mkdirSync(join(empty, 'restoring'), { recursive: true })
  const words = /^A restore was cut off .*"wa2tg restore FILE", or begin anew: delete ".*restoring"\n$/
  assertRefused(await sandbox.start(['map', 'list', '--data-dir', empty]).ended, words)
})

test('a backup goes over data in which nothing is yet, without --force', async () => {
  await using filled = await openFilled()
  const { sandbox, file, run } = filled
  await run('backup', file)
  const there = ['--data-dir', join(sandbox.folder, 'new')]
  assert.equal((await sandbox.start(['status', ...there]).ended).code, 1)
  const restored = await sandbox.start(['restore', file, ...there], { WA2TG_PASSPHRASE: passphrase }).ended
  assert.equal(restored.code, 0, restored.stderr)
  assert.match((await sandbox.start(['map', 'list', ...there]).ended).stdout, /Family/)
})

test('a backup that is not there is missed before anything else', async () => {
  await using filled = await openFilled()
  assertRefused(await filled.run('restore', `${filled.file}.lost`), /lost" cannot be read\. Check its name/)
})

const spoilt: Readonly<Record<string, readonly [RegExp, (bytes: Buffer) => Buffer]>> = {
  'cut off': [/damaged or cut off/, bytes => bytes.subarray(0, 5000)],
  'changed in one bit': [
    /damaged or cut off/,
    bytes => {
      bytes[4000] = (bytes[4000] ?? 0) ^ 4
      return bytes
    },
  ],
  'no backup at all': [/is no backup/, () => Buffer.from('Dear diary')],
}

test('a wrong passphrase and a spoilt file are one line each, and change nothing', async () => {
  await using filled = await openFilled()
  const { sandbox, file, run } = filled
  await run('backup', file)
  const whole = readFileSync(file)
  const before = readFileSync(join(sandbox.dataDir, 'wa2tg.db'))
  const wrong = { WA2TG_PASSPHRASE: 'something else' }
  const args = ['restore', file, '--force', '--data-dir', sandbox.dataDir]
  assertRefused(await sandbox.start(args, wrong).ended, /^The passphrase is wrong\n$/)
  for (const [words, spoil] of Object.values(spoilt)) {
    writeFileSync(file, spoil(Buffer.from(whole)))
    assertRefused(await run('restore', file, '--force'), words)
  }
  assertRefused(await run('restore', `${file}.lost`, '--force'), /cannot be read\. Check its name/)
  assert.ok(readFileSync(join(sandbox.dataDir, 'wa2tg.db')).equals(before))
  assert.deepEqual(readdirSync(sandbox.dataDir).sort(), ['lock.db', 'wa2tg.db'])
})

test('where nobody can be asked for a passphrase, it says how to give one', async () => {
  await using filled = await openFilled()
  const { sandbox, file } = filled
  const { code, stderr } = await sandbox.run('backup', file)
  assert.equal(code, 2)
  assert.match(stderr, /nobody to ask\nAdd --passphrase-file FILE, or set WA2TG_PASSPHRASE\n$/)
  assertRefused(await sandbox.run('backup', file, '--passphrase-file', `${file}.lost`), /Cannot read/)
  assert.ok(!existsSync(file))
})

// A terminal for a program is made with the C library of Linux.
if (process.platform === 'linux') {
  const main = join(import.meta.dirname, '../../src/main.ts')
  const atKeyboard = ({ sandbox }: Filled, args: string[], answers: (readonly [RegExp, string])[]) =>
    atTerminal([process.execPath, main, ...args, '--data-dir', sandbox.dataDir], {
      env: { HOME: sandbox.folder, TERM: 'xterm' },
      answers,
    })

  test('a person is asked twice for a passphrase, and it does not stand on the screen', async () => {
    await using filled = await openFilled()
    const written = await atKeyboard(
      filled,
      ['backup', filled.file],
      [
        [/Passphrase: $/, passphrase],
        [/The same again: $/, passphrase],
      ],
    )
    assert.equal(written.code, 0, written.screen)
    assert.doesNotMatch(written.screen, /horse/)
    const restored = await atKeyboard(
      filled,
      ['restore', filled.file, '--force'],
      [[/Passphrase: $/, passphrase]],
    )
    assert.equal(restored.code, 0, restored.screen)
    assert.doesNotMatch(restored.screen, /horse/)
  })

  test('two passphrases that differ write nothing, and Ctrl-C neither', async () => {
    await using filled = await openFilled()
    const differing = await atKeyboard(
      filled,
      ['backup', filled.file],
      [
        [/Passphrase: $/, passphrase],
        [/The same again: $/, 'correct house battery staple'],
      ],
    )
    assert.equal(differing.code, 2, differing.screen)
    assert.match(differing.screen, /differ; nothing was written/)
    const broken = await atKeyboard(filled, ['backup', filled.file], [[/Passphrase: $/, '\u0003']])
    assert.equal(broken.code, 1, broken.screen)
    assert.ok(!existsSync(filled.file))
  })
}
