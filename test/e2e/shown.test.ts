import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { eventually } from '../simulators/eventually.ts'
import { files, samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

const { MESSAGE_EDIT, REVOKE } = proto.Message.ProtocolMessage.Type

test('What happens to messages in WhatsApp happens to them in Telegram', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const group = tg.addSupergroup({
    title: 'Alice',
    members: [owner],
    botRights: { can_delete_messages: true, can_pin_messages: true },
  })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  const bridge = await world.run()
  const texts = () => group.transcript().map(({ text }) => text)
  const keyOf = (id: string) => ({ remoteJid: alice.lid, fromMe: true, id })

  await alice.send(samples.text('helo'), { id: 'A1' })
  await eventually(() => texts().includes('helo'), 'her message')
  await alice.send({
    protocolMessage: { type: MESSAGE_EDIT, key: keyOf('A1'), editedMessage: { conversation: 'hello *you*' } },
  })
  const edited = await eventually(
    () => group.transcript().find(({ text }) => text === 'hello you'),
    'the edit',
  )
  assert.deepEqual(edited.entities, [{ type: 'bold', offset: 6, length: 3 }])
  await alice.send({ reactionMessage: { key: keyOf('A1'), text: '❤️' } })
  await eventually(() => group.transcript()[0]?.reactions.some(({ emoji }) => emoji === '❤'), 'the reaction')
  await alice.send({ pinInChatMessage: { key: keyOf('A1'), type: 1 } })
  await eventually(() => group.state.pinned.includes(edited.id), 'the pin')

  await alice.send(samples.poll(), { id: 'P1' })
  const poll = await eventually(
    () => group.transcript().find(({ buttons }) => buttons.length > 0),
    'the poll',
  )
  assert.deepEqual(poll.buttons, [['Pizza'], ['Noodles']])

  const picture = async (name: string): Promise<proto.IMessage> => ({
    imageMessage: { ...(await wa.media.put(files.photo(), 'image')), mimetype: 'image/jpeg', caption: name },
    messageContextInfo: { messageAssociation: { associationType: 1, parentMessageKey: keyOf('ALB') } },
  })
  await alice.send({ albumMessage: { expectedImageCount: 2, expectedVideoCount: 0 } }, { id: 'ALB' })
  await alice.send(await picture('first'), { id: 'ALB1' })
  await alice.send(await picture('second'), { id: 'ALB2' })
  const album = await eventually(() => {
    const seen = group.transcript().filter(({ mediaGroup }) => mediaGroup !== undefined)
    return seen.length === 2 && seen
  }, 'the album')
  assert.deepEqual(
    album.map(({ text }) => text),
    ['first', 'second'],
  )
  assert.equal(album[0]?.mediaGroup, album[1]?.mediaGroup)
  await alice.acts.react('ALB', '🔥')
  await eventually(
    () => group.transcript().some(({ text, replyTo }) => replyTo === album[0]?.id && text.includes('🔥')),
    'the reaction to the album, at its first picture',
  )
  await alice.send({ protocolMessage: { type: REVOKE, key: keyOf('ALB1') } })
  await alice.send({ protocolMessage: { type: REVOKE, key: keyOf('A1') } })
  await eventually(() => !texts().includes('first') && !texts().includes('hello you'), 'the deletions')
  assert.ok(texts().includes('second'))
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
