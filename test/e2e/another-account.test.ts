import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore, storePath } from '../../src/store/index.ts'
import { eventually } from '../simulators/eventually.ts'
import type { SimChat } from '../simulators/telegram/index.ts'
import { startWhatsAppSimulator, type WhatsAppSimulator } from '../simulators/whatsapp/index.ts'
import { World } from '../simulators/world.ts'

const said = (group: SimChat) =>
  group
    .transcript()
    .filter(({ from }) => from.isBot)
    .map(({ text }) => text)

/** Alice is mapped; what the owner wrote waits for WhatsApp, and then the program is linked no more. */
const openWaiting = async () => {
  const world = await World.open()
  const { wa, tg, owner } = world
  const { alice, group } = await world.mapAlice()
  const run = await world.run()
  owner.sends(group, 'that went')
  await eventually(() => alice.inbox.length === 1, 'the first message')
  // However long the rest takes: the pauses between its tries double.
  for (const _ of Array(20)) wa.refuseNextLogin(503)
  wa.dropConnection()
  await eventually(() => wa.faultsWaiting < 20, 'the bridge to have noticed that the line is down')
  const waiting = owner.sends(group, 'from my own number').message_id
  await eventually(() => tg.pendingUpdates === 0, 'the message to be taken')
  // Not SIGKILL: what is just being tried when that comes may have arrived.
  run.kill('SIGTERM')
  await run.ended
  wa.clearFaults()
  const off = owner.sends(group, 'written while it is off').message_id
  await world.wa2tg('logout', '--yes')
  return { world, alice, group, waiting, off }
}

/** Links another phone, that knows Alice too, and returns her there with what the command says. */
const linkOther = async (world: World, other: WhatsAppSimulator) => {
  const { wa, tg } = world
  const again = other.addContact({
    phone: '15550000002',
    lid: '900000000000002',
    name: 'Alice',
    pushName: 'Ali',
  })
  const config = world
    .config()
    .replace(wa.url, other.url)
    .replace(wa.rootKey, other.rootKey)
    .replace(wa.mediaHost, other.mediaHost)
  await writeFile(join(world.folder, 'config.yaml'), config, { mode: 0o600 })
  // So that its time is another one than that of what was written before, in whole seconds and a little more.
  other.advanceClock(10_000)
  tg.advanceClock(10_000)
  const login = world.start('login', '--qr', 'text')
  const payload = await login.says(({ stdout }) =>
    stdout.split('\n').find(line => line.includes(',') && line.length > 100),
  )
  await other.phone.scan(payload)
  const { code, stderr } = await login.ended
  assert.equal(code, 0, stderr)
  return { again, stderr }
}

test('What waits for WhatsApp goes in the name of the account that it was written for, or not at all', async () => {
  const { world, group, waiting, off } = await openWaiting()
  await using _ = world
  const { owner } = world
  await using other = await startWhatsAppSimulator({
    phone: '15559999999',
    lid: '900000000000099',
    name: 'The office',
  })
  const { again, stderr } = await linkOther(world, other)
  assert.match(stderr, /another account than before: 1 of what waited/)
  owner.sends(group, 'from the office')
  await world.run()
  await eventually(() => again.inbox.length > 0, 'what was written behind it')
  await eventually(() => said(group).length === 2, 'both words')
  assert.deepEqual(
    again.inbox.map(({ shown }) => shown?.text),
    ['from the office'],
  )
  const answers = group.transcript().filter(({ from }) => from.isBot)
  assert.match(
    answers.find(({ replyTo }) => replyTo === waiting)?.text ?? '',
    /^Not delivered to Alice: another WhatsApp account has been linked since/,
  )
  assert.match(
    answers.find(({ replyTo }) => replyTo === off)?.text ?? '',
    /^Not done in WhatsApp: another WhatsApp account has been linked since/,
  )
})

test('Where the same account is linked again, what waited goes', async () => {
  const { world, alice, group } = await openWaiting()
  await using _ = world
  const { code, stderr } = await world.link()
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stderr, /another account/)
  await world.run()
  await eventually(() => alice.inbox.length === 3, 'all three')
  assert.deepEqual(
    alice.inbox.map(({ shown }) => shown?.text),
    ['that went', 'from my own number', 'written while it is off'],
  )
  assert.deepEqual(said(group), [])
})

test('Where the account has another number since, what waited goes all the same', async () => {
  const { world, group } = await openWaiting()
  await using _ = world
  await using other = await startWhatsAppSimulator({ phone: '15559999999' })
  const { again, stderr } = await linkOther(world, other)
  assert.doesNotMatch(stderr, /another account/)
  await world.run()
  await eventually(() => again.inbox.length === 2, 'both')
  assert.deepEqual(
    again.inbox.map(({ shown }) => shown?.text),
    ['from my own number', 'written while it is off'],
  )
  assert.deepEqual(said(group), [])
})

test('What keeps it from being noted which account is linked is said in Telegram and in the status, and then all goes', async () => {
  await using world = await World.open()
  const { tg, owner } = world
  const home = tg.addPrivateChat(owner)
  const { alice, group } = await world.mapAlice()
  const change = (...statements: readonly string[]): void => {
    using store = openStore(storePath(join(world.folder, 'data')))
    for (const sql of statements) store.database.run(sql)
  }
  // No disk says that, but what a bug of ours might meet.
  change(
    "DELETE FROM sessions WHERE connection = 'account'",
    `CREATE TRIGGER refused BEFORE INSERT ON sessions WHEN new.connection = 'account'
     BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  )
  await world.run()
  await alice.send('to Telegram')
  owner.sends(group, 'to WhatsApp')
  await eventually(() => home.transcript().length > 0, 'the word')
  await eventually(() => said(group).length === 1, 'what comes from WhatsApp')
  assert.match(home.transcript()[0]?.text ?? '', /^Nothing that you write goes to WhatsApp at the moment/)
  const status = await world.wa2tg('status')
  assert.equal(status.code, 1)
  assert.match(status.stderr, /^Nothing goes to WhatsApp: a bug keeps it from being noted/m)
  assert.deepEqual(alice.inbox, [])
  change('DROP TRIGGER refused')
  await eventually(() => alice.inbox.length === 1, 'what goes to WhatsApp')
  const { stderr } = await world.wa2tg('status')
  assert.doesNotMatch(stderr, /a bug/)
  assert.equal(home.transcript().length, 1)
})
