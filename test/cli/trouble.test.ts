import { test } from 'node:test'
import { explainError } from '../../src/cli/explain-error.ts'
import { takeLock } from '../../src/store/index.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { assertTold } from './assert-told.ts'
import { fillStore, Sandbox } from './wa2tg.ts'

test('what the README says about trouble is what the program prints', async () => {
  await using box = await Sandbox.open()
  await using tg = await startTelegramSimulator()
  const config = (token: string) => `telegram:\n  token: "${token}"\n  api_root: "${tg.apiRoot}"\n`

  await box.write('config.yaml', 'telegram:\n  onwers: [1]\n')
  assertTold('config.yaml', await box.run('run'))
  await box.write('config.yaml', 'log_level: info\n')
  assertTold('This needs the token', await box.run('run'))
  await box.write('config.yaml', config(tg.token))
  assertTold('WhatsApp is not linked', await box.run('run'))
  {
    using store = box.openStore()
    fillStore(store)
  }
  assertTold('No WhatsApp chat matches', await box.run('map', 'add', 'Nobody', '-1001234567890'))
  assertTold('"…" matches', await box.run('map', 'add', 'trip', '-1001234567890'))
  assertTold('The bot cannot see', await box.run('map', 'add', 'Mum', '-1009999999999'))
  {
    await using _ = await takeLock(box.dataDir, 'run')
    assertTold('"…" is in use', await box.run('run'))
  }
  await box.write('config.yaml', config('123456:wrong'))
  assertTold('Telegram refuses the bot token', await box.run('map', 'add', 'Mum', '-1001234567890'))
})

test('what the README says about a full disk is what SQLite’s refusal becomes', () => {
  using store = tempStore()
  store.database.get('PRAGMA max_page_count = 1')
  const fill = () => store.session('x').set([{ type: 't', id: 'big', value: 'x'.repeat(1_000_000) }])
  let thrown: unknown
  try {
    fill()
  } catch (error) {
    thrown = error
  }
  const { lines, exitCode } = explainError(thrown)
  assertTold('The disk that holds', { code: exitCode, stderr: lines.join('\n') })
})
