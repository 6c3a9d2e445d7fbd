import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { eventually } from '../simulators/eventually.ts'
import type { Contact } from '../simulators/whatsapp/index.ts'
import { World } from '../simulators/world.ts'

const { Type } = proto.Message.ProtocolMessage

test('Of two messages under one id the one that is meant is reacted to, pinned, and deleted by an administrator', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const [ann, eve, carl] = ['Ann', 'Eve', 'Carl'].map(name => wa.addContact({ name }))
  assert.ok(ann && eve && carl)
  const room = wa.addGroup({ subject: 'Class', participants: [ann, eve, carl], admins: [carl] })
  const group = tg.addSupergroup({ title: 'Class', members: [owner], botRights: { can_pin_messages: true } })
  await world.link()
  assert.equal((await world.wa2tg('map', 'add', room.jid, String(group.id))).code, 0)
  await world.run()
  const shown = () => group.transcript().map(({ text }) => text?.split('\n').at(-1))
  const shows = (text: string) => eventually(() => shown().includes(text), text)
  const id = 'ONE'
  const change = (who: Contact, key: proto.IMessageKey, more: proto.Message.IProtocolMessage) =>
    who.send({ protocolMessage: { key: { remoteJid: room.jid, id, ...key }, ...more } }, { to: room })

  await ann.send('homework', { to: room, id })
  await eve.send('advert', { to: room, id })
  await shows('advert')
  const key = { remoteJid: room.jid, id, fromMe: false, participant: eve.lid }
  await ann.send({ reactionMessage: { key, text: '👎' } }, { to: room })
  await eve.send(
    { reactionMessage: { key: { ...key, fromMe: true, participant: null }, text: '👍' } },
    { to: room },
  )
  await carl.send({ pinInChatMessage: { key, type: 1 } }, { to: room })
  await carl.send('that was all', { to: room })
  await shows('that was all')
  const advert = group.transcript().find(({ text }) => text.endsWith('advert'))?.id
  const note = group.transcript().find(({ text }) => text.includes('👎'))
  assert.deepEqual([note?.replyTo, note?.text.includes('👍')], [advert, true])
  assert.deepEqual(group.state.pinned, [advert])
  // A second administrator, or the same on another device, does it again.
  for (let times = 0; times < 2; times += 1)
    await change(carl, { fromMe: false, participant: eve.lid }, { type: Type.REVOKE })
  await carl.send('behind it', { to: room })
  await shows('behind it')
  assert.deepEqual(
    shown().filter(text => text === 'homework' || text === 'advert'),
    ['homework'],
  )

  await change(
    ann,
    { fromMe: true },
    { type: Type.MESSAGE_EDIT, editedMessage: { conversation: 'all of it' } },
  )
  await shows('all of it')
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
