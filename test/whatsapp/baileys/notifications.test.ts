import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { readCall } from '../../../src/whatsapp/baileys/parse/calls.ts'
import { isNotice, noticesIn, pairsIn } from '../../../src/whatsapp/baileys/parse/notifications.ts'
import { el } from '../../simulators/whatsapp/node.ts'

const { StubType } = proto.WebMessageInfo
const ME = { pn: '15550000001:7@s.whatsapp.net', lid: '900000000000001:7@lid' }
const ALICE = '900000000000002@lid'
const head = { type: 'w:gp2', from: '120363000000000001@g.us', id: 'N1', t: '1790000000', participant: ALICE }

test('Several changes in one notification are one notice each, under ids of their own', () => {
  const node = el('notification', head, [
    el('locked'),
    el('of-the-future'),
    el('subject', { subject: 'New' }),
  ])
  assert.deepEqual(
    noticesIn(node, ME).map(({ key, messageStubType, messageStubParameters }) => [
      key.id,
      messageStubType,
      messageStubParameters,
    ]),
    [
      ['N1', StubType.GROUP_CHANGE_RESTRICT, ['on']],
      ['N1.2', StubType.GROUP_CHANGE_SUBJECT, ['New']],
    ],
  )
})

test('What one does oneself on the phone is one’s own, under either address', () => {
  for (const participant of ['15550000001@s.whatsapp.net', '900000000000001@lid']) {
    const [notice] = noticesIn(el('notification', { ...head, participant }, [el('unlocked')]), ME)
    assert.equal(notice?.key.fromMe, true)
  }
})

test('To be taken into a group that was there before is no creation', () => {
  const group = el('group', { subject: 'Class', creator: '900000000000003@lid' })
  const stubOf = (attrs: Record<string, string>) =>
    noticesIn(el('notification', head, [el('create', attrs, [group])]), ME)[0]
  assert.equal(stubOf({ type: 'new' })?.messageStubType, StubType.GROUP_CREATE)
  assert.equal(stubOf({ type: 'new' })?.key.participant, '900000000000003@lid')
  assert.equal(stubOf({ reason: 'invite' })?.messageStubType, StubType.GROUP_PARTICIPANT_ADD)
  assert.equal(stubOf({ reason: 'invite' })?.key.participant, ALICE)
})

test('Nobody gets the number or the name of whoever else is named', () => {
  const carol = '900000000000003@lid'
  const told = { ...head, participant_pn: '15550000002@s.whatsapp.net', notify: 'Alice' }
  const created = el('create', { type: 'new' }, [el('group', { subject: 'Class', creator: carol })])
  const changed = el('set', { author: carol, id: '1700000000' })
  for (const [type, child] of [
    ['w:gp2', created],
    ['picture', changed],
  ] as const) {
    const [notice] = noticesIn(el('notification', { ...told, type }, [child]), ME)
    assert.deepEqual(
      [notice?.key.participant, notice?.key.participantAlt, notice?.pushName],
      [carol, undefined, undefined],
    )
  }
})

test('Notifications that say nothing in a chat are left to Baileys', () => {
  const of = (attrs: Record<string, string>) => isNotice(el('notification', attrs))
  assert.equal(of({ type: 'picture', from: '120363000000000001@g.us' }), true)
  assert.equal(of({ type: 'picture', from: ALICE }), false)
  for (const type of ['encrypt', 'devices', 'server_sync', 'account_sync', 'mediaretry', 'privacy_token']) {
    assert.equal(of({ type, from: '@s.whatsapp.net' }), false)
  }
})

test('Notifications and calls without what they should hold do no harm', () => {
  for (const tag of [
    'create',
    'add',
    'remove',
    'modify',
    'subject',
    'description',
    'member_add_mode',
    'ephemeral',
  ]) {
    const [notice] = noticesIn(el('notification', { type: 'w:gp2' }, [el(tag)]), ME)
    assert.equal(notice?.key.id, '', tag)
  }
  assert.deepEqual(noticesIn(el('notification', head), ME), [])
  assert.deepEqual(noticesIn(el('notification', { ...head, type: 'newsletter' }, [el('message')]), ME), [])
  assert.deepEqual(pairsIn(el('notification', { type: 'w:gp2' }, [el('add', {}, [el('participant')])])), [])
  for (const node of [el('call'), el('call', {}, []), el('call', {}, [el('offer')])]) {
    assert.equal(readCall(node), undefined)
  }
  assert.equal(readCall(el('call', {}, [el('offer', { 'call-id': 'C' })]))?.web.key.remoteJid, '')
})
