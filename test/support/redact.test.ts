import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redactPeople, redactSecrets } from '../../src/support/redact.ts'

const TOKEN = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'

test('a bot token disappears wherever it stands', () => {
  for (const text of [
    TOKEN,
    `token ${TOKEN}!`,
    `https://api.telegram.org/bot${TOKEN}/getMe`,
    `{"t":"${TOKEN}"}`,
  ]) {
    const clean = redactSecrets(text)
    assert.ok(!clean.includes('AAHdq'), clean)
    assert.match(clean, /\[secret\]/)
  }
})

test('a short token in the path of a Bot API address disappears', () => {
  assert.equal(
    redactSecrets('http://127.0.0.1:81/bot123456:abc/getMe'),
    'http://127.0.0.1:81/bot[secret]/getMe',
  )
  assert.equal(redactSecrets('/file/bot123456:abc/x.jpg'), '/file/bot[secret]/x.jpg')
})

test('a secret that is named disappears whatever it looks like', () => {
  assert.equal(redactSecrets('say 1:a twice 1:a', ['1:a', '']), 'say [secret] twice [secret]')
})

test('times, ports and ids are left alone', () => {
  const text = '12:30:45 2026-11-24T04:31:11.123Z 127.0.0.1:8443 10.0.0.100:8443 -1001234567890/42 job=17'
  assert.equal(redactPeople(redactSecrets(text)), text)
})

test('addresses and phone numbers keep their last three digits', () => {
  assert.equal(redactPeople('from 15550000123@s.whatsapp.net'), 'from …123@s.whatsapp.net')
  assert.equal(redactPeople('15550000123:17@s.whatsapp.net'), '…123@s.whatsapp.net')
  assert.equal(redactPeople('15550000123_1:17@lid'), '…123@lid')
  assert.equal(redactPeople('15550000123-1400000000@g.us'), '…000@g.us')
  assert.equal(redactPeople('call +1 555 000-0123 now'), 'call +…123 now')
  assert.equal(redactPeople('whatsapp:120363000000000001@g.us'), 'whatsapp:…001@g.us')
})
