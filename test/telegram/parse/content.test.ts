import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from 'grammy/types'
import type { Content } from '../../../src/bridge/event.ts'
import { FIELDS } from '../../../src/telegram/parse/fields.ts'
import { parseMessage } from '../../../src/telegram/parse.ts'

const bot = { id: 8001 }
const chat = { id: -1001234567890, type: 'supergroup', title: 'WhatsApp', is_forum: true } as const
const olga = { id: 7001, is_bot: false, first_name: 'Olga' }
const place = { message_thread_id: 11, is_topic_message: true, chat } as const

const messageOf = (fields: object): Message =>
  ({ message_id: 5, date: 1_790_000_000, from: olga, ...place, ...fields }) as unknown as Message

const eventOf = (fields: object, options: { spoilersOnce?: boolean } = {}) => {
  return parseMessage(messageOf(fields), { bot, ...options })?.event
}

const text = (body: string): Content => ({ kind: 'text', body: { text: body, spans: [] } })

const option = (label: string) => ({ text: label, voter_count: 0, persistent_id: label })
const poll = (more: object) => ({
  id: 'P',
  question: 'Lunch?',
  options: ['Pizza', 'Sushi'].map(option),
  type: 'regular',
  allows_multiple_answers: false,
  ...more,
})

const contents: readonly (readonly [what: string, fields: object, content: Content])[] = [
  [
    'a poll',
    { poll: poll({}) },
    { kind: 'poll', question: 'Lunch?', options: ['Pizza', 'Sushi'], choices: 1 },
  ],
  [
    'a poll with many answers and an end',
    { poll: poll({ allows_multiple_answers: true, close_date: 1_790_000_600, description: 'On me' }) },
    {
      kind: 'poll',
      question: 'Lunch?\n\nOn me',
      options: ['Pizza', 'Sushi'],
      choices: 0,
      endsAt: 1_790_000_600_000,
    },
  ],
  [
    'a quiz, without its answer',
    { poll: poll({ type: 'quiz', correct_option_ids: [1], explanation: 'Fish' }) },
    { kind: 'poll', question: 'Lunch?', options: ['Pizza', 'Sushi'], choices: 1, quiz: true },
  ],
  [
    'a poll whose options are the same',
    { poll: poll({ options: ['A', 'A', 'A (2)', 'A'].map(option) }) },
    { kind: 'poll', question: 'Lunch?', options: ['A', 'A (3)', 'A (2)', 'A (4)'], choices: 1 },
  ],
  ['a die', { dice: { emoji: '🎲', value: 4 } }, text('🎲 4')],
  ['a game', { game: { title: 'Corsairs', description: 'Sail', photo: [] } }, text('🎮 Corsairs\nSail')],
  [
    'a checklist',
    {
      checklist: {
        title: 'Buy',
        tasks: [
          { id: 1, text: 'Milk', completion_date: 1_790_000_000 },
          { id: 2, text: 'Bread' },
        ],
      },
    },
    text('Buy\n☑ Milk\n☐ Bread'),
  ],
  [
    'a rich message',
    {
      rich_message: {
        blocks: [
          { type: 'heading', size: 1, text: 'Menu' },
          { type: 'paragraph', text: ['Today ', { type: 'bold', text: ['soup', ' and ', 'bread'] }, '.'] },
          { type: 'divider' },
          {
            type: 'list',
            items: [
              { label: '1.', blocks: [{ type: 'paragraph', text: 'Pea' }] },
              { label: '2.', blocks: [{ type: 'paragraph', text: 'Leek' }] },
            ],
          },
          {
            type: 'table',
            cells: [
              [
                { text: 'Pea', align: 'left', valign: 'top' },
                { text: '3 €', align: 'left', valign: 'top' },
              ],
              [
                { text: 'Leek', align: 'left', valign: 'top' },
                { text: '4 €', align: 'left', valign: 'top' },
              ],
            ],
          },
          { type: 'photo', photo: [], caption: { text: 'The cook', credit: 'Ann' } },
        ],
      },
    },
    text(
      'Menu\n\nToday soup and bread.\n\n———\n\n1. Pea\n2. Leek\n\nPea | 3 €\nLeek | 4 €\n\n[Photo]\nThe cook\nAnn',
    ),
  ],
  [
    'a rich message with files and a place among its words',
    {
      rich_message: {
        blocks: [
          { type: 'paragraph', text: 'look at this:' },
          {
            type: 'collage',
            blocks: [
              { type: 'photo', photo: [] },
              { type: 'video', video: {} },
            ],
          },
          { type: 'voice_note', voice_note: {} },
          { type: 'map', location: { latitude: 52.5, longitude: 13.4 }, zoom: 13, caption: { text: 'Here' } },
          { type: 'map', location: { latitude: 91, longitude: 13.4 }, zoom: 13 },
          { type: 'paragraph', text: 'and tell me' },
        ],
      },
    },
    text(
      'look at this:\n\n[Photo]\n[Video]\n\n[Voice message]\n\n📍 https://maps.google.com/?q=52.5,13.4\nHere\n\nand tell me',
    ),
  ],
  [
    'a position that moves',
    { location: { latitude: 52.5, longitude: 13.4, live_period: 900, heading: 90 } },
    { kind: 'location', latitude: 52.5, longitude: 13.4, live: 900, heading: 90 },
  ],
  [
    'a place that is on no map',
    { location: { latitude: -91, longitude: 13.4, horizontal_accuracy: 5 } },
    text('📍\n-91, 13.4'),
  ],
  [
    'a venue at a place that is none',
    { venue: { location: { latitude: 1, longitude: 1e300 }, title: 'Gate', address: 'Platz 1' } },
    text('📍\n1, 1e+300\nGate\nPlatz 1'),
  ],
  ['a place without numbers', { location: { latitude: Number.NaN, longitude: null } }, text('📍\nNaN, null')],
  [
    'an accuracy that is none',
    { location: { latitude: 1, longitude: 2, horizontal_accuracy: 1e300 } },
    { kind: 'location', latitude: 1, longitude: 2 },
  ],
]

for (const [what, fields, content] of contents) {
  test(`${what} is read`, () => assert.deepEqual(eventOf(fields)?.content, content))
}

const refused: readonly (readonly [what: string, fields: object, why: RegExp])[] = [
  ['a story', { story: { id: 1, chat } }, /stories/],
  ['paid media', { paid_media: { star_count: 1, paid_media: [] } }, /paid media/],
  ['a giveaway', { giveaway: { chats: [], winner_count: 1 } }, /nothing like it/],
  ['an invoice', { invoice: { title: 'T', currency: 'EUR', total_amount: 145 } }, /nothing like it/],
  ['a gift', { unique_gift: {} }, /nothing like it/],
  [
    'a rich message of files alone',
    { rich_message: { blocks: [{ type: 'photo', photo: [] }] } },
    /nothing in it/,
  ],
  ['what is newer than the program', { hologram: {} }, /newer/],
]

for (const [what, fields, why] of refused) {
  test(`for ${what} there is a reason why it does not cross`, () => {
    const content = eventOf(fields)?.content
    assert.ok(content?.kind === 'placeholder')
    assert.match(content.why ?? '', why)
  })
}

test('every field of a message that is refused says why, and none that only notifies is answered', () => {
  for (const [field, decision] of Object.entries(FIELDS)) {
    if (decision.is !== 'service' && decision.is !== 'refused') continue
    const content = eventOf({ [field]: {} })?.content
    if (decision.is === 'service') assert.equal(content, undefined, field)
    else assert.deepEqual(content, { kind: 'placeholder', label: decision.label, why: decision.why }, field)
  }
})

test('service messages are nobody’s words', () => {
  for (const fields of [
    { new_chat_title: 'T' },
    { new_chat_members: [olga] },
    { forum_topic_edited: { name: 'Y' } },
    { checklist_tasks_done: {} },
    { poll_option_added: {} },
    { video_chat_started: {} },
    { message_auto_delete_timer_changed: { message_auto_delete_time: 1 } },
  ])
    assert.equal(eventOf(fields), undefined, JSON.stringify(fields))
})

const photo = [{ file_id: 'F', file_unique_id: 'U', width: 10, height: 10 }]

test('photos and films of one group name their album; documents of one do not', () => {
  assert.deepEqual(eventOf({ photo, media_group_id: '12' })?.album, { id: 'album.12' })
  const document = { file_id: 'F', file_unique_id: 'U' }
  assert.equal(eventOf({ document, media_group_id: '12' })?.album, undefined)
  assert.equal(eventOf({ photo })?.album, undefined)
})

test('of a live photo the photo goes', () => {
  const live = { photo, file_id: 'V', file_unique_id: 'W', width: 10, height: 10, duration: 3 }
  const content = eventOf({ live_photo: live })?.content
  assert.equal(content?.kind === 'media' && content.as, 'image')
})

test('what is under a spoiler is to be seen once only where that is wanted', () => {
  const once = (options: object) => {
    const content = eventOf({ photo, has_media_spoiler: true }, options)?.content
    return content?.kind === 'media' && content.media.viewOnce
  }
  assert.equal(once({}), undefined)
  assert.equal(once({ spoilersOnce: true }), true)
})

test('a forwarded message is marked as one', () => {
  const origin = { type: 'hidden_user', date: 1, sender_user_name: 'Bob' }
  assert.equal(eventOf({ text: 'news', forward_origin: origin })?.forwarded, true)
})

test('an answer to another chat quotes it in words, and never by an id that means something else here', () => {
  const origin = { type: 'user', date: 1, sender_user: olga }
  const outside = { origin, chat, message_id: 520 }
  const said = (fields: object) => {
    const event = eventOf(fields)
    assert.equal(event?.replyTo, undefined)
    return event?.content
  }
  assert.deepEqual(said({ text: 'so', external_reply: outside, quote: { text: 'when?', position: 0 } }), {
    kind: 'text',
    body: { text: 'when?\nso', spans: [{ start: 0, length: 5, style: 'quote' }] },
  })
  assert.deepEqual(said({ text: 'nice', external_reply: { ...outside, photo } }), {
    kind: 'text',
    body: { text: 'Photo\nnice', spans: [{ start: 0, length: 5, style: 'quote' }] },
  })
  assert.deepEqual(said({ text: 'plain', external_reply: outside }), text('plain'))
  const answer = said({ photo, reply_to_story: { id: 1, chat } })
  assert.deepEqual(answer?.kind === 'media' && answer.caption, {
    text: 'Story',
    spans: [{ start: 0, length: 5, style: 'quote' }],
  })
})

test('in a topic the message that opened it is not answered; in a group without topics the first one may be', () => {
  const answers = { text: 'so', reply_to_message: { message_id: 11, date: 1, chat, text: 'first' } }
  assert.equal(eventOf(answers)?.replyTo, undefined)
  assert.equal(eventOf({ ...answers, is_topic_message: undefined })?.replyTo?.id, '11')
})
