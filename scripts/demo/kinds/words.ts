import { randomBytes } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import { samples } from '../../../test/simulators/samples.ts'
import { el, unixSeconds } from '../../../test/simulators/whatsapp/node.ts'
import type { Chat, Kind } from './chat.ts'

const { MESSAGE_EDIT, REVOKE } = proto.Message.ProtocolMessage.Type

const marks = '*bold* _italic_ ~struck~ `code` *_both_*'
const blocks = '```two\nlines```\n> quoted\n* first\n* second'

/** A stanza that the server passes on although nobody here can read what is in it. */
const unreadable = ({ person, world }: Chat, id: string, content: ReturnType<typeof el>): void =>
  world.wa.enqueue(
    el(
      'message',
      {
        from: person.lid,
        sender_pn: person.pn,
        notify: person.pushName,
        id,
        t: String(unixSeconds()),
        type: 'text',
      },
      [content],
    ),
  )

/** Text, and everything that happens to a message. */
export const words: readonly Kind[] = [
  {
    name: 'Marks',
    sent: marks,
    make: chat => chat.says(samples.text(marks)),
    telegram: [/^bold italic struck code both \{bold, italic, strikethrough, code\}$/],
  },
  {
    name: 'Blocks',
    sent: '```two lines```, > a quote, * a list',
    make: chat => chat.says(samples.text(blocks)),
    telegram: [/^two ⏎ lines ⏎ quoted ⏎ • first ⏎ • second \{pre, blockquote\}$/],
  },
  {
    name: 'Link with preview',
    sent: 'https://example.com/lake is nice',
    make: chat =>
      chat.says({
        extendedTextMessage: {
          text: 'https://example.com/lake is nice',
          matchedText: 'https://example.com/lake',
          title: 'The lake',
        },
      }),
    telegram: [/^https:\/\/example.com\/lake is nice/],
  },
  {
    name: 'Text',
    sent: 'Shall we meet on *Saturdy*?',
    make: chat => chat.says(samples.text('Shall we meet on *Saturdy*?'), { id: 'ASK' }),
    telegram: [/^Shall we meet on Saturdy\? \{bold\}$/],
  },
  {
    name: 'Reply',
    sent: '↩ “Shall we meet on Saturdy?” I mean the 28th',
    make: chat =>
      chat.says(
        samples.reply('I mean the 28th', {
          id: 'ASK',
          author: chat.person.lid,
          text: 'Shall we meet on *Saturdy*?',
        }),
        { id: 'REPLY' },
      ),
    telegram: [/^↩ “Shall we meet on Saturdy\?” I mean the 28th$/],
  },
  {
    name: 'Forwarded',
    sent: '(forwarded) The lake is closed',
    make: chat =>
      chat.says({
        extendedTextMessage: {
          text: 'The lake is closed',
          contextInfo: { isForwarded: true, forwardingScore: 1 },
        },
      }),
    telegram: [/^↪️ Forwarded ⏎ The lake is closed/],
  },
  {
    name: 'Edit',
    sent: '… becomes: Shall we meet on *Saturday*?',
    make: chat =>
      chat.says({
        protocolMessage: {
          type: MESSAGE_EDIT,
          key: chat.key('ASK'),
          editedMessage: { conversation: 'Shall we meet on *Saturday*?' },
        },
      }),
    telegram: [
      /^Shall we meet on Saturday\? \{bold\} \(edited\)$/,
      /^↩ “Shall we meet on Saturday\?” I mean/,
    ],
  },
  {
    name: 'Reaction',
    sent: '❤️ on the question',
    make: chat => chat.says({ reactionMessage: { key: chat.key('ASK'), text: '❤️' } }),
    telegram: [/^Shall we meet on Saturday\?.* ‹❤›$/],
  },
  {
    name: 'Pin',
    sent: '📌 the question, for a day',
    make: chat =>
      chat.says({
        pinInChatMessage: { key: chat.key('ASK'), type: 1 },
        messageContextInfo: { messageAddOnDurationInSecs: 86_400 },
      }),
    telegram: [/^Shall we meet on Saturday\?.* ‹❤› 📌$/],
  },
  {
    name: 'Deletion',
    sent: '🚫 “I mean the 28th”',
    make: chat => chat.says({ protocolMessage: { type: REVOKE, key: chat.key('REPLY') } }),
    telegram: [/^✗ gone: .*I mean the 28th$/],
  },
  {
    name: 'From your own phone',
    sent: 'on the phone: I am late',
    make: ({ world, person }) => world.wa.phone.send(person, 'I am late'),
    telegram: [/^You ⏎ I am late/],
  },
  {
    name: 'Seen once, phone only',
    sent: '(view once) which linked devices do not get',
    make: chat => unreadable(chat, 'ONCE', el('unavailable', { type: 'view_once' })),
    telegram: [/phone/],
  },
  {
    name: 'Cannot be decrypted',
    sent: 'something that our keys do not open',
    make: chat => unreadable(chat, 'LOST', el('enc', { v: '2', type: 'msg' }, randomBytes(100))),
    telegram: [/^Waiting for this message/],
  },
  {
    name: '… and comes again',
    sent: 'the same, encrypted anew: Here it is *again*',
    make: chat => chat.says(samples.text('Here it is *again*'), { id: 'LOST' }),
    telegram: [/^Here it is again \{bold\} \(edited\)$/],
  },
  {
    name: 'A kind nobody knows',
    sent: 'a field that this version does not have',
    make: chat => chat.says({}),
    telegram: [/not supported/],
  },
]
