import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bob, changesTo, eve, openJoined, says, text } from './conversation.ts'

const statuses = () => [
  says('a', 'At the lake'),
  says('b', 'My boss is a fool', { from: eve, minute: 1 }),
  says('c', 'Cake', { minute: 2 }),
  says('d', 'Rain', { from: eve, minute: 3 }),
  says('e', 'Party', { minute: 4 }),
]
const longer = (words = '') =>
  changesTo('a', { kind: 'edit', content: text(`${'long '.repeat(840)}${words}`.trim()) })

test('a private answer to what an edit has pushed into a second message goes to whoever said that, and to nobody when that is not clear', async () => {
  await using bridge = await openJoined(statuses(), { statuses: true })
  await bridge.receive(longer())
  const [, second, ...more] = bridge.group.transcript()
  assert.deepEqual([second?.text?.split('\n').at(-1), more], ['Party', []])
  const id = String(second?.id)
  const answer = (words: string, quote?: string) =>
    bridge.byOwner(says(words, words, { replyTo: { id, ...(quote !== undefined && { quote }) } }))
  await bridge.receive(answer('I feel with you', 'My boss is a fool'), answer('Nice', 'Cake'), answer('Oh'))
  assert.deepEqual(
    bridge.middle.whatsapp.attempts.map(({ chat, replyTo }) => [chat, replyTo?.id]),
    [
      [eve, 'b'],
      [bob, 'c'],
    ],
  )
  const last = bridge.group.transcript().at(-1)
  assert.match(last?.text ?? '', /several people speak in that message/)
})
