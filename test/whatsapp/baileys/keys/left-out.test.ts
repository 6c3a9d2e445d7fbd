import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { WASocket } from '@whiskeysockets/baileys'
import { LeftOut } from '../../../../src/whatsapp/baileys/keys/left-out.ts'

test('A refusal of keys counts for the sending that needed them, whoever else is sending', async () => {
  const ws = new EventEmitter() as unknown as WASocket['ws']
  const [first, second] = [new LeftOut(), new LeftOut()]
  const heard = Promise.withResolvers<void>()
  const user = (jid: string, content: object[]) => ({ tag: 'user', attrs: { jid }, content })
  const part = (tag: string, bytes: number) => ({ tag, attrs: {}, content: new Uint8Array(bytes) })
  const signed = [part('id', 3), part('value', 32), part('signature', 64)]
  const whole = [part('identity', 32), { tag: 'skey', attrs: {}, content: signed }]
  const list = {
    tag: 'list',
    attrs: {},
    content: [
      user('900000000000002@lid', [{ tag: 'error', attrs: { code: '404' } }]),
      user('900000000000003@lid', whole),
    ],
  }
  const sending = [
    first.during({ ws }, () => heard.promise),
    second.during({ ws }, async () => {
      await heard.promise
      LeftOut.noteFailed('900000000000002:0@lid')
    }),
  ]
  ws.emit('frame', { tag: 'iq', attrs: {}, content: [list] })
  heard.resolve()
  await Promise.all(sending)
  assert.deepEqual([first.refusal, second.refusal], [undefined, 404])
  assert.deepEqual(
    list.content.map(({ attrs }) => attrs.jid),
    ['900000000000003@lid'],
  )
})
