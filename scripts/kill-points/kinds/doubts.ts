import { samples } from '../../../test/simulators/samples.ts'
import type { Chat, Kind } from '../../demo/kinds/chat.ts'

/** The answer to the next call of a method gets lost: only a search tells that it was carried out. */
export const lost =
  (method: string, make: (chat: Chat) => unknown): Kind['make'] =>
  chat => {
    chat.world.tg.faults.next(method, 'reply-lost')
    return make(chat)
  }

/**
 * What has arrived in Telegram although its answer got lost, and is searched for; in several chats, since each question counts as
 * a message there.
 */
export const doubts: readonly (readonly Kind[])[] = [
  [
    {
      name: 'Text in doubt',
      sent: 'are you there?',
      make: lost('sendMessage', chat => chat.says(samples.text('are you there?'), { id: 'THERE' })),
      telegram: [/^are you there\?$/],
    },
    {
      name: 'Photo in doubt',
      sent: '📷 photo · The lake',
      make: lost('sendPhoto', async chat => chat.says(await samples.photo(chat.world.wa.media, 'The lake'))),
      telegram: [/^📷 photo · The lake$/],
    },
    {
      name: 'Note in doubt',
      sent: '🛶 on “are you there?”, which is no reaction in Telegram',
      make: lost('sendMessage', chat => chat.person.acts.react('THERE', '🛶')),
      telegram: [/^↩ “are you there\?” 🛶 Dan 1$/],
    },
  ],
  [
    {
      name: 'Text in doubt among those of the owner',
      sent: 'and here?',
      make: lost('sendMessage', async chat => {
        for (const word of ['one', 'two', 'three']) chat.writes(word)
        await chat.says('and here?')
        chat.writes('four')
      }),
      telegram: [/^and here\?$/],
      whatsapp: [/./, /./, /./, /./, /./],
    },
    {
      name: 'Twice the same text in doubt',
      sent: 'yes, yes',
      make: async chat => {
        chat.world.tg.faults.next('sendMessage', 'reply-lost', { times: 2 })
        await chat.says('yes')
        await chat.says('yes')
      },
      telegram: [/^yes$/, /^yes$/],
    },
  ],
  [
    {
      name: 'Poll in doubt',
      sent: '📊 Where do we eat? Pizza, Noodles',
      make: lost('sendMessage', chat => chat.says(samples.poll(), { id: 'POLL' })),
      telegram: [/^📊 Where do we eat\?.*\[Pizza\] \[Noodles\]$/],
    },
    {
      name: 'Tally in doubt',
      sent: '✓ Noodles',
      make: lost('editMessageText', chat => chat.person.acts.vote('POLL', ['Noodles'])),
      telegram: [/▪️ Noodles · 1 · .*\(edited\) \[Pizza\] \[Noodles\]$/],
    },
    {
      name: 'Sticker in doubt',
      sent: '🎴 sticker',
      make: lost('sendSticker', async chat => chat.says(await samples.sticker(chat.world.wa.media))),
      telegram: [/^🎴 sticker$/],
    },
  ],
  [
    {
      name: 'Album in doubt',
      sent: '📷 photo · first + 📷 photo · second',
      make: lost('sendMediaGroup', async chat => {
        const items = await Promise.all(
          ['first', 'second'].map(words => samples.photo(chat.world.wa.media, words)),
        )
        await chat.person.acts.album(items)
      }),
      telegram: [/^📷 photo · first \(of an album\)$/, /^📷 photo · second \(of an album\)$/],
    },
    {
      name: 'Venue in doubt',
      sent: '📍 Brandenburger Tor',
      make: lost('sendVenue', chat => chat.says(samples.location())),
      telegram: [/^📍 Brandenburger Tor$/],
    },
  ],
  [
    {
      name: 'Contact in doubt',
      sent: '👤 Dr. Roth',
      make: lost('sendContact', chat => chat.says(samples.contact())),
      telegram: [/^👤 Dr\. Roth$/],
    },
    {
      name: 'Remark in doubt',
      sent: 'a story',
      make: lost('sendMessage', chat =>
        chat.writes({ fields: { story: { id: 1, chat: { id: -1009, type: 'channel' } } } }),
      ),
      telegram: [/^↩ .*Not sent \(Story\): .*stories[^[]*$/],
    },
  ],
]
