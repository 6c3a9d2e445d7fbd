import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import { Outbox } from '../../src/outbox/index.ts'
import { findSending } from '../../src/outbox/sending.ts'
import { tempStore } from '../store/temp-store.ts'

type Value = string | number | null

test('what is on its way to WhatsApp is found without a look at all jobs, and towards Telegram there is none', () => {
  using store = tempStore()
  const { database } = store
  const outbox = new Outbox(database)
  const add = (target: ChatRef, messageId: string): number =>
    outbox.add({ lane: 'telegram:1', target, source: 7, messageId, event: messageId }, 1)
  add('whatsapp:1@lid', 'A')
  const atWork = add('whatsapp:2@lid', 'B')
  add('telegram:1', 'C')
  outbox.claim(atWork, undefined)

  const [get, all] = [database.get.bind(database), database.all.bind(database)]
  const steps: string[] = []
  const watch = (sql: string, values: Value[]): void => {
    const plan = all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values)
    steps.push(...plan.map(({ detail }) => detail))
  }
  database.get = (sql, ...values) => {
    watch(sql, values)
    return get(sql, ...values)
  }
  database.all = (sql, ...values) => {
    watch(sql, values)
    return all(sql, ...values)
  }
  const find = (target: ChatRef, id: string) =>
    findSending(database, { target, id, isPart: (part, of) => part === `${of}2` })?.event
  assert.deepEqual(
    [
      find('whatsapp:1@lid', 'A'),
      find('whatsapp:1@lid', 'A2'),
      find('whatsapp:2@lid', 'B2'),
      find('whatsapp:2@lid', 'A'),
    ],
    ['A', undefined, 'B', undefined],
  )
  assert.equal(steps.length, 7)
  assert.deepEqual(
    steps.filter(step => !step.startsWith('SEARCH jobs USING INDEX jobs_to_whatsapp (target=?')),
    [],
  )
  assert.equal(find('telegram:1', 'C'), undefined)
  assert.equal(steps.length, 7)
})
