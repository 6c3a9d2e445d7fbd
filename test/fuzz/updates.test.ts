import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Update } from 'grammy/types'
import { sortUpdates } from '../../src/telegram/updates/sort.ts'
import { anyNumber as anyProtoNumber, anyText } from './any-text.ts'
import { jobsIn, knowingStore, planted, recordingLog } from './knowing-store.ts'
import { least, runs } from './runs.ts'

/** JSON has no others. */
const anyNumber = anyProtoNumber.filter(Number.isFinite)

const file = fc.record({
  file_id: anyText,
  file_unique_id: anyText,
  file_size: anyNumber,
  mime_type: anyText,
  file_name: anyText,
  width: anyNumber,
  height: anyNumber,
  duration: anyNumber,
  length: anyNumber,
})
const user = fc.record({
  id: fc.constantFrom(7001, 7002),
  is_bot: fc.constant(false),
  first_name: anyText,
})
const chat = fc.record({
  id: fc.constantFrom(-1001234567890, 7001, 7002, -55),
  type: fc.constantFrom('private', 'group', 'supergroup', 'channel'),
  title: anyText,
  first_name: anyText,
})
const entity = fc.record({
  type: fc.oneof(
    fc.constantFrom('bold', 'pre', 'text_link', 'text_mention', 'blockquote', 'new_kind'),
    anyText,
  ),
  offset: anyNumber,
  length: anyNumber,
  url: anyText,
  user,
})
const point = fc.record({ latitude: anyNumber, longitude: anyNumber, horizontal_accuracy: anyNumber })
const poll = fc.record({
  id: anyText,
  question: anyText,
  options: fc.array(fc.record({ text: anyText }), { maxLength: 4 }),
  type: fc.constantFrom('regular', 'quiz'),
  allows_multiple_answers: fc.boolean(),
})

/** Every field that a message may have; which ones are there is drawn. */
const fields = {
  text: fc.oneof(anyText, fc.constant(planted)),
  caption: anyText,
  entities: fc.array(entity, { maxLength: 4 }),
  caption_entities: fc.array(entity, { maxLength: 4 }),
  message_thread_id: anyNumber,
  is_topic_message: fc.boolean(),
  photo: fc.array(file, { maxLength: 3 }),
  video: file,
  animation: file,
  voice: file,
  audio: file,
  document: file,
  video_note: file,
  sticker: file,
  location: point,
  venue: fc.record({ location: point, title: anyText, address: anyText }),
  contact: fc.record({ phone_number: anyText, first_name: anyText, vcard: anyText }),
  dice: fc.record({ emoji: anyText, value: anyNumber }),
  poll,
  game: fc.record({ title: anyText }),
  story: fc.constant({}),
  media_group_id: anyText,
  forward_origin: fc.constant({ type: 'hidden_user' }),
  sender_chat: chat,
  quote: fc.record({ text: anyText, is_manual: fc.boolean(), position: anyNumber }),
  new_chat_members: fc.array(user, { maxLength: 2 }),
  edit_date: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
}

const anyMessage = fc.subarray(Object.keys(fields), { maxLength: 6 }).chain(names =>
  fc.record({
    message_id: fc.oneof(fc.constant(1), fc.nat()),
    date: fc.oneof(fc.integer({ min: 0, max: 2 ** 31 - 1 }), anyNumber),
    chat,
    from: user,
    ...Object.fromEntries(names.map(name => [name, fields[name as keyof typeof fields]])),
  }),
)

const anyReaction = fc.record({
  chat,
  user,
  message_id: fc.oneof(fc.constant(1), fc.nat()),
  date: fc.oneof(fc.integer({ min: 0, max: 2 ** 31 - 1 }), anyNumber),
  old_reaction: fc.array(fc.record({ type: anyText, emoji: anyText }), { maxLength: 2 }),
  new_reaction: fc.array(
    fc.record({ type: fc.constantFrom('emoji', 'custom_emoji', 'paid'), emoji: anyText }),
    {
      maxLength: 2,
    },
  ),
})

const anyUpdate = fc
  .oneof(
    anyMessage.map(message => ({ message })),
    fc
      .tuple(anyMessage, anyMessage)
      .map(([message, to]) => ({ message: { ...message, reply_to_message: to } })),
    anyMessage.map(edited_message => ({ edited_message })),
    anyReaction.map(message_reaction => ({ message_reaction })),
    fc
      .record({ id: anyText, from: user, message: anyMessage, data: anyText })
      .map(callback_query => ({ callback_query })),
    fc
      .record(
        {
          chat,
          from: user,
          date: fc.nat(),
          new_chat_member: fc.record({
            status: fc.constantFrom('kicked', 'left', 'member', 'of the future'),
          }),
        },
        { requiredKeys: ['chat', 'from'] },
      )
      .map(my_chat_member => ({ my_chat_member })),
  )
  .map(update => ({ update_id: 1, ...update }))

test('whatever update comes from Telegram is sorted, and what it makes is stored', async context => {
  const log = await recordingLog('info')
  using store = knowingStore('', log.logger)
  let events = 0
  let jobs = 0
  const terms = {
    bot: { id: 8001, username: 'wa_bot' },
    owners: [7001],
    logger: log.logger,
    version: () => undefined,
    chatsWith: () => ['telegram:-1001234567890'],
    customEmoji: new Map(),
    deletionReaction: '🙈',
    now: 1_790_000_000_000,
  }
  fc.assert(
    fc.property(fc.array(anyUpdate, { minLength: 1, maxLength: 3 }), updates => {
      const sorted = sortUpdates(
        updates as unknown as Update[],
        terms as unknown as Parameters<typeof sortUpdates>[1],
      )
      for (const { event } of sorted.arrivals) {
        assert.equal(event.sender.me, true)
        // What is only refused, with an answer, may be anybody's: a placeholder never goes to WhatsApp.
        const isRefused = event.kind === 'message' && event.content.kind === 'placeholder'
        assert.ok(event.sender.person !== 'telegram:7002' || isRefused, 'a stranger spoke through the bridge')
        events += 1
      }
      for (const { at } of sorted.shutOut) assert.ok(Number.isSafeInteger(at))
      store.attempt(() => {
        store.inbox.telegram.receive(sorted.arrivals)
        for (const chat of sorted.chats) store.inbox.telegram.learn(chat)
        for (const stranger of sorted.overheard) store.inbox.telegram.overheard(stranger)
        jobs += jobsIn(store).length
      })
    }),
    runs(1000),
  )
  context.diagnostic(`${events} events and ${jobs} jobs came of updates`)
  assert.ok(events >= least(201), `only ${events} updates became events`)
  assert.ok(jobs >= least(201), `only ${jobs} of them became jobs`)
})
