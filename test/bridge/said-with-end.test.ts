import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent } from '../../src/bridge/event.ts'
import { event, mum, mumInTelegram, openBridge, waitUntil } from './bridge.ts'

test('that the owner is in a group is said once, also where it cannot be written down at once that the job is done', async () => {
  await using bridge = openBridge()
  bridge.worker.start()
  bridge.receive(event(mum, 'Come in'))
  await waitUntil(bridge.isDone)
  const [{ id: invitation } = assert.fail()] = bridge.telegram.shown
  const refuse = "BEFORE DELETE ON jobs BEGIN SELECT RAISE(ABORT, 'no end'); END"
  bridge.store.database.run(`CREATE TEMP TRIGGER no_end ${refuse}`)
  const join: ChangeEvent = {
    ...{ version: 1, kind: 'join', chat: mumInTelegram, id: 'J1', sentAt: 1_700_000_000_001 },
    sender: { person: 'telegram:11', me: true },
    target: { id: invitation },
  }
  bridge.receive(join)
  await waitUntil(() => bridge.whatsapp.changes.length > 1)
  bridge.store.database.run('DROP TRIGGER no_end')
  await waitUntil(bridge.isDone)
  const said = bridge.telegram.shown.filter(({ text }) => text.startsWith('You are in the group now'))
  assert.equal(said.length, 1)
})
