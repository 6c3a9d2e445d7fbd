import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { storePath, takeLock } from '../../src/store/index.ts'
import { Sandbox } from './wa2tg.ts'

/** A port on which nobody listens. */
const closedPort = (): Promise<number> =>
  new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const openOffline = async (): Promise<Sandbox> => {
  const box = await Sandbox.open()
  const port = await closedPort()
  await box.write(
    'config.yaml',
    `telegram:
  token: "123456:abc"
  api_root: "http://127.0.0.1:${port}"
whatsapp:
  server:
    url: "ws://127.0.0.1:${port}/ws/chat"
    root_key: "${'ab'.repeat(32)}"
    media_host: "127.0.0.1:${port}"
`,
  )
  return box
}

test('a second instance names the process that holds the data, and changes nothing', async () => {
  await using box = await openOffline()
  await using _lock = await takeLock(box.dataDir, 'run')
  for (const args of [['run'], ['login'], ['logout', '--yes']]) {
    const { code, stdout, stderr } = await box.run(...args)
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, args.join(' '))
    assert.match(
      stderr,
      new RegExp(
        `^"${box.dataDir}" is in use by "wa2tg run" \\(process ${process.pid}, since \\d{4}-[^)]+\\)\\. .*\\n$`,
      ),
    )
  }
})

test('login without a network says so and ends with 1', async () => {
  await using box = await openOffline()
  for (const args of [['login'], ['login', '--qr', 'text'], ['login', '--pairing-code', '+15550000001']]) {
    const { code, stdout, stderr } = await box.run(...args)
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' }, stderr)
    assert.match(stderr, /^WhatsApp cannot be reached \(.*ECONNREFUSED.*\); check the internet connection\n$/)
  }
})

test('what stands between a login and WhatsApp is named', async () => {
  await using box = await openOffline()
  await using proxy = createHttpServer((_request, response) => response.writeHead(407).end()).listen(
    0,
    '127.0.0.1',
  )
  await once(proxy, 'listening')
  const address = proxy.address()
  assert.ok(typeof address === 'object' && address !== null)
  const file = join(box.folder, 'config.yaml')
  const config = await readFile(file, 'utf8')
  await writeFile(file, config.replace(/url: "ws:[^"]*"/, `url: "ws://127.0.0.1:${address.port}"`))
  const { code, stderr } = await box.run('login')
  assert.equal(code, 1)
  assert.match(stderr, /answered with HTTP 407\); check the internet connection\n$/)
})

test('a phone number for the pairing code must be one', async () => {
  await using box = await openOffline()
  for (const phone of ['mum', '0170123', '+0555', '-49170']) {
    const { code, stderr } = await box.run('login', '--pairing-code', phone)
    assert.equal(code, 2)
    assert.match(stderr, /is no phone number in international form\nType the country code first: /)
  }
})

test('run on a machine that is not linked says what to type and ends with 2', async () => {
  await using box = await openOffline()
  const { code, stdout, stderr } = await box.run('run')
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
  assert.equal(stderr.trimEnd().split('\n').at(-1), 'WhatsApp is not linked. Type: wa2tg login')
  assert.ok(!stderr.includes('123456:abc'))
})

test('a run without data says that their disk may not be mounted, and only then', async () => {
  await using box = await openOffline()
  const mounted = /The data folder is new[^"]* may not be mounted/
  assert.match((await box.run('run')).stderr, mounted)
  assert.doesNotMatch((await box.run('run')).stderr, mounted)
  // As a power cut may leave a file.
  await truncate(storePath(box.dataDir), 0)
  assert.match((await box.run('run')).stderr, mounted)
})

test('logout asks a person, and where there is none it wants --yes', async () => {
  await using box = await openOffline()
  const asked = await box.run('logout')
  assert.equal(asked.code, 2)
  assert.match(asked.stderr, /nobody to ask\nTo go ahead, type: wa2tg logout --yes\n$/)
  const { code, stderr } = await box.run('logout', '--yes')
  assert.deepEqual(
    { code, stderr },
    { code: 0, stderr: 'This machine is not linked. To link it, type: wa2tg login\n' },
  )
})
