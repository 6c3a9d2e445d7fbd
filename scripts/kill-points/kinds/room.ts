import type { WalkedKind } from './book.ts'

/** A group that goes over to LIDs, and then lets only administrators write, of whom the owner is none. */
export const room: readonly WalkedKind[] = [
  {
    name: 'Text to a group',
    sent: 'hello all',
    make: chat => chat.writes('hello all'),
    whatsapp: [/^hello all$/],
  },
  {
    name: 'Text to a group that has gone over to LIDs',
    sent: 'hello again',
    make: chat => {
      chat.room.addressing = 'lid'
      chat.writes('hello again')
    },
    whatsapp: [/^hello again$/],
  },
  {
    name: 'Text of a member',
    sent: 'hello you',
    make: chat => chat.says('hello you'),
    telegram: [/^Gus ⏎ hello you/],
  },
  {
    name: 'Only admins may write',
    sent: '',
    make: chat => chat.room.set({ announce: true }, chat.person),
    telegram: [/Only admins may write/],
  },
  {
    name: '… the owner tries',
    sent: 'may I?',
    make: chat => chat.writes('may I?'),
    telegram: [/^↩ “may I\?” Not delivered/, /^You: may I\? ‹👎›$/],
    inDoubt: [/^↩ “may I\?” Perhaps not delivered to Family, but it may have arrived: /],
  },
]
