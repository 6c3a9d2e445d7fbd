import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore, storePath } from '../../src/store/index.ts'
import { eventually } from '../simulators/eventually.ts'
import { samples, textOf } from '../simulators/samples.ts'
import type { SimChat } from '../simulators/telegram/index.ts'
import { World } from '../simulators/world.ts'

const begin = async () => {
  const world = await World.open()
  const { wa, tg, owner } = world
  const chats = ['Alice', 'Bob'].map(name => ({
    person: wa.addContact({ name, pushName: name }),
    group: tg.addSupergroup({ title: name, members: [owner], botRights: {} }),
  }))
  const [alice, bob] = chats
  assert.ok(alice && bob)
  assert.equal((await world.link()).code, 0)
  for (const { group } of chats) {
    assert.equal((await world.wa2tg('map', 'add', group.state.title ?? '', String(group.id))).code, 0)
  }
  return { world, alice, bob }
}

const saidIn = (group: SimChat): (string | undefined)[] => group.transcript().map(({ text }) => text)

const sees = (group: SimChat, text: string): Promise<unknown> =>
  eventually(() => saidIn(group).includes(text), text, 120_000)

test('A reaction that claims to be of the end of time is shown, holds up nobody, and gives way to the next', async () => {
  const { world, alice, bob } = await begin()
  await using _ = world
  const bridge = await world.run()
  await alice.person.send(samples.text('one'), { id: 'A1' })
  await sees(alice.group, 'one')
  const react = (text: string, senderTimestampMs: string): Promise<unknown> =>
    alice.person.send({
      reactionMessage: {
        key: { remoteJid: alice.person.lid, fromMe: true, id: 'A1' },
        text,
        senderTimestampMs: senderTimestampMs as never,
      },
    })
  const shown = (emoji: string) =>
    eventually(
      () => alice.group.transcript().some(({ reactions }) => reactions.some(each => each.emoji === emoji)),
      emoji,
      120_000,
    )
  await react('👍', '9223372036854775807')
  await bob.person.send(samples.text('beside'))
  await sees(bob.group, 'beside')
  await shown('👍')
  await react('🔥', String(Date.now()))
  await shown('🔥')
  bridge.kill('SIGTERM')
  const { stderr } = await bridge.ended
  assert.ok(!stderr.includes('could not be stored'), stderr)
})

/** From now on the database refuses whatever says this, as it refuses what is of a type that a column does not take. */
const refuse = (folder: string, word: string): void => {
  using store = openStore(storePath(join(folder, 'data')))
  store.database.run(
    `CREATE TRIGGER refused BEFORE INSERT ON jobs WHEN new.event LIKE '%${word}%'
     BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  )
}

test('What the database refuses for good is left out with words in its place, either way, and after a kill -9, too', async () => {
  const { world, alice, bob } = await begin()
  await using _ = world
  const { owner } = world
  refuse(world.folder, 'zebra')
  const first = await world.run()
  await alice.person.send(samples.text('a1'))
  await sees(alice.group, 'a1')
  await alice.person.send(samples.text('zebra'))
  await alice.person.send(samples.text('a2'))
  await bob.person.send(samples.text('b1'))
  await sees(bob.group, 'b1')
  first.kill('SIGKILL')
  await first.ended
  await world.run()
  await sees(alice.group, 'a2')
  owner.sends(alice.group, 'zebra')
  owner.sends(alice.group, 'answer')
  owner.sends(bob.group, 'zebra')
  await eventually(() => alice.person.inbox.length > 0, 'the answer', 120_000)
  await sees(bob.group, 'Not sent: "Message that could not be read" cannot go to WhatsApp')
  await sees(alice.group, 'Not sent: "Message that could not be read" cannot go to WhatsApp')
  const bots = alice.group.transcript().filter(({ from }) => from.isBot)
  assert.deepEqual(
    bots.slice(0, 3).map(({ text }) => text),
    ['a1', 'A message that could not be read; open WhatsApp', 'a2'],
  )
  assert.equal(bots.length, 4)
  assert.deepEqual(
    alice.person.inbox.map(({ message }) => textOf(message)),
    ['answer'],
  )
  assert.deepEqual(bob.person.inbox, [])
})
