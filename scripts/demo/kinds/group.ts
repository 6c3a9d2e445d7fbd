import { randomBytes } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import { samples } from '../../../test/simulators/samples.ts'
import type { Chat, Kind } from './chat.ts'
import { vote } from './sealed.ts'

const secret = randomBytes(32)

/** A message of the first member, which the others react to. */
const plan = 'Trip to the lake'

const react = (chat: Chat, emoji: string, by = chat.person): Promise<string> =>
  chat.says(
    { reactionMessage: { key: chat.key('PLAN', { by }), text: emoji, senderTimestampMs: Date.now() } },
    { by },
  )

const mention = (chat: Chat, { lid }: { lid: string }, words: string): Promise<string> => {
  const text = `@${lid.split('@')[0]} ${words}`
  return chat.says(
    { extendedTextMessage: { text, contextInfo: { mentionedJid: [lid] } } },
    { by: chat.other },
  )
}

/** What people do in a group. */
export const group: readonly Kind[] = [
  {
    name: 'Text in a group',
    sent: plan,
    make: chat => chat.says(samples.text(plan), { id: 'PLAN' }),
    telegram: [/^Alice ⏎ Trip to the lake/],
  },
  {
    name: 'Mention of you',
    sent: 'Bob: @Olivia can you drive?',
    make: chat => mention(chat, chat.world.wa.account, 'can you drive?'),
    telegram: [/^Bob ⏎ @Olivia.* can you drive\? \{bold, text_mention\}$/],
  },
  {
    name: 'Mention of another',
    sent: 'Bob: @Alice said so',
    make: chat => mention(chat, chat.person, 'said so'),
    telegram: [/^Bob ⏎ @Alice said so/],
  },
  {
    name: 'Reaction',
    sent: 'Bob: 👍 on the trip',
    make: chat => react(chat, '👍', chat.other),
    telegram: [/^Alice ⏎ Trip to the lake.* ‹👍›$/],
  },
  {
    name: '… and another one',
    sent: 'Alice: 🛶 on the trip',
    make: chat => react(chat, '🛶'),
    telegram: [/^Alice ⏎ Trip to the lake(?!.*‹)/, /^↩ “Trip to the lake” 👍 Bob · 🛶 Alice$/],
  },
  {
    name: 'Poll',
    sent: 'Alice: 📊 Where do we eat?',
    make: chat =>
      chat.says({ ...samples.poll(), messageContextInfo: { messageSecret: secret } }, { id: 'POLL' }),
    telegram: [/^Alice ⏎ 📊 Where do we eat\?/],
  },
  {
    name: '… and a vote',
    sent: 'Bob: ✓ Pizza',
    make: chat => vote(chat, ['Pizza'], { id: 'POLL', secret, by: chat.other }),
    telegram: [/▪️ Pizza · 1 · Bob ⏎ ▫️ Noodles ⏎ Choose one · 1 voted/],
  },
  {
    name: 'Deletion by an admin',
    sent: 'Bob deletes the trip',
    make: chat => {
      const { REVOKE } = proto.Message.ProtocolMessage.Type
      const by = chat.other
      return chat.says({ protocolMessage: { type: REVOKE, key: chat.key('PLAN', { by }) } }, { by })
    },
    telegram: [/^✗ gone: Alice ⏎ Trip to the lake/, /^✗ gone: ↩ “Trip to the lake”/],
  },
]

/** The announcement group of a community: what members add there is sealed with the message's own secret. */
export const announcements: readonly Kind[] = [
  {
    name: 'Announcement',
    sent: 'Alice: The pool opens on Frday',
    make: chat => chat.says('The pool opens on Frday', { id: 'POOL' }),
    telegram: [/^Alice ⏎ The pool opens on Frday/],
  },
  {
    name: 'Sealed edit',
    sent: '… becomes: The pool opens on Friday',
    make: chat => chat.person.acts.edit('POOL', 'The pool opens on Friday', { to: chat.room, sealed: true }),
    telegram: [/^Alice ⏎ The pool opens on Friday \{bold\} \(edited\)$/],
  },
  {
    name: 'Sealed reaction',
    sent: 'Bob: 🎉',
    make: chat => chat.other.acts.react('POOL', '🎉', { to: chat.room, sealed: true }),
    telegram: [/^Alice ⏎ The pool opens on Friday.* ‹🎉›$/],
  },
  {
    name: 'Sealed comment',
    sent: 'Bob: At last',
    make: chat => chat.other.acts.comment('POOL', 'At last', { to: chat.room, sealed: true }),
    telegram: [/^↩ “The pool opens on Friday” Bob ⏎ At last/],
  },
]
