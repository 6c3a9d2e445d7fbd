import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ConfigError } from '../../src/config/config-error.ts'
import { type LoadOptions, loadConfig } from '../../src/config/load.ts'

const tempDir = () => mkdtempDisposable(join(tmpdir(), 'wa2tg-config-'))

const write = async (dir: string, name: string, text: string, mode = 0o600) => {
  const path = join(dir, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

const load = (dir: string, options: Partial<LoadOptions> = {}) =>
  loadConfig({ env: { HOME: dir }, cwd: dir, ...options })

const problemsOf = async (work: Promise<unknown>): Promise<readonly string[]> => {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.problems
  }
  return assert.fail('no problem was found')
}

test('without a file everything is as with a file that says nothing', async () => {
  await using dir = await tempDir()
  const { config: without } = await load(dir.path)
  await write(dir.path, 'config.yaml', 'telegram: {}\nwhatsapp: {}\nmessages: {}\nstorage: {}\n')
  const { config } = await load(dir.path)
  const { file, ...rest } = config
  assert.ok(file)
  assert.deepEqual(rest, without)
})

test('without any file the defaults hold', async () => {
  await using dir = await tempDir()
  const { config } = await load(dir.path)
  assert.deepEqual(config, {
    dataDir: join(dir.path, '.local/share/wa2tg'),
    logLevel: 'info',
    telegram: { owners: [], apiRoot: 'https://api.telegram.org' },
    messages: {
      deletions: 'delete',
      disappearing: 'delete',
      receipts: false,
      spoilersAsViewOnce: false,
      securityCodes: false,
      linkPreviews: true,
      anonymousAdmins: false,
    },
    storage: {},
    whatsapp: {},
  })
})

test('every key is read', async () => {
  await using dir = await tempDir()
  await write(dir.path, 'key', 'ab'.repeat(32))
  const file = await write(
    dir.path,
    'config.yaml',
    `telegram:
  token: "123456:abc"
  owners: [11111111, 22222222]
  api_root: "http://127.0.0.1:8081"
whatsapp:
  server:
    url: "ws://127.0.0.1:8000/ws/chat"
    root_key: "${'ab'.repeat(32)}"
    media_host: "127.0.0.1:8443"
messages:
  deletion_reaction: "🙈"
  deletions: strike
  disappearing: keep
  receipts: true
  spoilers_as_view_once: true
  security_codes: true
  link_previews: false
  anonymous_admins: true
storage:
  key_file: "~/key"
data_dir: "~/elsewhere"
log_level: debug
`,
  )
  const { config, warnings } = await load(dir.path, { needToken: true })
  assert.deepEqual(warnings, [])
  assert.deepEqual(config, {
    file,
    dataDir: join(dir.path, 'elsewhere'),
    logLevel: 'debug',
    telegram: { token: '123456:abc', owners: [11111111, 22222222], apiRoot: 'http://127.0.0.1:8081' },
    messages: {
      deletionReaction: '🙈',
      deletions: 'strike',
      disappearing: 'keep',
      receipts: true,
      spoilersAsViewOnce: true,
      securityCodes: true,
      linkPreviews: false,
      anonymousAdmins: true,
    },
    storage: { key: Buffer.alloc(32, 0xab) },
    whatsapp: {
      server: {
        url: 'ws://127.0.0.1:8000/ws/chat',
        rootKey: 'ab'.repeat(32),
        mediaHost: '127.0.0.1:8443',
      },
    },
  })
})

test('the file is looked for at --config, $WA2TG_CONFIG, ./config.yaml and the XDG place, in this order', async () => {
  await using dir = await tempDir()
  const places = [
    'asked.yaml',
    'env.yaml',
    'config.yaml',
    'xdg/wa2tg/config.yaml',
    '.config/wa2tg/config.yaml',
  ]
  const files = await Promise.all(places.map(place => write(dir.path, place, '')))
  const [asked, fromEnv, here, xdg, home] = files
  const empty = join(dir.path, 'empty')
  const env = { HOME: dir.path, WA2TG_CONFIG: 'env.yaml', XDG_CONFIG_HOME: join(dir.path, 'xdg') }
  const found = async (options: Partial<LoadOptions>) => (await load(dir.path, options)).config.file
  assert.equal(await found({ env, configFile: 'asked.yaml' }), asked)
  assert.equal(await found({ env }), fromEnv)
  assert.equal(await found({ env: { ...env, WA2TG_CONFIG: '' } }), here)
  assert.equal(await found({ env: { ...env, WA2TG_CONFIG: '' }, cwd: empty }), xdg)
  assert.equal(await found({ env: { HOME: dir.path, XDG_CONFIG_HOME: 'relative' }, cwd: empty }), home)
})

test('a file that was named and is not there is an error', async () => {
  await using dir = await tempDir()
  for (const options of [{ configFile: 'no.yaml' }, { env: { WA2TG_CONFIG: 'no.yaml' } }]) {
    const [problem] = await problemsOf(load(dir.path, options))
    assert.equal(problem, `Cannot read the config file "${join(dir.path, 'no.yaml')}": there is no such file`)
  }
})

test('the data folder is --data-dir, then data_dir beside the file, then the XDG place', async () => {
  await using dir = await tempDir()
  const configFile = await write(dir.path, 'a/config.yaml', 'data_dir: data')
  const dataDir = async (options: Partial<LoadOptions>) => (await load(dir.path, options)).config.dataDir
  assert.equal(await dataDir({ configFile, dataDir: 'typed' }), join(dir.path, 'typed'))
  assert.equal(await dataDir({ configFile }), join(dir.path, 'a/data'))
  assert.equal(await dataDir({ env: { XDG_DATA_HOME: '/xdg' } }), '/xdg/wa2tg')
  assert.equal(await dataDir({ dataDir: '~' }), dir.path)
})

test('the token comes from the environment, then token, then token_file', async () => {
  await using dir = await tempDir()
  await write(dir.path, 'secret', '3:file\n')
  const both = await write(dir.path, 'both.yaml', 'telegram: {token: "2:config", token_file: secret}')
  const fileOnly = await write(dir.path, 'file.yaml', 'telegram: {token_file: secret}')
  const token = async (configFile: string, env = {}) =>
    (await load(dir.path, { configFile, env, needToken: true })).config.telegram.token
  assert.equal(await token(both, { TELEGRAM_BOT_TOKEN: ' 1:env ' }), '1:env')
  assert.equal(await token(both), '2:config')
  assert.equal(await token(fileOnly), '3:file')
})

test('no token, an unreadable token file and a malformed token are errors only where a token is needed', async () => {
  await using dir = await tempDir()
  const gone = await write(dir.path, 'gone.yaml', 'telegram: {token_file: nowhere}')
  const env = { TELEGRAM_BOT_TOKEN: 'nonsense' }
  await load(dir.path)
  await load(dir.path, { configFile: gone })
  await load(dir.path, { env })
  assert.match((await problemsOf(load(dir.path, { needToken: true })))[0] ?? '', /there is none/)
  const unreadable = await problemsOf(load(dir.path, { configFile: gone, needToken: true }))
  assert.match(unreadable[0] ?? '', /telegram\.token_file: cannot read ".*nowhere": there is no such file/)
  const malformed = await problemsOf(load(dir.path, { env, needToken: true }))
  assert.match(malformed[0] ?? '', /^TELEGRAM_BOT_TOKEN: expected a bot token/)
  assert.ok(!malformed.join().includes('nonsense'))
})

test('the number in front of the token is the bot’s, and no owner’s', async () => {
  await using dir = await tempDir()
  const configFile = await write(dir.path, 'bot.yaml', 'telegram: {token: "1234:a", owners: [7, 1234]}')
  await load(dir.path, { configFile })
  const [problem] = await problemsOf(load(dir.path, { configFile, needToken: true }))
  assert.match(problem ?? '', /bot\.yaml: telegram\.owners: 1234 is the id of the bot, not of a person$/)
})

test('a file that others can read and that holds the token is warned of', async () => {
  await using dir = await tempDir()
  const configFile = await write(dir.path, 'open.yaml', 'telegram: {token: "1:a"}', 0o644)
  const { warnings } = await load(dir.path, { configFile, needToken: true })
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /chmod 600/)
  const env = { TELEGRAM_BOT_TOKEN: '1:a' }
  assert.deepEqual((await load(dir.path, { configFile, env, needToken: true })).warnings, [])
})

test('the upload limit is for a Bot API server of one’s own; Telegram’s has 50 MB', async () => {
  await using dir = await tempDir()
  const limit = async (text: string) => {
    await write(dir.path, 'config.yaml', `telegram: {${text}}`)
    return (await load(dir.path)).config.telegram.uploadLimit
  }
  assert.equal(await limit('owners: []'), undefined)
  assert.equal(await limit('upload_limit_mb: 20'), 20 * 1024 * 1024)
  assert.equal(await limit('api_root: "http://127.0.0.1:8081", upload_limit_mb: 2000'), 2000 * 1024 * 1024)
  const [problem] = await problemsOf(limit('upload_limit_mb: 51'))
  assert.match(problem ?? '', /telegram\.upload_limit_mb: api\.telegram\.org takes 50 MB at most, found 51$/)
  const [tooMuch] = await problemsOf(limit('upload_limit_mb: 2001'))
  assert.match(tooMuch ?? '', /expected a whole number of megabytes from 1 to 2000, found the number 2001/)
})
