import '../simulators/whatsapp/quiet.ts'
import { after, before, test } from 'node:test'
import { trustTestCa } from '../simulators/whatsapp/media-server.ts'
import { checkKeys, checkReasons, reasonOf } from './cases/elsewhere.ts'
import { OUTGOING } from './outgoing/case.ts'
import { ELSEWHERE } from './outgoing/elsewhere.ts'
import { checkPlayed, KNOWN } from './outgoing/look.ts'
import { Stage } from './outgoing/stage.ts'

let stage: Stage

before(async () => {
  trustTestCa()
  stage = await Stage.open()
})

after(() => stage[Symbol.asyncDispose]())

for (const each of OUTGOING) {
  if (reasonOf(ELSEWHERE, each.id) !== undefined) continue
  test(`Case ${each.id} in WhatsApp: ${each.what}`, async () => {
    checkPlayed(each.expect, await stage.play(each))
  })
}

test('Nothing that a case that goes out expects is left unread, and one is left out for a reason that names a test', () => {
  checkKeys(KNOWN, OUTGOING, ELSEWHERE)
  checkReasons(ELSEWHERE, OUTGOING)
})
