import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtempDisposable, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { version } from '../../src/cli/version.ts'
import { eventually } from '../simulators/eventually.ts'
import { type Outcome, Program } from '../simulators/program.ts'
import { files, samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'
import { buildWithFailPoints } from '../support/fail-points/build.ts'
import { FailPoints } from '../support/fail-points/index.ts'

const root = join(import.meta.dirname, '../..')
const place = await mkdtempDisposable(join(tmpdir(), 'wa2tg-single-file-'))
const binary = join(place.path, 'wa2tg')

before(async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.ts', '--out', binary], { cwd: root })
})
after(() => place.remove())

/** Runs the file in `cwd` with an environment that holds nothing but `env`. */
const run = async (
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> => await new Program(args, { binary, cwd, env }).ended

const emptyDir = () => mkdtempDisposable(join(place.path, 'empty-'))

const list = ['map', 'list', '--data-dir', 'data']

test('the file tells its version without touching the disk', async () => {
  await using dir = await emptyDir()
  const { code, stdout, stderr } = await run(dir.path, ['--version'])
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `${version}\n`, stderr: '' })
  assert.deepEqual(await readdir(dir.path), [])
})

test('the file carries the licence of every part of it', async () => {
  await using dir = await emptyDir()
  const { code, stdout } = await run(dir.path, ['licences'])
  assert.equal(code, 0)
  const parts = stdout.split(/^-{80}\n\n/m)
  const textOfPart = (name: string) => parts.find(part => part.startsWith(`${name} `)) ?? ''
  for (const name of ['wa2tg', 'libsignal']) assert.match(textOfPart(name), /GNU GENERAL PUBLIC LICENSE/)
  for (const name of ['better-sqlite3', 'grammy', '@whiskeysockets/baileys', 'protobufjs'])
    assert.match(textOfPart(name), /Copyright/i, name)
  assert.match(parts.at(-1) ?? '', /Copyright Node\.js contributors/)
  assert.deepEqual(await readdir(dir.path), [])
})

test('nobody can plant the fail points of the tests in it', async () => {
  await using dir = await emptyDir()
  const points = new FailPoints(dir.path)
  const plan = () => points.plan({ only: /schema/ })
  plan()
  const { code, signal } = await run(dir.path, [...list.slice(0, -1), 'other'], points.env)
  assert.deepEqual([code, signal, points.passed().length], [0, null, 0])
  assert.equal((await readFile(binary)).includes('WA2TG_FAIL_POINTS'), false)
  // In a build of its own they are there.
  plan()
  const { signal: died } = await new Program(list, {
    cwd: dir.path,
    env: points.env,
    binary: await buildWithFailPoints(dir.path),
  }).ended
  assert.deepEqual([died, points.passed()], ['SIGKILL', ['1 disk schema: CREATE TABLE sessions']])
})

test('in an empty folder, without HOME and PATH, it links, maps, and carries a chat both ways, killed in between', async () => {
  await using world = await World.open({ binary })
  const { wa, tg, owner } = world
  const alice = wa.addContact({
    phone: '15550000002',
    lid: '900000000000002',
    name: 'Alice',
    pushName: 'Ali',
  })
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights: {} })
  const linked = await world.link()
  assert.equal(linked.code, 0, linked.stderr)
  const mapped = await world.wa2tg('map', 'add', 'Alice', String(group.id))
  assert.equal(mapped.code, 0, mapped.stderr)
  let bridge = await world.run()

  await alice.send(samples.text('Are you *there*?'))
  const question = await eventually(() => group.transcript()[0], 'the text')
  assert.equal(question.text, 'Are you there?')
  await alice.send(await samples.photo(wa.media, 'The lake'))
  const photo = await eventually(() => group.transcript()[1], 'the photo')
  assert.deepEqual([photo.kind, photo.text, photo.file?.size], ['photo', 'The lake', files.photo().length])
  owner.sends(group, { text: 'Yes, here', reply_to: question.id })
  const answer = await eventually(() => alice.inbox[0], 'the answer')
  assert.equal(textOf(answer.message), 'Yes, here')
  owner.sends(group, { photo: { bytes: files.photo() }, caption: 'The pier' })
  const sent = await eventually(() => alice.inbox[1]?.shown, 'the photo from Telegram')
  assert.deepEqual(
    [sent.kind, sent.text, sent.file?.bytes.equals(files.photo())],
    ['photo', 'The pier', true],
  )

  // What is decoded with WebAssembly comes out of the file itself.
  await alice.send(await samples.movingSticker(wa.media))
  const sticker = await eventually(() => group.transcript().at(4), 'the moving sticker')
  assert.equal(sticker.kind, 'animation')
  owner.sends(group, { voice: { bytes: files.speech(), duration: 4 } })
  const voice = await eventually(() => alice.inbox[2]?.shown?.file, 'the voice note')
  assert.equal(Math.max(...(voice.waveform ?? [])), 100)

  // It dies while one message goes each way, and the next one waits for it.
  await alice.send(samples.text('Before'))
  owner.sends(group, 'Meanwhile')
  bridge.kill('SIGKILL')
  await bridge.ended
  await alice.send(samples.text('Behind'))
  bridge = await world.run()
  // A line of one message where Telegram's pace has both wait.
  const inTelegram = () =>
    group
      .transcript()
      .flatMap(({ text }) => text.split('\n'))
      .filter(line => /^(Before|Behind)$/.test(line))
  const inWhatsApp = () =>
    wa.transcript.filter(({ from }) => from === 'bridge').map(({ shown }) => shown?.text)
  await eventually(() => inTelegram().includes('Behind'), 'what came while it was dead')
  await eventually(() => inWhatsApp().includes('Meanwhile'), 'what was on its way')
  assert.deepEqual(inTelegram(), ['Before', 'Behind'])
  assert.deepEqual(inWhatsApp().slice(3), ['Meanwhile'])

  const shown = await world.wa2tg('map', 'list', '--json')
  assert.deepEqual(
    JSON.parse(shown.stdout).map(({ name, telegram }: { name: string; telegram: string }) => [
      name,
      telegram,
    ]),
    [['Alice', String(group.id)]],
  )
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  assert.deepEqual((await readdir(world.folder)).sort(), ['config.yaml', 'data', 'tmp'])
  assert.deepEqual(await readdir(world.temporary), [])
  const kept = await readdir(join(world.folder, 'data'))
  assert.equal(kept.filter(name => /^sqlite-[0-9a-f]{16}\.node$/.test(name)).length, 1, kept.join(' '))
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})

test('a command runs of the packages inside only what it needs', async () => {
  await using dir = await emptyDir()
  await writeFile(join(dir.path, 'config.yaml'), 'telegram: {owners: [1]}\n')
  const modulesRunBy = async (args: readonly string[]): Promise<string[]> => {
    const coverage = join(dir.path, args.join(''))
    const { code, stderr } = await run(dir.path, args, { NODE_V8_COVERAGE: coverage })
    assert.equal(code, 0, stderr)
    const [report = ''] = await readdir(coverage)
    // esbuild wraps each module in a function with the name of its file.
    const { result } = JSON.parse(await readFile(join(coverage, report), 'utf8')) as {
      result: { functions: { functionName: string; ranges: { count: number }[] }[] }[]
    }
    return result
      .flatMap(({ functions }) => functions)
      .filter(({ functionName, ranges }) => functionName.includes('/') && ranges[0]?.count !== 0)
      .map(({ functionName }) => functionName)
  }
  const heavy = /node_modules\/(@whiskeysockets|libsignal|whatsapp-rust-bridge|grammy|pino|protobufjs|ws)\//
  const listing = await modulesRunBy(list)
  assert.ok(listing.some(name => name.endsWith('src/store/store.ts')))
  assert.deepEqual(
    listing.filter(name => heavy.test(name)),
    [],
  )
  const telling = await modulesRunBy(['--version'])
  assert.ok(telling.some(name => name.endsWith('src/cli/version.ts')))
  assert.deepEqual(
    telling.filter(name => /node_modules|run-cli/.test(name)),
    [],
  )
})

test('Node’s own options mean nothing to it, no signal opens a debugger, and no memory goes into a core dump', async () => {
  await using dir = await emptyDir()
  const told = await run(dir.path, ['--version'], { NODE_OPTIONS: '--require=/no/such/file --inspect=0' })
  assert.deepEqual([told.code, told.stdout, told.stderr], [0, `${version}\n`, ''])
  const { code, stderr } = await run(dir.path, ['--inspect'])
  assert.deepEqual([code, stderr], [2, 'Unknown option "--inspect"; for help type: wa2tg -h\n'])
  await using world = await World.open({ binary })
  const login = world.start('login')
  await login.says(({ stderr: said }) => said.includes('Link a device, and scan'))
  if (process.platform === 'linux')
    assert.match(await readFile(`/proc/${login.pid}/coredump_filter`, 'utf8'), /^0+$/m)
  login.kill('SIGUSR1')
  // Node would say at once that a debugger listens.
  await sleep(500)
  login.kill('SIGTERM')
  assert.doesNotMatch((await login.ended).stderr, /Debugger/)
})

test('five first starts at once all succeed', async () => {
  await using dir = await emptyDir()
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => run(dir.path, list)))
  for (const { code, stderr } of outcomes) assert.equal(code, 0, stderr)
  const kept = await readdir(join(dir.path, 'data'))
  assert.deepEqual(
    kept.filter(name => name.startsWith('sqlite-')).map(name => name.replace(/[0-9a-f]{16}/, '')),
    ['sqlite-.node'],
  )
})

test('a changed addon beside the data is replaced before it is loaded', async () => {
  await using dir = await emptyDir()
  assert.equal((await run(dir.path, list)).code, 0)
  const data = join(dir.path, 'data')
  const name = (await readdir(data)).find(each => each.endsWith('.node')) ?? ''
  const genuine = await readFile(join(data, name))
  await writeFile(join(data, name), 'evil')
  assert.equal((await run(dir.path, list)).code, 0)
  assert.ok((await readFile(join(data, name))).equals(genuine))
})

test('a data folder that others can write to is refused with what to type', async () => {
  await using dir = await emptyDir()
  const data = join(dir.path, 'data')
  await mkdir(data)
  await chmod(data, 0o777)
  const { code, stderr } = await run(dir.path, list)
  assert.equal(code, 2)
  assert.match(
    stderr,
    /^Other users can write to ".*"[^\n]*chmod go-w "[^\n"]*"; where that changes nothing [^\n]*\n$/,
  )
  assert.ok((await readdir(data)).every(name => !name.includes('.node')))
})

test('a disk without room for the addon is one line, and nothing half-written stays', async () => {
  await using dir = await emptyDir()
  // Half a megabyte is enough for an empty database and not for the addon.
  const child = spawn('/bin/sh', ['-c', 'ulimit -f 1000; exec "$0" "$@"', binary, ...list], {
    cwd: dir.path,
    env: {},
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const closed = once(child, 'close')
  const stderr = await text(child.stderr)
  assert.match(stderr, /^The disk that holds ".*" is full[^\n]*\n$/)
  assert.deepEqual(await closed, [2, null])
  const data = join(dir.path, 'data')
  for (const name of await readdir(data)) assert.ok((await stat(join(data, name))).size < 512_000, name)
  assert.deepEqual(
    (await readdir(data)).filter(name => name.includes('.node')),
    [],
  )
  assert.equal((await run(dir.path, list)).code, 0)
})
