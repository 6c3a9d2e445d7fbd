import { samples } from '../../../test/simulators/samples.ts'
import type { Contact } from '../../../test/simulators/whatsapp/index.ts'
import type { WalkedKind } from './book.ts'

/** Two chats in one forum, whose searches come past each other's messages; `other` is the person of the second. */
export const inForum = (other: Contact): readonly WalkedKind[] => [
  {
    name: 'Two in doubt at once',
    sent: 'on the left, and 📊 Where do we eat? of another chat',
    make: async chat => {
      chat.world.tg.faults.next('sendMessage', 'reply-lost', { times: 2 })
      await chat.says('on the left')
      await other.send(samples.poll())
    },
    telegram: [/^on the left$/, /^📊 Where do we eat\?.*\[Pizza\] \[Noodles\]$/],
    isUnordered: true,
  },
  {
    name: 'One in doubt beside one that is not',
    sent: 'still here, and 📊 Where do we eat? of another chat',
    make: async chat => {
      const when = ({ text }: Readonly<Record<string, unknown>>) => text === 'still here'
      chat.world.tg.faults.next('sendMessage', 'reply-lost', { when })
      await chat.says('still here')
      await other.send(samples.poll())
    },
    telegram: [/^still here$/, /^📊 Where do we eat\?.*\[Pizza\] \[Noodles\]$/],
    isUnordered: true,
  },
]
