import { files, samples } from '../../../test/simulators/samples.ts'
import type { Attachment, OutgoingMessage } from '../../../test/simulators/telegram/index.ts'
import type { Chat, Kind } from './chat.ts'
import { vote } from './sealed.ts'

/** Something that the owner writes in Telegram, and how it looks on a phone with WhatsApp. */
const kind = (name: string, sent: string, message: OutgoingMessage, ...whatsapp: RegExp[]): Kind => ({
  name,
  sent,
  make: chat => chat.writes(message),
  whatsapp,
})

const point = { latitude: 52.5, longitude: 13.4 }
const gate = { location: point, title: 'Gate', address: 'Platz 1' }
const option = (text: string) => ({ text, voter_count: 0, persistent_id: text })
const poll = {
  id: '1',
  question: 'Tea or coffee?',
  options: [option('Tea'), option('Coffee')],
  type: 'regular',
  allows_multiple_answers: false,
}

const voteOnPhone = (chat: Chat, choice: string): Promise<string> => {
  const asked = chat.lines.find(({ message }) => message.pollCreationMessageV3)
  const secret = asked?.message.messageContextInfo?.messageSecret
  if (!asked || !secret) throw new Error('There is no poll with a secret on WhatsApp')
  return vote(chat, [choice], { id: asked.id, secret, author: 'me' })
}

/** Words, places, and what the owner does to messages. */
export const wordsBack: readonly Kind[] = [
  {
    name: 'Text from WhatsApp',
    sent: 'Dora on WhatsApp: Where are you?',
    make: chat => chat.says(samples.text('Where are you?'), { id: 'WHERE' }),
    telegram: [/^Where are you\?/],
  },
  kind(
    'Text with formats',
    'bold italic struck code quoted',
    {
      text: 'bold italic struck code\nquoted',
      entities: [
        { type: 'bold', offset: 0, length: 4 },
        { type: 'italic', offset: 5, length: 6 },
        { type: 'strikethrough', offset: 12, length: 6 },
        { type: 'code', offset: 19, length: 4 },
        { type: 'blockquote', offset: 24, length: 6 },
      ],
    },
    /^\*bold\* _italic_ ~struck~ `code` ⏎ > quoted$/,
  ),
  {
    name: 'Reply',
    sent: '↩ “Where are you?” Nearly thre',
    make: chat => chat.writes({ text: 'Nearly thre', reply_to: chat.seen('Where are you?').id }),
    whatsapp: [/^↩ “Where are you\?” Nearly thre$/],
  },
  {
    name: 'Edit',
    sent: '… becomes: Nearly there',
    make: chat => chat.world.owner.edits(chat.place, chat.seen('Nearly').id, 'Nearly there'),
    whatsapp: [/^↩ “Where are you\?” Nearly there \(edited\)$/],
  },
  {
    name: 'Reaction',
    sent: '👍 on “Where are you?”',
    make: chat => chat.world.owner.reacts(chat.place, chat.seen('Where are you?').id, '👍'),
    whatsapp: [/‹👍›$/],
  },
  {
    name: 'Pin',
    sent: '📌 “Where are you?”',
    make: chat => chat.world.owner.pins(chat.place, chat.seen('Where are you?').id),
    whatsapp: [/‹👍› 📌$/],
  },
  {
    name: '/delete',
    sent: '↩ “Nearly there” /delete',
    make: chat => chat.writes({ text: '/delete', reply_to: chat.seen('Nearly there').id }),
    whatsapp: [/^🚫 deleted$/],
  },
  kind('Location', '📍 52.5, 13.4', { location: point }, /^location · 52\.5, 13\.4$/),
  kind(
    'Venue',
    '📍 Gate, Platz 1',
    { location: point, fields: { venue: gate } },
    /^location · 52\.5, 13\.4 · Gate · Platz 1$/,
  ),
  kind(
    'Contact',
    '👤 Jane +15551230000',
    { contact: { phone_number: '15551230000', first_name: 'Jane' } },
    /^contacts · Jane \+15551230000$/,
  ),
  kind('Dice', '🎲', { fields: { dice: { emoji: '🎲', value: 4 } } }, /^🎲 4$/),
  kind('Poll', '📊 Tea or coffee?', { fields: { poll } }, /^📊 Tea or coffee\? \[Tea\] \[Coffee\]$/),
  {
    name: '… and a vote',
    sent: 'Dora on WhatsApp: ✓ Coffee',
    make: chat => voteOnPhone(chat, 'Coffee'),
    telegram: [/^↩ .*📊 Tea or coffee\? ⏎ ▫️ Tea ⏎ ▪️ Coffee · 1 · .*\[Tea\] \[Coffee\]$/],
  },
  {
    name: '… pressed in Telegram',
    sent: 'you press [Tea] below it',
    make: chat => chat.world.owner.presses(chat.place, chat.seen('Tea or coffee?').id, 'Tea'),
    telegram: [/▪️ Tea · 1 · You ⏎ ▪️ Coffee · 1 · .*\[✓ Tea\] \[Coffee\]$/],
    whatsapp: [/^📊 Tea or coffee\?.* ✓ Tea$/],
  },
  {
    name: 'What cannot cross',
    sent: 'a story',
    make: chat => chat.writes({ fields: { story: { id: 1, chat: { id: -1009, type: 'channel' } } } }),
    telegram: [/^↩ .*Not sent \(Story\): .*stories/],
  },
]

const photo = (): Attachment => ({ bytes: files.photo() })
const film = (more: Partial<Attachment>): Attachment => ({ bytes: files.film(), name: 'film.mp4', ...more })

/** Everything with a file. */
export const filesBack: readonly Kind[] = [
  kind(
    'Photo',
    '📷 photo · The lake',
    { photo: photo(), caption: 'The lake', entities: [{ type: 'bold', offset: 4, length: 4 }] },
    /^photo · 640 × 480 · The \*lake\*$/,
  ),
  {
    name: 'Album',
    sent: '📷 photo · first + 📷 photo · second',
    make: chat => {
      for (const caption of ['first', 'second'])
        chat.writes({ photo: photo(), caption, media_group_id: 'album' })
    },
    whatsapp: [
      /^album of 2$/,
      /^photo · 640 × 480 · first \(of an album\)$/,
      /^photo · 640 × 480 · second \(of an album\)$/,
    ],
  },
  kind(
    'Video',
    '🎬 video · A swan',
    { video: film({ width: 640, height: 360, duration: 12 }), caption: 'A swan' },
    /^video · 12 s · 640 × 360 · A swan$/,
  ),
  kind(
    'GIF',
    'GIF · lol',
    { animation: film({ width: 320, height: 240, duration: 2 }), caption: 'lol' },
    /^gif · 2 s · 320 × 240 · lol$/,
  ),
  kind(
    'Video note',
    'round video of 8 s',
    { video_note: film({ length: 384, duration: 8 }) },
    /^video note · 8 s · 384 × 384$/,
  ),
  kind(
    'Voice note',
    '🎤 voice note of 3 s',
    { voice: { bytes: files.voice(), duration: 3 } },
    /^voice · 3 s$/,
  ),
  kind(
    'Audio',
    '🎵 song.mp3',
    { audio: { bytes: files.song(), name: 'song.mp3', duration: 200 } },
    /^audio · 200 s$/,
  ),
  kind(
    'Document',
    '📄 Timetable 4b.pdf · page 3',
    { document: { bytes: files.pdf(), name: 'Timetable 4b.pdf' }, caption: 'page 3' },
    /^document · Timetable 4b\.pdf · page 3$/,
  ),
  kind(
    'Sticker',
    '🎴 sticker',
    { sticker: { bytes: files.sticker(), name: 's.webp', emoji: '🐸' } },
    /^sticker · 512 × 512$/,
  ),
]
