import assert from 'node:assert/strict'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { unfailed } from '../../src/outbox/failures.ts'
import { Outbox, openPaceMemory, Pace } from '../../src/outbox/index.ts'
import { takeLock } from '../../src/store/index.ts'
import { fillStore, Sandbox, telegram } from './wa2tg.ts'

const connected = {
  whatsapp: { state: 'connected', account: '15550000009@s.whatsapp.net', name: 'Olivia' },
  telegram: { state: 'connected', account: '@my_bot' },
} as const

/** Higher than any that a system gives. */
const lastPid = 2 ** 31 - 1

test('on a fresh machine the status says what to type and ends with 1', async () => {
  await using box = await Sandbox.open()
  const { code, stdout, stderr } = await box.run('status')
  assert.equal(code, 1)
  assert.match(stdout, /^WhatsApp +unlinked$/m)
  assert.match(stderr, /wa2tg login/)
  assert.match(stderr, /wa2tg run/)
})

test('beside a healthy bridge the status is all there and ends with 0', async () => {
  await using box = await Sandbox.open()
  await using _lock = await takeLock(box.dataDir, 'run')
  {
    using store = box.openStore()
    fillStore(store)
    store.heartbeat.beat({
      pid: process.pid,
      startedAt: Date.now(),
      beatAt: Date.now(),
      clock: 0,
      networks: connected,
    })
  }
  const { code, stdout, stderr } = await box.run('status', '--json')
  assert.equal(code, 0, stderr)
  const status = JSON.parse(stdout)
  assert.match(status.version, /^\d/)
  assert.deepEqual(
    [status.whatsapp, status.telegram, status.outbox, status.mappings, status.bridge.pid, status.problems],
    [
      {
        state: 'connected',
        account: '15550000009@s.whatsapp.net',
        name: 'Olivia',
        catchingUp: null,
      },
      { state: 'connected', bot: '@my_bot' },
      { pending: 0, failed: 0 },
      1,
      process.pid,
      [],
    ],
  )
  const text = await box.run('status')
  assert.match(text.stdout, /^WhatsApp +connected \(Olivia, \+15550000009\)$/m)
  const catchingUp = { done: 120, total: 500 }
  {
    using store = box.openStore()
    const networks = { ...connected, whatsapp: { ...connected.whatsapp, catchingUp } }
    store.heartbeat.beat({ pid: process.pid, startedAt: Date.now(), beatAt: Date.now(), clock: 0, networks })
  }
  assert.deepEqual(JSON.parse((await box.run('status', '--json')).stdout).whatsapp.catchingUp, catchingUp)
  assert.match((await box.run('status')).stdout, /^WhatsApp .*, catching up: 120 of 500 messages$/m)
})

test('one of an earlier version, which wrote down no table of processes, runs here where its process does', async () => {
  await using box = await Sandbox.open()
  const note = join(box.dataDir, 'lock.json')
  await using _lock = await takeLock(box.dataDir, 'run')
  const { pids, ...said } = JSON.parse(await readFile(note, 'utf8'))
  if (process.platform === 'linux') assert.match(pids, /^pid:/)
  await writeFile(note, JSON.stringify(said))
  assert.equal(JSON.parse((await box.run('status', '--json')).stdout).bridge.pid, process.pid)
  await writeFile(note, JSON.stringify({ ...said, pid: lastPid }))
  assert.match((await box.run('status')).stdout, /^Bridge +runs in another container since 20/m)
})

test('a bridge in a container that shares the data folder runs, though its process cannot be seen from here', async () => {
  await using box = await Sandbox.open()
  const note = join(box.dataDir, 'lock.json')
  const last = { pid: lastPid, startedAt: Date.now(), clock: 0, networks: connected }
  {
    await using _lock = await takeLock(box.dataDir, 'run')
    const said = JSON.parse(await readFile(note, 'utf8'))
    await writeFile(note, JSON.stringify({ ...said, pid: lastPid, pids: 'pid:[4026532000]' }))
    using store = box.openStore()
    fillStore(store)
    store.heartbeat.beat({ ...last, beatAt: Date.now() })
    const { code, stdout, stderr } = await box.run('status', '--json')
    assert.equal(code, 0, stderr)
    const { bridge, whatsapp } = JSON.parse(stdout)
    assert.deepEqual([bridge.running, bridge.pid, whatsapp.state], [true, null, 'connected'])
    assert.match((await box.run('status')).stdout, /^Bridge +runs in another container since 20/m)
    store.heartbeat.beat({ ...last, beatAt: Date.now() - 120_000 })
    assert.match((await box.run('status')).stderr, /stop its container and type: wa2tg run/)
    const refused = await box.run('logout', '--yes')
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /in use by "wa2tg run" \(in another container, since 20/)
    await writeFile(`${note}.left`, await readFile(note))
  }
  // It was killed.
  await rename(`${note}.left`, note)
  assert.deepEqual(JSON.parse((await box.run('status', '--json')).stdout).bridge, {
    running: false,
    pid: null,
    since: null,
  })
  assert.equal((await box.run('logout', '--yes')).code, 0)
})

test('what is kept back until it is known what it is about is pending, too', async () => {
  await using box = await Sandbox.open()
  {
    using store = box.openStore()
    store.session('held').set(['1', '2'].map(id => ({ type: 'event', id, value: '{}' })))
  }
  assert.deepEqual(JSON.parse((await box.run('status', '--json')).stdout).outbox, { pending: 2, failed: 0 })
})

test('what a dead bridge said last counts no more', async () => {
  await using box = await Sandbox.open()
  {
    using store = box.openStore()
    store.session('baileys').set([
      {
        type: 'creds',
        id: 'creds',
        value: JSON.stringify({ me: { id: '15550000009:3@s.whatsapp.net', name: 'Olivia' }, account: {} }),
      },
    ])
    store.heartbeat.beat({ pid: 1, startedAt: 0, beatAt: Date.now(), clock: 0, networks: connected })
  }
  const { code, stdout } = await box.run('status', '--json')
  const { whatsapp, telegram, bridge } = JSON.parse(stdout)
  assert.equal(code, 1)
  assert.deepEqual(whatsapp, {
    state: 'connecting',
    account: '15550000009@s.whatsapp.net',
    name: 'Olivia',
    catchingUp: null,
  })
  assert.deepEqual(telegram, { state: 'stopped', bot: '@my_bot' })
  assert.deepEqual(bridge, { running: false, pid: null, since: null })
})

test('that WhatsApp has unlinked this machine is remembered until the next login', async () => {
  await using box = await Sandbox.open()
  const link = { me: { id: '15550000009:3@s.whatsapp.net', name: 'Olivia' }, account: {} }
  const stateWith = async (rows: { type: string; id: string; value: string }[]): Promise<string> => {
    {
      using store = box.openStore()
      store.session('baileys').set(rows)
    }
    return JSON.parse((await box.run('status', '--json')).stdout).whatsapp.state
  }
  assert.equal(await stateWith([{ type: 'meta', id: 'logged-out', value: 'Unlinked' }]), 'logged_out')
  assert.equal(await stateWith([{ type: 'creds', id: 'creds', value: JSON.stringify(link) }]), 'connecting')
})

// Elsewhere SQLite's calls cannot be made to fail without a compiler.
if (process.platform === 'linux') {
  for (const age of [3001, 30_000, 120_000]) {
    test(`a bridge that was last heard of ${age / 1000} s ago, since the disk takes nothing, is not what is wrong`, async () => {
      await using box = await Sandbox.open()
      await using _lock = await takeLock(box.dataDir, 'run')
      // Open as a bridge has it, so that nobody has anything to write because of opening or closing it.
      using store = box.openStore()
      const beat = { pid: process.pid, startedAt: 0, beatAt: Date.now() - age, clock: 0 }
      store.heartbeat.beat({ ...beat, networks: connected })
      const problemsWith = async (env: Record<string, string>): Promise<string> => {
        const { stderr } = await box.start(['status', '--data-dir', box.dataDir], env).ended
        return stderr
      }
      for (const [trouble, words] of [
        ['full', /^The disk that holds "[^"]+" is full\. Make room/m],
        ['read-only', /^"[^"]+" cannot be written\. Make the disk/m],
      ] as const) {
        const problems = await problemsWith({
          NODE_OPTIONS: `--import ${join(import.meta.dirname, '../support/disk/trouble-disk.ts')}`,
          NODE_NO_WARNINGS: '1',
          WA2TG_DISK_TROUBLE: await box.write('trouble', trouble),
        })
        assert.match(problems, words)
        assert.doesNotMatch(problems, /heard of/)
      }
      assert.doesNotMatch(await problemsWith({}), /disk/)
    })
  }
}

test('a phone that removed this device, a silent bridge and failed deliveries are problems', async () => {
  await using box = await Sandbox.open()
  await using _lock = await takeLock(box.dataDir, 'run')
  {
    using store = box.openStore()
    store.heartbeat.beat({
      pid: process.pid,
      startedAt: 0,
      beatAt: Date.now() - 120_000,
      clock: 0,
      networks: { ...connected, whatsapp: { state: 'logged_out', problem: 'Logged out on the phone' } },
    })
  }
  const { code, stdout } = await box.run('status', '--json')
  const { whatsapp, problems } = JSON.parse(stdout)
  assert.equal(code, 1)
  assert.equal(whatsapp.state, 'logged_out')
  assert.match(problems.join('\n'), /wa2tg login/)
  assert.match(problems.join('\n'), /not been heard of/)
  assert.match(problems.join('\n'), /Logged out on the phone/)
})

test('a chat that Telegram has put off for more than a quarter of an hour is a problem, one that waits for less is none', async () => {
  await using box = await Sandbox.open()
  const putOff = (chat: `telegram:${number}`, seconds: number): void => {
    using store = box.openStore()
    const pace = new Pace([], each => each, openPaceMemory(store.session('pace')))
    pace.take(chat).refuse(Date.now(), seconds)
  }
  const minute = 60
  putOff('telegram:-1001', 14 * minute)
  assert.doesNotMatch((await box.run('status')).stderr, /429/)
  putOff('telegram:-1002', 18 * minute)
  assert.match((await box.run('status')).stderr, /put off a chat until \d{4}-\d\d-\d\dT[\d:.]+Z \(429/)
  putOff('telegram:-1003', 86_400)
  assert.match((await box.run('status')).stderr, /put off 2 chats until/)
})

test('three chats that Telegram has put off at once are told as all of them, which they stand for', async () => {
  await using box = await Sandbox.open()
  {
    using store = box.openStore()
    const pace = new Pace([], each => each, openPaceMemory(store.session('pace')))
    for (const chat of ['telegram:-1001', 'telegram:-1002', 'telegram:-1003'] as const)
      pace.take(chat).refuse(Date.now(), 86_400)
  }
  assert.match((await box.run('status')).stderr, /put off all chats until \d{4}-/)
})

test('a delivery that has failed nine times and is tried on is a problem', async () => {
  await using box = await Sandbox.open()
  const failed = (attempts: number): void => {
    using store = box.openStore()
    const outbox = new Outbox(store.database)
    const now = Date.now()
    const target = telegram('-1001')
    const job = { lane: `L${attempts}`, target, source: 1, messageId: `J${attempts}`, event: '{}' }
    const failures = { ...unfailed, unsure: true, attempts, lastFailedAt: now }
    outbox.postpone(outbox.add(job, now), { failures, dueAt: now, problem: 'no' })
  }
  const said = async () => {
    const { problems } = JSON.parse((await box.run('status', '--json')).stdout)
    return problems.filter((problem: string) => problem.includes('tried on'))
  }
  failed(8)
  assert.deepEqual(await said(), [])
  failed(9)
  assert.deepEqual(await said(), [
    'A delivery has failed for ten minutes or more and is tried on; what is behind it in its chat waits',
  ])
  failed(10)
  assert.deepEqual(await said(), [
    '2 deliveries have failed for ten minutes or more and are tried on; what is behind them waits',
  ])
})

test('deliveries that have failed are a problem for a day, and counted for as long as they are kept', async () => {
  await using box = await Sandbox.open()
  await box.write('config.yaml', 'telegram: { owners: [7001] }')
  const hour = 3_600_000
  const fail = (id: string, ago: number): void => {
    using store = box.openStore()
    const outbox = new Outbox(store.database)
    const at = Date.now() - ago
    const target = telegram('-1001')
    const job = outbox.add({ lane: 'a', target, source: 1, messageId: id, event: '{}' }, at - 20 * hour)
    outbox.fail(job, 'Refused', { at })
  }
  const status = async () => {
    const { stdout } = await box.run('status', '--json')
    const { outbox, problems } = JSON.parse(stdout)
    return { failed: outbox.failed, said: problems.filter((problem: string) => problem.includes('failed')) }
  }
  fail('A', 25 * hour)
  assert.deepEqual(await status(), { failed: 1, said: [] })
  // By a clock that was a year ahead, and was set right.
  fail('Z', -365 * 24 * hour)
  assert.deepEqual(await status(), { failed: 2, said: [] })
  fail('B', 23 * hour)
  const one = 'A delivery has failed within a day; the bot has told you in Telegram'
  assert.deepEqual(await status(), { failed: 3, said: [one] })
  fail('C', hour)
  const two = '2 deliveries have failed within a day; the bot has told you in Telegram'
  assert.deepEqual(await status(), { failed: 4, said: [two] })
  {
    using store = box.openStore()
    const said = { target: telegram('7001'), source: 1, messageId: 'D', event: '{}' }
    new Outbox(store.database).add({ lane: 'notice telegram:7001', ...said }, Date.now())
  }
  // It has yet to be said.
  assert.deepEqual(await status(), { failed: 4, said: ['2 deliveries have failed within a day'] })
})

test('what the owner could not be told is a problem with why and what to do, and no failure that was told', async () => {
  await using box = await Sandbox.open()
  await box.write('config.yaml', 'telegram: { owners: [7001, 7002] }')
  using store = box.openStore()
  const outbox = new Outbox(store.database)
  const at = Date.now() - 1000
  for (const [id, lane, target] of [
    ['A', 'a', telegram('-1001')],
    ['B', 'notice telegram:7001', telegram('7001')],
  ] as const) {
    const job = outbox.add({ lane, target, source: 1, messageId: id, event: '{}' }, at)
    outbox.fail(job, 'You blocked the bot in Telegram: unblock it and press Start', { at })
  }
  const { code, stderr } = await box.run('status')
  assert.equal(code, 1)
  assert.match(stderr, /^A delivery has failed within a day$/m)
  assert.match(
    stderr,
    /^You were not told of something in Telegram \(You blocked the bot[^)]*\)\. Press Start .* telegram\.owners begins with your user id$/m,
  )
})
