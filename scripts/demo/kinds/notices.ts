import { samples } from '../../../test/simulators/samples.ts'
import type { Call, Channel } from '../../../test/simulators/whatsapp/index.ts'
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
    /📷 photo · Alice ⏎ Changed the photo/,
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

/** Calls, and what becomes of them: each ends before the next begins. */
const inCall = (end: (call: Call) => void) => {
  let call: Call | undefined
  return {
    ring: (chat: Chat, options: { video: boolean }) => {
      call = chat.person.call(options)
    },
    end: () => {
      if (call !== undefined) end(call)
    },
  }
}

const missed = inCall(call => call.timeout())
const taken = inCall(call => call.accept())

export const calls: readonly Kind[] = [
  {
    name: 'Call',
    sent: '📞 rings, with a picture',
    make: chat => missed.ring(chat, { video: true }),
    telegram: [/^📞 Video call/],
  },
  {
    name: '… that nobody takes',
    sent: '📞 gives up',
    make: missed.end,
    telegram: [/^📞 Missed video call .*\(edited\)$/],
  },
  {
    name: 'Call',
    sent: '📞 rings',
    make: chat => taken.ring(chat, { video: false }),
    telegram: [/^📞 Voice call/],
  },
  {
    name: '… taken on the phone',
    sent: '📞 is answered',
    make: taken.end,
    telegram: [/^📞 Voice call · answered .*\(edited\)$/],
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

export const statuses: readonly Kind[] = [
  {
    name: 'Status',
    sent: 'Finn: At the *lake*',
    make: chat => chat.person.postStatus('At the *lake*'),
    telegram: [/^Finn ⏎ At the lake \{bold\}$/],
  },
  {
    name: 'Status with a picture',
    sent: 'Finn: 📷 photo · A swan',
    make: async chat => chat.person.postStatus(await samples.photo(chat.world.wa.media, 'A swan')),
    telegram: [/^📷 photo · Finn ⏎ A swan/],
  },
]
