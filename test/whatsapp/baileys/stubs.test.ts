import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import { labelOfStub } from '../../../src/whatsapp/baileys/parse/stubs.ts'

const { StubType } = proto.WebMessageInfo
const CAROL = '900000000000004@lid'

const labelOf = (type: number, parameters: string[] = [], participant = '900000000000002@lid') =>
  labelOfStub(
    {
      key: { remoteJid: '120363000000000001@g.us', id: 'S1', participant },
      messageStubType: type,
      messageStubParameters: parameters,
    },
    address => (address === CAROL ? 'Carol' : undefined),
  )

test('Group notices say what happened, with names where they are known', () => {
  const carol = JSON.stringify({ id: CAROL, phoneNumber: '15550000004@s.whatsapp.net' })
  const stranger = JSON.stringify({ id: '900000000000009@lid', phoneNumber: '15550000009@s.whatsapp.net' })
  assert.equal(labelOf(StubType.GROUP_CHANGE_SUBJECT, ['New\nname']), 'Renamed the group to: New name')
  assert.equal(labelOf(StubType.GROUP_PARTICIPANT_ADD, [carol, stranger]), 'Added Carol, +15550000009')
  assert.equal(labelOf(StubType.GROUP_PARTICIPANT_ADD, [carol], CAROL), 'Has joined the group')
  assert.equal(labelOf(StubType.GROUP_PARTICIPANT_DEMOTE, [CAROL]), 'No longer admin: Carol')
  assert.equal(
    labelOf(StubType.GROUP_PARTICIPANT_REMOVE, ['{"id":"900000000000009@lid"}']),
    'Removed somebody',
  )
  assert.equal(labelOf(StubType.GROUP_CHANGE_ANNOUNCE, ['on']), 'Only admins may write now')
})

test('Broken parameters and unknown notices do no harm', () => {
  assert.equal(labelOf(StubType.GROUP_PARTICIPANT_ADD, ['{not json']), 'Added somebody')
  assert.equal(labelOf(StubType.GROUP_PARTICIPANT_CHANGE_NUMBER, ['x@lid']), 'Changed their number')
  assert.equal(labelOf(StubType.E2E_ENCRYPTED), undefined)
  assert.equal(labelOf(9999), undefined)
})

test('An invite link is never shown', () => {
  assert.equal(labelOf(StubType.GROUP_CHANGE_INVITE_LINK, ['AbCdEf']), 'Reset the invite link of the group')
})
