import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Fault } from '../simulators/telegram/index.ts'
import { runs } from './runs.ts'
import { people, playTopics, type Step } from './topics-world.ts'

const to = fc.option(fc.nat({ max: 6 }))
const step = <const K extends Step['kind']>(kind: K) => ({ kind: fc.constant(kind) })

const anyStep = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  {
    arbitrary: fc.record({
      ...step('comes'),
      from: fc.constantFrom(...people),
      as: fc.constantFrom('text', 'file'),
      to,
    }),
    weight: 8,
  },
  { arbitrary: fc.record({ ...step('typed'), where: fc.constantFrom(...people, 'other'), to }), weight: 8 },
  {
    arbitrary: fc.record({
      ...step('done'),
      what: fc.constantFrom('reacts', 'pins', '/delete'),
      which: fc.nat({ max: 6 }),
    }),
    weight: 3,
  },
  { arbitrary: fc.record(step('topics')), weight: 3 },
  { arbitrary: fc.record(step('moves')), weight: 1 },
  { arbitrary: fc.record(step('restart')), weight: 1 },
  { arbitrary: fc.record(step('settles')), weight: 4 },
  { arbitrary: fc.record({ ...step('closes'), which: fc.constantFrom('mum', 'school') }), weight: 2 },
  { arbitrary: fc.record({ ...step('forbids'), what: fc.constantFrom('messages', 'documents') }), weight: 1 },
  { arbitrary: fc.record({ ...step('throws out'), from: fc.constantFrom('boss', 'dad') }), weight: 1 },
  {
    arbitrary: fc.record({
      ...step('fails'),
      method: fc.constantFrom('sendMessage', 'sendDocument', 'deleteMessage'),
      fault: fc.constantFrom<Fault[]>('reply-lost', 'reset-before', { error: 500 }),
    }),
    weight: 2,
  },
)

test('whatever becomes of groups and topics meanwhile, nothing stands twice or where it does not belong, and nobody gets what is not for them', async () => {
  const course = fc.array(anyStep, { minLength: 15, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(course, async steps => assert.deepEqual(await playTopics(steps), [])),
    runs(10),
  )
})
