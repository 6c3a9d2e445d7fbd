import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { trustTestCa } from '../simulators/whatsapp/media-server.ts'
import { OUTGOING } from './outgoing/case.ts'
import { checkPlayed } from './outgoing/look.ts'
import { Stage } from './outgoing/stage.ts'

/** Cases that are not played here, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'tg-sticker-webm': 'there is no ffmpeg: tg-sticker-webm-notool',
  'tg-download-fail': 'a file that Telegram does not give away: test/telegram/media.test.ts',
}

let stage: Stage

before(async () => {
  trustTestCa()
  stage = await Stage.open()
})

after(() => stage[Symbol.asyncDispose]())

for (const each of OUTGOING) {
  if (ELSEWHERE[each.id] !== undefined) continue
  test(`Case ${each.id} in WhatsApp: ${each.what}`, async () => {
    checkPlayed(each.expect, await stage.play(each))
  })
}

test('Of the cases that go out, as many are played as the README says', () => {
  const played = OUTGOING.filter(({ id }) => ELSEWHERE[id] === undefined)
  assert.deepEqual([OUTGOING.length, played.length], [74, 72])
})
