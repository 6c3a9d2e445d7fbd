import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trustTestCa } from '../simulators/whatsapp/media-server.ts'
import { CASES } from '../whatsapp/cases/case.ts'
import { checkCalls } from './cases/check.ts'
import { elsewhere } from './cases/elsewhere.ts'
import { carryCase } from './cases/stage.ts'

trustTestCa()

const incoming = CASES.filter(({ direction }) => direction === 'wa2tg')

for (const each of incoming) {
  if (elsewhere(each.id) !== undefined) continue
  test(`Case ${each.id} in Telegram: ${each.what}`, async () => {
    checkCalls(each.expect, await carryCase(each))
  })
}

test('Of the cases that come in, as many are carried to Telegram as the README says', () => {
  const carried = incoming.filter(({ id }) => elsewhere(id) === undefined)
  assert.deepEqual([incoming.length, carried.length], [219, 185])
})
