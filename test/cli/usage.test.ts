import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { runCli } from '../../src/cli/run-cli.ts'
import { Sandbox } from './wa2tg.ts'

test('the version is printed alone', async () => {
  await using box = await Sandbox.open()
  for (const args of [['--version'], ['-V'], ['--json', '--version']]) {
    const { code, stdout, stderr } = await box.start(args).ended
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  }
})

test('every command has a help with examples, and needs nothing else for it', async () => {
  await using box = await Sandbox.open()
  const helps = await Promise.all(commands.map(({ name }) => box.start([...name.split(' '), '-h']).ended))
  for (const [index, { code, stdout, stderr }] of helps.entries()) {
    const { name, summary } = commands[index] ?? assert.fail()
    assert.equal(code, 0, name)
    assert.equal(stderr, '', name)
    assert.ok(stdout.includes(`Usage: wa2tg ${name}`), stdout)
    assert.ok(stdout.includes(summary), stdout)
    assert.match(stdout, new RegExp(`Examples:\\n +(.*\\b)?wa2tg ${name}`))
    for (const option of ['--config', '--data-dir', '--json', '--log-level'])
      assert.ok(stdout.includes(option))
  }
})

test('a help fits into the terminal, and is no wider than can be read', async () => {
  for (const [columns, most] of [
    [80, 80],
    [300, 100],
    [undefined, 100],
  ] as const) {
    for (const { name } of [{ name: '' }, ...commands]) {
      let help = ''
      const stdout = { write: (text: string) => (help += text), ...(columns !== undefined && { columns }) }
      const stderr = { write: () => assert.fail() }
      const words = name.split(' ').filter(word => word !== '')
      const io = { env: {}, cwd: tmpdir(), stdin: process.stdin, stdout, stderr }
      assert.equal(await runCli([...words, '-h'], io), 0)
      assert.match(help, /^Usage: wa2tg/)
      for (const line of help.split('\n')) assert.ok(line.length <= most, `${columns}: ${line}`)
    }
  }
})

test('without a command the help goes to stderr and the exit code is 2', async () => {
  await using box = await Sandbox.open()
  for (const args of [[], ['map']]) {
    const { code, stdout, stderr } = await box.start(args).ended
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
    assert.match(stderr, /^Usage: wa2tg/)
  }
})

const mistakes: readonly (readonly [args: string[], line: string])[] = [
  [['chatz'], 'Unknown command "chatz". Did you mean chats?'],
  [['map', 'ad'], 'Unknown command "ad". Did you mean add?'],
  [['chats', '--jsn'], 'Unknown option "--jsn". Did you mean --json?'],
  [['--colour', 'chats'], 'Unknown option "--colour"; for help type: wa2tg -h'],
  [['map', 'add', 'Family'], 'Missing required argument "telegram"; for help type: wa2tg map add -h'],
  [
    ['chats', 'a', 'b'],
    'Too many arguments for "chats". Expected 1 argument but got 2: a, b; for help type: wa2tg chats -h',
  ],
  [
    ['login', '--qr', 'paper'],
    'Option "--qr <form>" argument "paper" is invalid. Allowed choices are terminal, text; for help type: wa2tg login -h',
  ],
  [
    ['status', '--data-dir', ''],
    'Option "--data-dir <dir>" argument "" is invalid. It is empty: name a folder; for help type: wa2tg -h',
  ],
  [
    ['--config=', 'status'],
    'Option "--config <file>" argument "" is invalid. It is empty: name a file; for help type: wa2tg -h',
  ],
]

for (const [args, line] of mistakes) {
  test(`a mistyped command line is one line on stderr and exit code 2: ${args.join(' ')}`, async () => {
    await using box = await Sandbox.open()
    const { code, stdout, stderr } = await box.start(args).ended
    assert.deepEqual({ code, stdout, stderr }, { code: 2, stdout: '', stderr: `${line}\n` })
  })
}

test('global options count before and after the command', async () => {
  await using box = await Sandbox.open()
  const outcomes = await Promise.all([
    box.start(['--json', '--data-dir', 'x', 'map', 'list']).ended,
    box.start(['map', '--json', 'list', '--data-dir', 'x']).ended,
    box.start(['map', 'list', '--data-dir=x', '--json']).ended,
  ])
  for (const { code, stdout } of outcomes) assert.deepEqual({ code, stdout }, { code: 0, stdout: '[]\n' })
})

test('from its sources, too, the licences are data', async () => {
  await using box = await Sandbox.open()
  const { code, stdout, stderr } = await box.run('licences', '--json')
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.match(JSON.parse(stdout), /LICENSE/)
})

test('in a folder that is gone a command says so, with exit code 2', async () => {
  await using box = await Sandbox.open()
  await mkdir(join(box.folder, 'gone'))
  const main = join(import.meta.dirname, '../../src/main.ts')
  const child = spawn(
    'sh',
    ['-c', `cd gone && rmdir ../gone && exec "${process.execPath}" "${main}" status`],
    {
      cwd: box.folder,
      env: { HOME: box.folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, stderr)
  assert.equal(stderr, 'The folder where you are is gone\nGo to another one, and type it again: cd\n')
})

test('a bad config is named by file, line and key, with exit code 2', async () => {
  await using box = await Sandbox.open()
  const file = await box.write('config.yaml', 'telegram:\n  onwers: [1]\n')
  const { code, stdout, stderr } = await box.run('chats')
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
  assert.equal(
    stderr,
    `${file}:2: unknown key "telegram.onwers"; did you mean "owners"?\nChange config.yaml; config.example.yaml shows every key\n`,
  )
})

test('a character that no path can have is named by file, line and key, with exit code 2', async () => {
  await using sandbox = await Sandbox.open()
  const keys = ['data_dir: "a\\0b"', 'storage: { key_file: "a\\0b" }', 'telegram: { token_file: "a\\0b" }']
  for (const text of [...keys, 'data_dir: a\0b']) {
    const file = await sandbox.write('config.yaml', text)
    const { code, stdout, stderr } = await sandbox.start(['chats', '--config', file]).ended
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, stderr)
    const [problem, hint, ...more] = stderr.trimEnd().split('\n')
    assert.match(
      problem ?? '',
      /^\S+config\.yaml:1: \w+(\.\w+)?: expected the path of a (file|folder), found the text "a\\0b"; take out the NUL character$/,
    )
    assert.match(hint ?? '', /^Change config\.yaml/)
    assert.deepEqual(more, [])
  }
})

test('a command that needs the bot token says so in a line and what to do in another', async () => {
  await using box = await Sandbox.open()
  for (const args of [['run'], ['map', 'add', '+15550000001', '-1001234567890/42']]) {
    const { code, stderr } = await box.run(...args)
    assert.equal(code, 2)
    assert.match(
      stderr,
      /^This needs the token of your Telegram bot, and there is none\nSet TELEGRAM_BOT_TOKEN, or .*\n$/,
    )
  }
})

test('output into a pipe that nobody reads is no failure', async () => {
  await using box = await Sandbox.open()
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), '-h'], {
    cwd: box.folder,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.destroy()
  const errors = text(child.stderr)
  const [code] = await once(child, 'close')
  assert.deepEqual({ code, errors: await errors }, { code: 0, errors: '' })
})
