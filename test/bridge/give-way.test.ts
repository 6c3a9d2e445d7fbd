import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { reject } from '../../src/bridge/verdict.ts'
import type { BotRights } from '../simulators/telegram/types.ts'
import { type bob, changesTo, eve, says } from './conversation.ts'
import { carried, openGroup, receive } from './family.ts'

const pending: MessageEvent = says('X', '', {
  content: { kind: 'placeholder', label: 'Waiting for this message' },
  pending: true,
  silent: true,
})
const reacts = (id: string, emoji: string, from: typeof bob | typeof eve = eve) =>
  changesTo(id, { kind: 'reaction', emoji }, { from })
const pins = changesTo('X', { kind: 'pin', pinned: true, seconds: 86_400 }, { from: eve, minute: 0 })
const first = says('a', 'Good morning')
/** Nothing that is edited becomes an answer: it is sent anew. */
const answer = says('X', 'And to you', { replyTo: { id: 'a' } })

const open = async (rights: BotRights = {}) => {
  const world = await openGroup(rights)
  return {
    ...world,
    /** What stands there: its words, the bot's reaction, the words that it answers. */
    shown: () => {
      const all = world.group.transcript()
      return all.map(({ text, reactions, replyTo }) => [
        text,
        reactions.map(({ emoji }) => emoji).join(),
        all.find(({ id }) => id === replyTo)?.text,
      ])
    },
  }
}

test('a reaction to what held the place of an answer stands on the answer', async () => {
  await using world = await open()
  await using middle = world.open()
  await middle.start()
  await receive(middle, first, pending, reacts('X', '👍'), answer)
  assert.deepEqual(world.shown(), [
    ['Bob\nGood morning', '', undefined],
    ['Bob\nAnd to you', '👍', 'Bob\nGood morning'],
  ])
})

test('a note of reactions goes with what held the place, and stands under the answer, as later ones do', async () => {
  await using world = await open()
  await using middle = world.open()
  await middle.start()
  await receive(middle, first, pending, reacts('X', '🦓'), answer)
  const above = ['Bob\nGood morning', '', undefined]
  const there = ['Bob\nAnd to you', '', 'Bob\nGood morning']
  assert.deepEqual(world.shown(), [above, there, ['🦓 Eve', '', 'Bob\nAnd to you']])
  await receive(middle, reacts('X', '🦒'))
  assert.deepEqual(world.shown(), [above, there, ['🦒 Eve', '', 'Bob\nAnd to you']])
})

test('one to the words in place of a voice message stands on it once it has come', async () => {
  await using world = await open()
  await using middle = world.open()
  await middle.start()
  const opus = Buffer.concat([
    Buffer.from('OggS'),
    Buffer.alloc(24),
    Buffer.from('OpusHead'),
    Buffer.alloc(99),
  ])
  const voice = says('V', '', {
    content: {
      kind: 'media',
      as: 'voice',
      media: { source: 'V', mimeType: 'audio/ogg' },
      caption: plainText(''),
    },
  })
  middle.whatsapp.openError = reject('gone')
  await receive(middle, voice, reacts('V', '👍'))
  middle.whatsapp.openError = undefined
  middle.whatsapp.files = () => Readable.from([opus])
  await receive(middle, { ...voice, late: true, silent: true })
  const shown = world.group.transcript().map(({ kind, reactions }) => [kind, reactions.length])
  assert.deepEqual(shown, [['voice', 1]])
})

test('what was pinned is pinned anew', async () => {
  await using world = await open({ can_pin_messages: true })
  await using middle = world.open()
  await middle.start()
  await receive(middle, first, pending, { ...pins, sentAt: Date.now() }, answer)
  const there = world.group.transcript().find(({ text }) => text === 'Bob\nAnd to you')
  assert.equal(world.group.state.pinned.at(-1), there?.id)
})

test('where the answer is lost of what took the place away, and the bridge is killed behind it, the reaction comes once', async () => {
  await using world = await open()
  const isDone = Promise.withResolvers<void>()
  {
    await using before = world.open({
      watch: carrier => ({
        ...carrier,
        async deliver(job, ...more) {
          const outcome = await carrier.deliver(job, ...more)
          if (!job.event.includes('And to you') || outcome.kind !== 'sent') return outcome
          isDone.resolve()
          return await new Promise(() => undefined)
        },
      }),
    })
    await before.start()
    await receive(before, first, pending, reacts('X', '👍'))
    world.tg.faults.next('deleteMessage', 'reply-lost')
    before.inbox.receive([{ event: answer }])
    await isDone.promise
  }
  await using middle = world.open()
  await middle.start()
  await carried(middle)
  assert.deepEqual(world.shown().at(-1), ['Bob\nAnd to you', '👍', 'Bob\nGood morning'])
  assert.equal(world.tg.callsOf('setMessageReaction').length, 2)
})
