import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { el } from '../../simulators/whatsapp/node.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

// What becomes of an event of Baileys beside its messages (`ev-` in the cases) is looked at in the stanza that it is made of.
test('What is told beside the messages makes none: a picture, a block, a deleted or read chat, a label, typing', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const group = wa.addGroup({ subject: 'Team', participants: [alice] })
  const id = await alice.send('before')
  await until('the first message', () => bridge.said.includes('before'))
  const told = { t: String(Math.floor(Date.now() / 1000)) }
  wa.enqueue(
    el('notification', { ...told, id: 'N1', type: 'picture', from: alice.lid }, [
      el('set', { id: '1', hash: 'abcd' }),
    ]),
  )
  wa.enqueue(
    el('notification', { ...told, id: 'N2', type: 'account_sync', from: wa.account.pn }, [
      el('blocklist', {}, [el('item', { jid: alice.lid, action: 'block' })]),
    ]),
  )
  wa.phone.deleteChat(alice)
  wa.enqueue(el('receipt', { ...told, id, type: 'read-self', from: alice.lid }))
  wa.inject(el('chatstate', { from: alice.lid }, [el('composing')]))
  wa.inject(el('presence', { from: alice.lid, type: 'available' }))
  const { GROUP_MEMBER_LABEL_CHANGE: type } = proto.Message.ProtocolMessage.Type
  await alice.send({ protocolMessage: { type, memberLabel: { label: 'Coach' } } }, { to: group })
  await alice.send('after', { to: group })
  await until('the message behind them', () => bridge.said.includes('after'))
  await until('the deleted chat to be heard of', () => JSON.stringify(wa.requests).includes('regular_high'))
  await until('everything to be settled', () => wa.pending.length === 0)
  assert.deepEqual(bridge.said, ['Created the group: Team', 'before', 'after'])
  assert.equal(bridge.events.length, 3)
  wa.assertNoSurprises()
})
