import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { changesTo, eve, openJoined, says, text } from './conversation.ts'

const texts = () => [
  says('a', 'Good morning'),
  says('b', 'my secret'),
  says('c', 'Hi', { from: eve }),
  says('d', 'Fine', { from: eve }),
]
const reacts = (id: string) => changesTo(id, { kind: 'reaction', emoji: '👍' }, { from: eve })
const pins = changesTo('b', { kind: 'pin', pinned: true }, { from: eve })

const open = async (deletions: 'delete' | 'strike' | 'keep' = 'delete') => {
  const world = await openJoined(texts(), { deletions })
  await world.receive(reacts('a'), reacts('b'), pins)
  return {
    ...world,
    /** What the notes of the bridge say, and which words they quote. */
    notes: () =>
      world.group.messages.slice(1).map(({ message_id, quote }) => {
        const shown = world.group.transcript().find(({ id }) => id === message_id)
        return [shown?.text, quote?.text]
      }),
  }
}
const first = ['👍 Eve', 'Good morning']
const all = [first, ['👍 Eve', 'my secret'], ['📌 Eve pinned this', 'my secret']]

describe('words of one text of several in a message are quoted in notes for as long as they stand there themselves', () => {
  for (const by of ['author', 'admin', 'time'] as const)
    test(`deleted by: ${by}`, async () => {
      await using world = await open()
      assert.deepEqual(world.notes(), all)
      await world.receive(changesTo('b', { kind: 'deletion', by }))
      assert.deepEqual(world.notes(), [first])
      assert.ok(world.group.transcript().every(({ text: words }) => !words?.includes('my secret')))
      assert.equal(world.middle.outbox.counts().failed, 0)
    })

  test('edited', async () => {
    await using world = await open()
    await world.receive(changesTo('b', { kind: 'edit', content: text('no secret') }))
    assert.deepEqual(world.notes(), all)
  })

  for (const deletions of ['strike', 'keep'] as const)
    test(`deleted where the config says "${deletions}", and vanished`, async () => {
      await using world = await open(deletions)
      await world.receive(changesTo('b', { kind: 'deletion', by: 'author' }))
      assert.deepEqual(world.notes(), all)
      await world.receive(changesTo('a', { kind: 'deletion', by: 'time' }))
      assert.deepEqual(world.notes(), all.slice(1))
    })
})
