import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Fault } from '../simulators/telegram/index.ts'
import { people, places, playRemapped, type Step } from './remapped-world.ts'
import { runs } from './runs.ts'

const step = <const K extends Step['kind']>(kind: K) => ({ kind: fc.constant(kind) })
const which = fc.nat({ max: 5 })

const anyStep = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  {
    arbitrary: fc.record({
      ...step('maps'),
      who: fc.constantFrom(...people),
      to: fc.constantFrom(null, ...places),
    }),
    weight: 3,
  },
  { arbitrary: fc.record(step('swaps')), weight: 3 },
  { arbitrary: fc.record({ ...step('comes'), from: fc.constantFrom(...people) }), weight: 5 },
  {
    arbitrary: fc.record({
      ...step('typed'),
      where: fc.nat({ max: 7 }),
      as: fc.constantFrom('text', 'photo'),
      to: fc.oneof(which, which, fc.constant(null)),
    }),
    weight: 9,
  },
  {
    arbitrary: fc.record({
      ...step('done'),
      what: fc.constantFrom('edits', 'replaces', 'reacts', '/delete'),
      which,
    }),
    weight: 8,
  },
  { arbitrary: fc.record(step('restart')), weight: 1 },
  { arbitrary: fc.record(step('delay')), weight: 1 },
  { arbitrary: fc.record(step('pause')), weight: 4 },
  { arbitrary: fc.record(step('settles')), weight: 6 },
  {
    arbitrary: fc.record({
      ...step('fails'),
      method: fc.constantFrom('sendMessage', 'deleteMessage', 'editMessageReplyMarkup'),
      fault: fc.constantFrom<Fault[]>('reply-lost', 'reset-before', { error: 500 }),
    }),
    weight: 2,
  },
)

test('whoever is mapped where meanwhile, what is written in Telegram goes to whom it is for, once, or to nobody with a word', async () => {
  const course = fc.array(anyStep, { minLength: 20, maxLength: 50, size: 'max' })
  await fc.assert(
    fc.asyncProperty(course, async steps => assert.deepEqual(await playRemapped(steps), [])),
    runs(50),
  )
})
