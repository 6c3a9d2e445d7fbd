import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Deed, openMovedChat, type What } from './moved-chat.ts'
import { runs } from './runs.ts'

const which = fc.nat({ max: 5 })
const as = fc.constantFrom('text', 'photo')
const lost = fc.boolean()
const what = <const K extends What['kind']>(kind: K) => fc.record({ kind: fc.constant(kind), which })

const anyWhat = fc.oneof<fc.WeightedArbitrary<What>[]>(
  { arbitrary: fc.record({ kind: fc.constant('says'), as, lost }), weight: 4 },
  {
    arbitrary: fc.record({
      kind: fc.constant('album'),
      lost: fc.array(lost, { minLength: 2, maxLength: 4 }),
      moves: fc.option(which, { nil: undefined }),
    }),
    weight: 1,
  },
  { arbitrary: fc.record({ kind: fc.constant('waits'), as }), weight: 3 },
  { arbitrary: what('comes'), weight: 3 },
  { arbitrary: what('comes late'), weight: 2 },
  { arbitrary: what('edit'), weight: 3 },
  { arbitrary: what('deletion'), weight: 2 },
  { arbitrary: what('moves'), weight: 5 },
)
const anyDeed: fc.Arbitrary<Deed> = fc.record({
  what: fc.array(anyWhat, { minLength: 1, maxLength: 3 }),
  when: fc.constantFrom('at once', 'at once', 'carried', 'before its attempt', 'behind its attempt'),
})
/** What goes as one message, and is changed when the chat is mapped elsewhere while that is under way. */
const anyJoined: fc.Arbitrary<Deed[]> = fc.tuple(
  fc.constant<Deed>({ what: [{ kind: 'crowd', count: 5 }], when: 'carried' }),
  fc.record({
    what: fc.tuple(what('moves'), fc.oneof(what('deletion'), what('edit'))),
    when: fc.constant('before its attempt' as const),
  }),
)
const anyCourse = fc
  .array(fc.oneof({ arbitrary: fc.tuple(anyDeed), weight: 8 }, { arbitrary: anyJoined, weight: 1 }), {
    minLength: 10,
    maxLength: 20,
  })
  .map(parts => parts.flat())

test('wherever a chat is mapped meanwhile, what is said stands once, as it is, where it was mapped when that came', async () => {
  const stands = async (isNarrow: boolean, course: readonly Deed[]): Promise<void> => {
    await using world = await openMovedChat(isNarrow)
    for (const deed of course) await world.perform(deed)
    const { wanted, found, failed } = await world.ends()
    assert.deepEqual(found, wanted)
    assert.equal(failed, 0)
  }
  await fc.assert(fc.asyncProperty(fc.boolean(), anyCourse, stands), runs(16))
})
