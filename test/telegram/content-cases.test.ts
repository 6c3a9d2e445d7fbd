import { test } from 'node:test'
import { trustTestCa } from '../simulators/whatsapp/media-server.ts'
import { CASES } from '../whatsapp/cases/case.ts'
import { checkKeys, checkReasons, reasonOf } from '../whatsapp/cases/elsewhere.ts'
import { KNOWN } from './cases/around.ts'
import { checkCase } from './cases/check.ts'
import { ELSEWHERE } from './cases/elsewhere.ts'
import { carryCase } from './cases/stage.ts'

trustTestCa()

const incoming = CASES.filter(({ direction }) => direction === 'wa2tg')
const carried = incoming.filter(({ id }) => reasonOf(ELSEWHERE, id) === undefined)

for (const each of carried) {
  test(`Case ${each.id} in Telegram: ${each.what}`, () => carryCase(each, checkCase))
}

test('Nothing that a case expects is left unread, and a case is left out for a reason that names a test', () => {
  checkKeys(KNOWN, incoming, ELSEWHERE)
  checkReasons(ELSEWHERE, incoming)
})
