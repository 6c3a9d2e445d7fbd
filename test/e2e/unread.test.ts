import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import '../simulators/whatsapp/quiet.ts'
import { proto } from '@whiskeysockets/baileys'
import { openStore, storePath } from '../../src/store/index.ts'
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
  const late = ['M2', 'R1', 'E1', 'M4']
  for (const id of late) unreadable(id)
  await comes('the placeholders', () => seen().length === 5)
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
  const other = { ...key, id: 'M4' }
  using store = openStore(storePath(join(world.folder, 'data')))
  const held = (): string[] => [...store.session('baileys').list('held')].map(({ id }) => id)
  await alice.send({ protocolMessage: { ...edit, key: other } }, { id: 'E4' })
  await comes('the edit that waits', () => held().length === 1)
  await alice.send({ protocolMessage: { key: other, type: proto.Message.ProtocolMessage.Type.REVOKE } })
  await alice.send('behind', { id: 'M3' })
  await comes('what was sent last', () => seen().some(([text]) => text === 'behind'))
  assert.deepEqual(seen(), [
    ['hello', ['👍']],
    ['Read at last', []],
    ['behind', []],
  ])
  assert.deepEqual(held(), [])
  world.tg.assertNoSurprises()
})
