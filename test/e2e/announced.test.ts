import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { files } from '../simulators/samples.ts'
import type { SimChat } from '../simulators/telegram/index.ts'
import type { Contact } from '../simulators/whatsapp/index.ts'
import { World } from '../simulators/world.ts'

const sendsAlbum = ({ owner }: World, group: SimChat, captions: readonly string[]) =>
  captions.map(caption => {
    const photo = { bytes: files.photo(), name: 'photo.jpg' }
    return owner.sends(group, { photo, caption, media_group_id: '77' }).message_id
  })

const comes = (alice: Contact, text: string) =>
  eventually(() => alice.inbox.find(({ shown }) => shown?.text === text), text, 120_000)

const shows = (group: SimChat, text: string) =>
  eventually(() => group.transcript().find(message => message.text === text), text, 120_000)

/** What the bridge says below a message about reactions to it. */
const noteBelow = (group: SimChat, id: number | undefined) =>
  group.transcript().find(({ text, replyTo }) => replyTo === id && text.includes('👍'))

test("what is done with the announcement of the owner's album is done with its first picture, and it can be asked for again", async () => {
  await using world = await World.open({ messages: ['receipts: true'] })
  const { wa, tg } = world
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  // Asked for the first ones again at once, Telegram gives one at a time: the album would come with two polls.
  world.owner.sends(group, 'before')
  await eventually(() => tg.pendingUpdates === 0, 'a poll for what comes next')
  const [first, second] = sendsAlbum(world, group, ['one', 'two'])
  await comes(alice, 'two')
  const [before, head] = alice.inbox
  assert.deepEqual([before?.shown?.text, head?.shown?.kind], ['before', 'albumMessage'])
  const id = head?.id ?? ''

  // That somebody has seen it says nothing of the pictures.
  alice.read([id])
  await alice.acts.react(id, '👍')
  await eventually(() => noteBelow(group, first), 'the reaction')
  await alice.acts.react(id, '')
  await eventually(() => noteBelow(group, first) === undefined, 'the reaction to be taken back')
  const signs = tg.doneOf('setMessageReaction').map(({ params }) => JSON.stringify(params['reaction']))
  assert.ok(!signs.some(sign => sign.includes('👀')), 'nobody has read the picture')

  const quotedMessage = { albumMessage: { expectedImageCount: 2, expectedVideoCount: 0 } }
  const contextInfo = { stanzaId: id, participant: wa.account.lid, quotedMessage }
  await alice.send({ extendedTextMessage: { text: 'nice ones', contextInfo } })
  assert.equal((await shows(group, 'nice ones')).replyTo, first)

  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  await world.run()
  alice.askAgain(id)
  await eventually(() => head?.copies === 2, 'it to be given again')

  // Its pictures stay where they are.
  await wa.phone.acts(alice).revoke(id)
  await alice.send('behind it')
  await shows(group, 'behind it')
  const shown = group.transcript().map(each => each.id)
  assert.ok([first, second].every(each => each !== undefined && shown.includes(each)))
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
