import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'
import { openAuthState } from '../../../../src/whatsapp/baileys/keys/auth-state.ts'
import { hearLinking } from '../../../../src/whatsapp/baileys/socket/linking.ts'
import { RecordingBridge, TempDir } from '../../support.ts'

const TYPE = 'companion_reg_refresh'

const secretIn = (qr: string | undefined): string => qr?.split(',')[3] ?? ''

/** What stands around Baileys' socket, with credentials on disk. */
const open = () => {
  const dir = new TempDir()
  const bridge = new RecordingBridge(dir.path)
  const auth = openAuthState(bridge.sessions)
  const ws = new EventEmitter()
  const acks: BinaryNode[] = []
  const shown: string[] = []
  const sendNode = async (node: BinaryNode) => void acks.push(node)
  const withSecret = hearLinking({ ws, sendNode } as unknown as WASocket, auth, {
    show: ({ qr = '' }) => shown.push(qr),
    refused: error => assert.fail(error),
  })
  return {
    auth,
    acks,
    shown,
    withSecret,
    stored: () => openAuthState(bridge.sessions).state.creds.advSecretKey,
    hear: (child: string) =>
      ws.emit(`CB:notification,type:${TYPE}`, {
        tag: 'notification',
        attrs: { id: '7', from: 's.whatsapp.net', type: TYPE, t: '1' },
        content: [{ tag: child, attrs: {} }],
      }),
    [Symbol.dispose]: () => {
      bridge[Symbol.dispose]()
      dir[Symbol.dispose]()
    },
  }
}

test('codes that Baileys makes with the first secret, before and after it was retired, are shown with the present one', () => {
  using linking = open()
  const { auth, withSecret } = linking
  const first = auth.state.creds.advSecretKey
  const qr = (ref: string) => ({
    qr: `https://wa.me/settings/linked_devices#2@${ref},noise,identity,${first},1`,
  })
  assert.deepEqual(withSecret(qr('one')), qr('one'))
  linking.hear(TYPE)
  const second = auth.state.creds.advSecretKey
  assert.notEqual(second, first)
  assert.equal(linking.stored(), second)
  assert.deepEqual(linking.shown, [qr('one').qr.replace(first, second)])
  assert.deepEqual(linking.acks, [
    { tag: 'ack', attrs: { id: '7', to: 's.whatsapp.net', class: 'notification', type: TYPE } },
  ])
  assert.equal(secretIn(withSecret(qr('two')).qr), second)
  linking.hear('pair-device-rotate-qr')
  assert.equal(secretIn(linking.shown.at(-1)), auth.state.creds.advSecretKey)
  assert.match(linking.shown.at(-1) ?? '', /2@two,/)
})

test('the secret stays where a pairing code was asked for, and where the notification says nothing known', () => {
  using linking = open()
  const { creds } = linking.auth.state
  const first = creds.advSecretKey
  linking.hear('of-the-future')
  creds.me = { id: '15550000001@s.whatsapp.net', name: '~' }
  linking.hear(TYPE)
  assert.equal(creds.advSecretKey, first)
  assert.deepEqual([linking.acks, linking.shown], [[], []])
})
