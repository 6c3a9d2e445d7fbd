import fc from 'fast-check'
import { anyNumber as anyProtoNumber, anyText } from './any-text.ts'
import { planted } from './knowing-store.ts'

/** JSON has no others. */
const anyNumber = anyProtoNumber.filter(Number.isFinite)

/** What people type; in some of it are words that no line of the log may hold. */
export const anyWords = fc.oneof(
  { arbitrary: anyText, weight: 3 },
  { arbitrary: fc.constant(planted), weight: 1 },
)

const file = fc.record({
  file_id: anyText,
  file_unique_id: anyText,
  file_size: anyNumber,
  mime_type: anyText,
  file_name: anyWords,
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
  question: anyWords,
  options: fc.array(fc.record({ text: anyWords }), { maxLength: 4 }),
  type: fc.constantFrom('regular', 'quiz'),
  allows_multiple_answers: fc.boolean(),
})

export const anyEntities = fc.array(entity, { maxLength: 4 })

/** What a message may carry. */
export const contents = {
  text: anyWords,
  photo: fc.array(file, { maxLength: 3 }),
  video: file,
  animation: file,
  voice: file,
  audio: file,
  document: file,
  video_note: file,
  sticker: file,
  location: point,
  venue: fc.record({ location: point, title: anyWords, address: anyWords }),
  contact: fc.record({ phone_number: anyWords, first_name: anyWords, vcard: anyWords }),
  dice: fc.record({ emoji: anyText, value: anyNumber }),
  poll,
  game: fc.record({ title: anyWords }),
}

/** Every field that a message may have; which ones are there is drawn. */
const fields = {
  ...contents,
  caption: anyWords,
  entities: anyEntities,
  caption_entities: anyEntities,
  message_thread_id: anyNumber,
  is_topic_message: fc.boolean(),
  story: fc.constant({}),
  media_group_id: anyText,
  forward_origin: fc.constant({ type: 'hidden_user' }),
  sender_chat: chat,
  quote: fc.record({ text: anyWords, is_manual: fc.boolean(), position: anyNumber }),
  new_chat_members: fc.array(user, { maxLength: 2 }),
  edit_date: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
}

export const anyMessage = fc.subarray(Object.keys(fields), { maxLength: 6 }).chain(names =>
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

export const anyUpdate = fc
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
