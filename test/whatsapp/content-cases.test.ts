import { test } from 'node:test'
import { CASES } from './cases/case.ts'
import { checkReasons, NOT_PARSED, reasonOf } from './cases/elsewhere.ts'
import { check } from './cases/look.ts'
import { play } from './cases/world.ts'

const incoming = CASES.filter(({ direction }) => direction === 'wa2tg')
const played = incoming.filter(({ id }) => reasonOf(NOT_PARSED, id) === undefined)

for (const each of played) {
  test(`Case ${each.id}: ${each.what}`, () => {
    using it = play(each)
    check(each.expect, it.outcomes, it.store)
  })
}

test('A case is left out for a reason that names a test', () => {
  checkReasons(NOT_PARSED, incoming)
})
