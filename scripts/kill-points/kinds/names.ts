import type { Chat } from '../../demo/kinds/chat.ts'
import { look } from '../look.ts'
import type { WalkedKind } from './book.ts'

/** By which name the bridge knows who writes in a chat. */
const nameOf = ({ world, person }: Chat): string =>
  look(world, ({ chats }) => chats.displayName(`whatsapp:${person.lid}`))

/** Somebody gets another name in the phone's address book. */
export const names: readonly WalkedKind[] = [
  { name: 'Text of somebody', sent: 'hello', make: chat => chat.says('hello'), telegram: [/^Noa ⏎ hello/] },
  {
    name: '… who is renamed',
    sent: '',
    make: chat => chat.world.wa.phone.saves(chat.person, 'Noa Berg'),
    isDone: chat => nameOf(chat) === 'Noa Berg',
  },
  {
    name: '… and writes',
    sent: 'hello again',
    make: chat => chat.says('hello again'),
    telegram: [/^Noa Berg ⏎ hello again/],
  },
]
