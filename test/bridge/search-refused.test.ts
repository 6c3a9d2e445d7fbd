import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leapingClock } from '../outbox/leaping-clock.ts'
import { says } from './conversation.ts'
import { carried, openGroup, receive } from './family.ts'

const minute = 60_000

test('where Telegram asks to wait at each sixth question, one look says that a message in doubt is not there, and asks nothing meanwhile', async () => {
  await using group = await openGroup()
  const { tg, seen } = group
  const clock = leapingClock()
  await using middle = group.open({ clock, now: clock.now })
  await middle.start()
  await receive(middle, says('a', 'before'))
  const refusal = { error: 429, description: 'Too Many Requests: retry after 20', retryAfter: 20 }
  const times: number[] = []
  const when = (): boolean => times.push(clock.now()) % 6 === 0
  tg.faults.next('sendMessage', 'reset-before')
  tg.faults.next('editMessageReplyMarkup', refusal, { times: 1_000_000, when })
  const from = clock.now()
  middle.inbox.receive([{ event: says('b', 'in doubt') }, { event: says('c', 'behind it') }])
  await carried(middle)
  assert.deepEqual(seen(), ['Bob\nbefore', 'Bob\nin doubt', 'Bob\nbehind it'])
  assert.ok(clock.now() - from < 3 * minute, `${(clock.now() - from) / minute} minutes`)
  // Thirty that are empty, one more for one that was not seen before, and those that were refused.
  assert.equal(times.length, 31 + 6)
  const pauses = times.map((time, index) => time - (times[index - 1] ?? 0))
  for (let nth = 6; nth < times.length; nth += 6) assert.ok((pauses[nth] ?? 0) >= 20_000, `${pauses[nth]} ms`)
  tg.assertNoSurprises()
})
