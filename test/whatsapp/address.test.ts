import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addressOfPhone,
  chatOfJid,
  kindOfAddress,
  normalizeAddress,
  phoneOf,
} from '../../src/whatsapp/address.ts'

test('Every form of an address is written one way', () => {
  const forms: Record<string, string | undefined> = {
    '15550000002@s.whatsapp.net': '15550000002@s.whatsapp.net',
    '15550000002:12@s.whatsapp.net': '15550000002@s.whatsapp.net',
    '15550000002_1:12@s.whatsapp.net': '15550000002@s.whatsapp.net',
    '15550000002@c.us': '15550000002@s.whatsapp.net',
    '15550000002:99@hosted': '15550000002@s.whatsapp.net',
    '900000000000002:3@lid': '900000000000002@lid',
    '900000000000002:99@hosted.lid': '900000000000002@lid',
    '120363000000000001@g.us': '120363000000000001@g.us',
    '15550000002-1600000000@g.us': '15550000002-1600000000@g.us',
    'status@broadcast': 'status@broadcast',
    '120363000000000009@newsletter': '120363000000000009@newsletter',
    '15550000002@example.com': undefined,
    '@s.whatsapp.net': undefined,
    '15550000002': undefined,
    '': undefined,
  }
  for (const [jid, address] of Object.entries(forms)) assert.equal(normalizeAddress(jid), address, jid)
  assert.equal(normalizeAddress(undefined), undefined)
  assert.equal(chatOfJid('15550000002:1@c.us'), 'whatsapp:15550000002@s.whatsapp.net')
})

test('A phone number is taken as people write it, in international form only', () => {
  assert.equal(addressOfPhone('+1 555 000-0002'), '15550000002@s.whatsapp.net')
  assert.equal(addressOfPhone('49 (170) 1234567'), '491701234567@s.whatsapp.net')
  for (const text of [
    '+49 (0) 170 1234567',
    '0049 170/1234567',
    '\u202a+49\u00a0170\u20111234567\u202c',
    '+49(0)170.1234567',
  ]) {
    assert.equal(addressOfPhone(text), '491701234567@s.whatsapp.net', text)
  }
  for (const text of [
    '',
    '(0)170 1234567',
    '++49 170 1234567',
    '+0049 170 1234567',
    '0170 1234567',
    '123',
    'Alice',
    '+1555000000212345678',
    '1555x0000',
  ]) {
    assert.equal(addressOfPhone(text), undefined, text)
  }
})

test('A LID is never shown as a phone number', () => {
  assert.equal(phoneOf('15550000002@s.whatsapp.net'), '+15550000002')
  assert.equal(phoneOf('900000000000002@lid'), undefined)
})

test('The kind of a chat is told from its address', () => {
  assert.deepEqual(
    ['1@s.whatsapp.net', '1@lid', '1@g.us', '1@newsletter', 'status@broadcast'].map(kindOfAddress),
    ['person', 'person', 'group', 'channel', 'broadcast'],
  )
})
