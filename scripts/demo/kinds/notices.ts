import type { Channel } from '../../../test/simulators/whatsapp/index.ts'
import type { Chat, Kind } from './chat.ts'

const notice = (sent: string, make: (chat: Chat) => unknown, shows: RegExp): Kind => ({
  name: 'Group notice',
  sent,
  make,
  telegram: [shows],
})

/** What happens to a group, and calls. */
export const notices: readonly Kind[] = [
  notice(
    'Alice renames the group',
    chat => chat.room.rename('Chess club', chat.person),
    /Renamed .*Chess club/,
  ),
  notice('… describes it', chat => chat.room.describe('Fridays', chat.person), /description: Fridays/),
  notice(
    '… changes its picture',
    chat => chat.room.picture('1700000000', chat.person),
    /🖼 photo · Alice ⏎ Changed the photo/,
  ),
  notice('… makes Bob an admin', chat => chat.room.promote(chat.other, chat.person), /Made admin: Bob/),
  notice(
    '… lets only admins write',
    chat => chat.room.set({ announce: true }, chat.person),
    /Only admins may write/,
  ),
  notice(
    '… has messages disappear',
    chat => chat.room.disappear(604_800, chat.person),
    /Disappearing.*7 days/,
  ),
  notice('Bob leaves', chat => chat.room.remove(chat.other), /Bob.*left the group/),
  notice('… joins again by link', chat => chat.room.add([chat.other]), /Bob.*joined the group/),
  {
    name: 'Group call',
    sent: '📞 Alice calls the group',
    make: chat => chat.person.call({ group: chat.room }),
    telegram: [/📞 Group voice call/],
  },
]

/** A call that nobody takes. */
export const calls: readonly Kind[] = [
  {
    name: 'Missed call',
    sent: '📞 rings, with a picture, and gives up',
    make: chat => chat.person.call({ video: true }).timeout(),
    telegram: [/^📞 Video call/, /^↩ “📞 Video call” 📞 Missed call/],
  },
]

export const posts = (channel: Channel): readonly Kind[] => [
  {
    name: 'Post of a channel',
    sent: 'Good *morning*',
    make: () => channel.post('Good *morning*'),
    telegram: [/Good morning \{.*bold\}$/],
  },
]
