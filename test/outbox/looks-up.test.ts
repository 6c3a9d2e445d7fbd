import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Outbox } from '../../src/outbox/index.ts'
import { tempStore } from '../store/temp-store.ts'

const mum = 'whatsapp:1@lid'
const mumInTelegram = 'telegram:-100/1'

/** Asked while messages come and go, also when tens of thousands wait. */
const questions: Readonly<Record<string, (outbox: Outbox) => unknown>> = {
  heads: outbox => outbox.heads([1]),
  first: outbox => outbox.first(mum),
  waitingIn: outbox => outbox.waitingIn(mum, 5),
  leading: outbox => outbox.leading(mum, 1, 20),
  restored: outbox => outbox.restored(mum, 20),
  restoredAbout: outbox => outbox.restoredAbout('edit 1', 1),
  hasPending: outbox => outbox.hasPending(),
  untouched: outbox => outbox.untouched('message 1', 'message'),
  certain: outbox => outbox.untouched('message 1', 'certain'),
  about: outbox => outbox.about(mum, 'album '),
  sending: outbox => outbox.sending(mum, 'A', () => false),
  goesTo: outbox => outbox.goesTo(1),
  'goesTo in a lane': outbox => outbox.goesTo(1, mum),
  inDoubt: outbox => outbox.inDoubt(),
  unsettled: outbox => outbox.unsettled(mumInTelegram),
  isOpen: outbox => outbox.isOpen(1),
}

for (const [name, ask] of Object.entries(questions)) {
  test(`${name} does not look through all jobs`, t => {
    using store = tempStore()
    const { database } = store
    const asked: { sql: string; values: unknown[] }[] = []
    for (const how of ['get', 'all'] as const) {
      const real = database[how].bind(database)
      t.mock.method(database, how, (sql: string, ...values: string[]) => {
        asked.push({ sql, values })
        return real(sql, ...values)
      })
    }
    ask(new Outbox(database))
    assert.ok(asked.length > 0)
    t.mock.restoreAll()
    for (const { sql, values } of asked) {
      const plan = database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...(values as string[]))
      const scans = plan.filter(({ detail }) =>
        /^SCAN (jobs|other)\b(?! USING (COVERING )?INDEX)/.test(detail),
      )
      assert.deepEqual(scans, [], sql)
    }
  })
}
