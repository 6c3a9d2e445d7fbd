import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../../../src/bridge/chat-ref.ts'
import { FromBackup } from '../../../../src/whatsapp/baileys/inbound/from-backup.ts'
import { Journal } from '../../../../src/whatsapp/baileys/inbound/journal.ts'
import { Waiting } from '../../../../src/whatsapp/baileys/inbound/waiting.ts'
import { tempStore } from '../../../store/temp-store.ts'

test('What comes again, as unreadable as before, is waited for once, under whichever address, and no longer than before', t => {
  using store = tempStore()
  const sessions = store.session('baileys')
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 })
  const told: string[] = []
  const waiting = new Waiting({
    sessions,
    receive: ({ event }, alongside) => {
      told.push(event.chat)
      alongside()
    },
    fromBackup: new FromBackup(sessions, new Journal(sessions)),
    isKnown: () => false,
    delayMs: 1000,
  })
  const [number, lid]: readonly [ChatRef, ChatRef] = ['whatsapp:1@s.whatsapp.net', 'whatsapp:2@lid']
  const names = [lid, number].map(chat => ({ chat, id: 'M' }))
  const expect = (chat: ChatRef): void =>
    waiting.expect(
      { version: 1, kind: 'message', chat, id: 'M', sender: { person: chat, me: false }, sentAt: 1 },
      {},
      names,
    )
  expect(number)
  t.mock.timers.tick(900)
  expect(lid)
  expect(number)
  t.mock.timers.tick(99)
  assert.deepEqual(told, [])
  t.mock.timers.tick(1)
  assert.deepEqual(told, [number])
  t.mock.timers.tick(10_000)
  assert.deepEqual([told.length, [...sessions.list('waiting')]], [1, []])
})
