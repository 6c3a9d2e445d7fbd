import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import '../simulators/whatsapp/quiet.ts'
import { proto } from '@whiskeysockets/baileys'
import { eventually } from '../simulators/eventually.ts'
import { el, unixSeconds } from '../simulators/whatsapp/node.ts'
import { World } from '../simulators/world.ts'

const waiting = 'Waiting for this message; it may be on the phone already'

test('what cannot be read at first has a placeholder, whose place the message takes, and which goes where it is none', async () => {
  await using world = await World.open()
  const { alice, group } = await world.mapAlice()
  const { wa } = world
  const seen = () =>
    group.transcript().map(({ text, reactions }) => [text, reactions.map(each => each.emoji)])
  const comes = (what: string, isSo: () => boolean) => eventually(isSo, what, 120_000)
  const unreadable = (id: string) => {
    const attrs = { id, t: String(unixSeconds()), type: 'text', notify: alice.pushName }
    const enc = el('enc', { v: '2', type: 'msg' }, randomBytes(60))
    wa.inject(el('message', { ...attrs, from: alice.lid, sender_pn: alice.pn }, [enc]))
  }
  await world.run()
  await alice.send('helo', { id: 'M1' })
  await comes('the message', () => seen().length === 1)
  const late = ['M2', 'R1', 'E1']
  for (const id of late) unreadable(id)
  await comes('the placeholders', () => seen().length === 4)
  assert.deepEqual(seen(), [['helo', []], ...late.map(() => [waiting, []])])

  const key = { remoteJid: wa.account.lid, fromMe: false, id: 'M1' }
  const edit = {
    key,
    type: proto.Message.ProtocolMessage.Type.MESSAGE_EDIT,
    editedMessage: { conversation: 'hello' },
  }
  await alice.send('Read at last', { id: 'M2' })
  await alice.send({ reactionMessage: { key, text: '👍' } }, { id: 'R1' })
  await alice.send({ protocolMessage: edit }, { id: 'E1' })
  await alice.send('behind', { id: 'M3' })
  await comes('what was sent last', () => seen().some(([text]) => text === 'behind'))
  assert.deepEqual(seen(), [
    ['hello', ['👍']],
    ['Read at last', []],
    ['behind', []],
  ])
  world.tg.assertNoSurprises()
})
