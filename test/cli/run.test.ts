import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { World } from '../simulators/world.ts'

const openLinked = async (): Promise<World> => {
  const world = await World.open()
  const { code, stderr } = await world.link()
  assert.equal(code, 0, stderr)
  return world
}

test('run says once that it is ready, logs JSON into a pipe, and stops cleanly at SIGTERM', async () => {
  await using world = await openLinked()
  const run = await world.run()
  run.kill('SIGTERM')
  const { code, signal, stdout, stderr } = await run.ended
  assert.deepEqual({ code, signal, stdout }, { code: 0, signal: null, stdout: '' }, stderr)
  const entries = stderr
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.equal(entries.filter(({ message }) => message === 'Ready: both sides are connected').length, 1)
  for (const { level, ...rest } of entries) assert.equal(level, 'info', JSON.stringify(rest))
  world.wa.assertNoSurprises()
})

test('while it runs, its status is good, and a second one is told who holds the data', async () => {
  await using world = await openLinked()
  const run = await world.run()
  const status = await world.wa2tg('status', '--json')
  assert.equal(status.code, 0, status.stderr)
  const { whatsapp, telegram, bridge } = JSON.parse(status.stdout)
  assert.deepEqual(whatsapp, {
    state: 'connected',
    account: '15550000001@s.whatsapp.net',
    name: 'Olivia Owner',
    catchingUp: null,
  })
  assert.deepEqual(telegram, { state: 'connected', bot: '@bridge_bot' })
  assert.equal(bridge.pid, run.pid)
  const second = await world.wa2tg('run')
  assert.equal(second.code, 2)
  assert.match(second.stderr, new RegExp(`process ${run.pid}, since`))
  assert.ok(run.running)
})

test('a holder that was killed is no obstacle', async () => {
  await using world = await openLinked()
  const run = await world.run()
  run.kill('SIGKILL')
  await run.ended
  await world.run()
})

test('a token that Telegram refuses ends the run with 2 and is not shown', async () => {
  await using world = await openLinked()
  world.tg.revokeToken()
  const { code, stderr } = await world.wa2tg('run')
  assert.equal(code, 2, stderr)
  assert.match(stderr.trimEnd().split('\n').at(-1) ?? '', /^Telegram refuses/)
  assert.ok(!stderr.includes(world.tg.token))
})

test('a phone that removes this device ends the run with 2, and a login links it again', async () => {
  await using world = await openLinked()
  const alice = world.wa.addContact({ name: 'Alice' })
  const group = world.tg.addSupergroup({ title: 'Alice' })
  const home = world.tg.addPrivateChat(world.owner)
  await world.wa2tg('map', 'add', `+${alice.pn.split('@')[0]}`, String(group.id))
  const run = await world.run()
  world.wa.phone.unlink()
  const { code, stderr } = await run.ended
  assert.equal(code, 2)
  assert.match(stderr.trimEnd().split('\n').at(-1) ?? '', /unlinked this machine.*wa2tg login/)
  assert.equal(home.transcript().length, 1, 'the owner must know before the process has gone')
  assert.match(home.transcript()[0]?.text ?? '', /unlinked this machine.*wa2tg login/)

  const stateOf = async (): Promise<string> =>
    JSON.parse((await world.wa2tg('status', '--json')).stdout).whatsapp.state
  assert.equal(await stateOf(), 'logged_out')
  const again = await world.wa2tg('run')
  assert.equal(again.code, 2)
  assert.match(again.stderr.trimEnd().split('\n').at(-1) ?? '', /unlinked this machine.*wa2tg login/)
  assert.equal(await stateOf(), 'logged_out')

  const login = await world.link()
  assert.equal(login.code, 0, login.stderr)
  assert.equal(await stateOf(), 'connecting')
  const mappings = JSON.parse((await world.wa2tg('map', 'list', '--json')).stdout)
  assert.equal(mappings.length, 1)
  await world.run()
  await alice.send('still there?')
  await world.wa.until(() => group.transcript().some(({ text }) => text === 'still there?'))
  assert.equal(home.transcript().length, 1, 'once is enough')
  world.wa.assertNoSurprises()
})

test('an owner who cannot be told at the end is told at the next start', async () => {
  await using world = await openLinked()
  const home = world.tg.addPrivateChat(world.owner)
  const run = await world.run()
  world.tg.faults.next('sendMessage', 'reset-before', { times: 1000 })
  const begun = Date.now()
  world.wa.phone.unlink()
  assert.equal((await run.ended).code, 2)
  // Ten seconds for the last word, ten to stop, and what a slow machine takes.
  assert.ok(Date.now() - begun < 60_000)
  assert.equal(home.transcript().length, 0)
  world.tg.faults.clear()
  await world.link()
  await world.run()
  await world.wa.until(() => home.transcript().length === 1)
  assert.match(home.transcript()[0]?.text ?? '', /unlinked this machine/)
})

test('another program that takes the link over ends the run with 2, without a fight', async () => {
  await using world = await openLinked()
  const home = world.tg.addPrivateChat(world.owner)
  const run = await world.run()
  world.wa.streamError('conflict')
  const { code, stderr } = await run.ended
  assert.equal(code, 2, stderr)
  assert.match(stderr.trimEnd().split('\n').at(-1) ?? '', /^Another program uses this link/)
  assert.match(home.transcript()[0]?.text ?? '', /^Another program uses this link/)
  assert.equal(world.wa.isConnected, false)
  await world.run()
  world.wa.assertNoSurprises()
})

test('no phone number stands in the log', async () => {
  await using world = await openLinked()
  const contact = world.wa.addContact({})
  const group = world.tg.addSupergroup({ title: 'Group' })
  await world.wa2tg('map', 'add', `+${contact.pn.split('@')[0]}`, String(group.id))
  const run = await world.run()
  await contact.send('hush hush')
  await world.wa.until(() => group.transcript().length > 0)
  run.kill()
  const { stderr } = await run.ended
  assert.ok(!stderr.includes(contact.pn.split('@')[0] ?? ''), stderr)
  assert.ok(!stderr.includes('15550000001'), stderr)
  assert.ok(!stderr.includes('hush'), stderr)
})

test('a file over the configured limit becomes a notice with its name and size, one under it crosses', async () => {
  await using world = await openLinked()
  const config = world.config().replace('whatsapp:\n', '  upload_limit_mb: 1\nwhatsapp:\n')
  await writeFile(join(world.folder, 'config.yaml'), config, { mode: 0o600 })
  const alice = world.wa.addContact({ name: 'Alice' })
  const group = world.tg.addSupergroup({ title: 'Alice' })
  await world.wa2tg('map', 'add', `+${alice.pn.split('@')[0]}`, String(group.id))
  await world.run()
  for (const [fileName, size] of [
    ['small.bin', 900_000],
    ['large.bin', 1_200_000],
  ] as const) {
    const file = await world.wa.media.put(randomBytes(size), 'document')
    await alice.send({ documentMessage: { ...file, mimetype: 'application/octet-stream', fileName } })
  }
  await world.wa.until(() => group.transcript().length === 2)
  const [small, large] = group.transcript()
  assert.equal(small?.file?.name, 'small.bin')
  assert.match(large?.text ?? '', /large\.bin.*too big for Telegram, which takes 1.*MB/)
})
