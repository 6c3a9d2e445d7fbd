import assert from 'node:assert/strict'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { findViolations } from './support/architecture.ts'

const root = join(import.meta.dirname, '..')

test('the sources keep the rules of the house', () => {
  assert.deepEqual(findViolations(root), [])
})

const violationsOf = async (files: Readonly<Record<string, string>>): Promise<string[]> => {
  await using dir = await mkdtempDisposable(join(tmpdir(), 'wa2tg-architecture-'))
  for (const [path, text] of Object.entries(files)) {
    const file = join(dir.path, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  return findViolations(dir.path)
}

const broken: readonly (readonly [rule: string, path: string, text: string, violation: string])[] = [
  [
    'a network does not see the store',
    'src/telegram/send.ts',
    "import type { Store } from '../store/store.ts'",
    'src/telegram/send.ts may not import src/store/store.ts',
  ],
  [
    'a network does not see the other',
    'src/telegram/send.ts',
    "import { markup } from '../whatsapp/markup.ts'",
    'src/telegram/send.ts may not import src/whatsapp/markup.ts',
  ],
  [
    'a network does not see the config, nor its types',
    'src/telegram/send.ts',
    "import type { Config } from '../config/load.ts'",
    'src/telegram/send.ts may not import src/config/load.ts',
  ],
  [
    'the vocabulary knows nobody',
    'src/bridge/event.ts',
    "export { receive } from './receive.ts'",
    'src/bridge/event.ts may not import src/bridge/receive.ts',
  ],
  [
    'what delivers does not see what receives',
    'src/bridge/deliver/message.ts',
    "import type { Reception } from '../receive/reception.ts'",
    'src/bridge/deliver/message.ts may not import src/bridge/receive/reception.ts',
  ],
  [
    'the outbox does not see the stories',
    'src/outbox/worker.ts',
    "const { deliver } = await import('../bridge/deliver.ts')",
    'src/outbox/worker.ts may not import src/bridge/deliver.ts',
  ],
  [
    'the command line sees of a network its doors alone',
    'src/cli/commands/login.ts',
    "import '../../whatsapp/baileys/login.ts'",
    'src/cli/commands/login.ts may not import src/whatsapp/baileys/login.ts',
  ],
  [
    'nobody imports the composition root but the command line',
    'src/store/store.ts',
    "import { openBridge } from '../app.ts'",
    'src/store/store.ts may not import src/app.ts',
  ],
  [
    'a folder without a rule imports nothing',
    'src/utils/text.ts',
    "import { systemClock } from '../support/clock.ts'",
    'src/utils/text.ts may not import src/support/clock.ts',
  ],
  [
    'a vendor’s package stays in its folder',
    'src/cli/commands/map/add.ts',
    "import { Api } from 'grammy/web'",
    'src/cli/commands/map/add.ts imports grammy/web, which belongs in src/telegram/ alone',
  ],
  [
    'Baileys stays in its folder, types too',
    'src/whatsapp/address.ts',
    "import type { WASocket } from '@whiskeysockets/baileys'",
    'src/whatsapp/address.ts imports @whiskeysockets/baileys, which belongs in src/whatsapp/baileys/ alone',
  ],
  [
    'SQLite has one door, in its own folder too',
    'src/store/a.ts',
    "import Sqlite from 'better-sqlite3'",
    'src/store/a.ts imports better-sqlite3, which belongs in src/store/sqlite.ts alone',
  ],
  ['no default export', 'src/store/a.ts', 'export default 1', 'src/store/a.ts:1: a default export'],
  ['no any', 'src/store/a.ts', '\nexport const f = (x: any) => x', 'src/store/a.ts:2: the type "any"'],
  ['no any in a list', 'src/store/a.ts', 'type A = Array<any>', 'src/store/a.ts:1: the type "any"'],
  ['no non-null assertion', 'src/store/a.ts', 'const b = a()!.c', 'src/store/a.ts:1: a non-null "!"'],
  ['no process.exit', 'src/cli/a.ts', 'process.exit(1)', 'src/cli/a.ts:1: process.exit'],
  [
    'small files',
    'src/store/a.ts',
    `${'const a = 1\n'.repeat(251)}`,
    'src/store/a.ts has 251 lines, more than 250',
  ],
  [
    'support is a closed list',
    'src/support/strings.ts',
    '',
    'src/support/strings.ts: support/ is a closed list',
  ],
]

for (const [rule, path, text, violation] of broken) {
  test(`a breach is found: ${rule}`, async () => {
    assert.deepEqual(await violationsOf({ [path]: text }), [violation])
  })
}

test('a breach is found: no cycles', async () => {
  const files = {
    'src/store/a.ts': "import { b } from './b.ts'\nexport const a = b",
    'src/store/b.ts': "import { c } from './c.ts'\nexport const b = c",
    'src/store/c.ts': "import { a } from './a.ts'\nexport const c = a",
  }
  assert.deepEqual(await violationsOf(files), [
    'a cycle: src/store/a.ts → src/store/b.ts → src/store/c.ts → src/store/a.ts',
  ])
})

test('what keeps the rules is let through', async () => {
  const files = {
    'src/main.ts': "import { runCli } from './cli/run-cli.ts'\nprocess.exit(await runCli())",
    'src/app.ts':
      "import { openStore } from './store/store.ts'\nimport { receive } from './bridge/receive.ts'",
    'src/cli/run-cli.ts':
      "import { version } from '../../package.json'\nimport { openWhatsApp } from '../whatsapp/connection.ts'",
    'src/telegram/a.ts':
      "import type { Event } from '../bridge/event.ts'\nimport type { B } from './b.ts'\nimport { Api } from 'grammy'",
    'src/telegram/b.ts': "import { a } from './a.ts'",
    'src/store/a.ts': [
      '// any, x!.y, export default, process.exit() in a comment',
      'export const text = "any process.exit(1) x!.y export default"',
      `export const rule = /any process.exit(1) x!/.test(\`any x! \${a !== b ? \`\${c}\` : "}"} any x!\`)`,
      'const signal = AbortSignal.any([a]); if (!a || a != b) process.exitCode = 1',
      'export const many = { anything: company }',
    ].join('\n'),
  }
  assert.deepEqual(await violationsOf(files), [])
})
