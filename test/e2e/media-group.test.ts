import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { files } from '../simulators/samples.ts'
import type { SimChat } from '../simulators/telegram/index.ts'
import type { Contact } from '../simulators/whatsapp/index.ts'
import { World } from '../simulators/world.ts'

/** The chat with Alice, where a text waits for WhatsApp's answer and everything else behind it. */
const openHeld = async () => {
  const world = await World.open()
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  world.wa.holdAcks(true)
  world.owner.sends(group, 'the word before')
  await taken(world)
  return { world, alice, group, bridge }
}

/** Telegram has been told that the program has what was sent so far: what comes now comes with another poll. */
const taken = ({ tg }: World) => eventually(() => tg.pendingUpdates === 0, 'the updates to be confirmed')

const sendsHalf = (world: World, group: SimChat, caption: string): void => {
  const photo = { bytes: files.photo(), name: 'photo.jpg' }
  world.owner.sends(group, { photo, caption, media_group_id: '77' })
}

/** What has come to her in the end, in order: words, the album that they are in, and what they answer. */
const arrived = async (world: World, alice: Contact, group: SimChat) => {
  world.owner.sends(group, 'the word behind')
  await eventually(
    () => alice.inbox.some(({ shown }) => shown?.text === 'the word behind'),
    'the word behind',
    120_000,
  )
  const lines = world.wa.transcript.filter(({ from, message }) => from === 'bridge' && !message.albumMessage)
  return lines.map(({ shown, album }) => ({ text: shown?.text, album, answers: shown?.quote?.text }))
}

const words = (text: string) => ({ text, album: undefined, answers: undefined })

test('the halves of a media group that come with two polls are one album', async () => {
  const { world, alice, group, bridge } = await openHeld()
  await using _ = world
  sendsHalf(world, group, 'first half')
  await taken(world)
  sendsHalf(world, group, 'second half')
  await taken(world)
  world.wa.holdAcks(false)
  const [before, first, second, behind, ...others] = await arrived(world, alice, group)
  assert.deepEqual([before, behind, others], [words('the word before'), words('the word behind'), []])
  assert.deepEqual([first?.text, second?.text], ['first half', 'second half'])
  assert.ok(first?.album)
  assert.equal(second?.album, first.album)
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  world.wa.assertNoSurprises()
  world.tg.assertNoSurprises()
})

test('killed between the halves of a media group, it is one album all the same, once', async () => {
  const { world, alice, group, bridge } = await openHeld()
  await using _ = world
  sendsHalf(world, group, 'first half')
  await taken(world)
  bridge.kill('SIGKILL')
  await bridge.ended
  sendsHalf(world, group, 'second half')
  const again = await world.run()
  await taken(world)
  world.wa.holdAcks(false)
  const [before, first, second, behind, ...others] = await arrived(world, alice, group)
  assert.deepEqual([before, behind, others], [words('the word before'), words('the word behind'), []])
  assert.deepEqual([first?.text, second?.text], ['first half', 'second half'])
  assert.ok(first?.album)
  assert.equal(second?.album, first.album)
  again.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
})

test('a straggler answers the half that has gone already, whether the program lived on or was killed', async () => {
  await using world = await World.open()
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  const comes = (text: string) =>
    eventually(() => alice.inbox.find(({ shown }) => shown?.text === text), text, 120_000)
  sendsHalf(world, group, 'first half')
  await comes('first half')
  sendsHalf(world, group, 'second half')
  await comes('second half')
  bridge.kill('SIGKILL')
  await bridge.ended
  sendsHalf(world, group, 'last of all')
  const again = await world.run()
  assert.deepEqual(await arrived(world, alice, group), [
    words('first half'),
    { ...words('second half'), answers: 'first half' },
    { ...words('last of all'), answers: 'first half' },
    words('the word behind'),
  ])
  again.kill('SIGTERM')
  assert.equal((await again.ended).code, 0)
  world.wa.assertNoSurprises()
})
