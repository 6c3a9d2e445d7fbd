import type { SimChat } from '../../../test/simulators/telegram/index.ts'
import type { Kind } from '../../demo/kinds/chat.ts'
import { lost } from './doubts.ts'

/** A basic group that becomes a supergroup, with an id of its own. */
export const moves: readonly Kind[] = [
  {
    name: 'A group that has moved',
    sent: 'after the move',
    make: chat => {
      Object.assign(chat, { place: chat.world.tg.migrate(chat.place) })
      return chat.says('after the move')
    },
    telegram: [/^after the move$/],
  },
  {
    name: '… and what is written there',
    sent: 'I found it',
    make: chat => chat.writes('I found it'),
    whatsapp: [/^I found it$/],
  },
]

/** The private chat with the bot, whose ids are those of all private chats, and where owners are told things. */
export const inPrivate = (group: SimChat): readonly Kind[] => [
  {
    name: 'Text in a private chat',
    sent: 'just you and me',
    make: chat => chat.says('just you and me'),
    telegram: [/^just you and me$/],
  },
  {
    name: 'Text in doubt there',
    sent: 'did you get it?',
    make: lost('sendMessage', chat => chat.says('did you get it?')),
    telegram: [/^did you get it\?$/],
  },
  {
    name: 'Back from there',
    sent: 'I did',
    make: chat => chat.writes('I did'),
    whatsapp: [/^I did$/],
  },
  {
    name: 'A stranger in a group',
    sent: 'hello, who are you?',
    make: ({ world }) => {
      const stranger = world.tg.addUser({ id: 7777, first_name: 'Sam' })
      stranger.sends(group, 'hello, who are you?')
    },
    telegram: [/Sam/],
  },
]
