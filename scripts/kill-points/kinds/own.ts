import { eventually } from '../../../test/simulators/eventually.ts'
import { files, samples } from '../../../test/simulators/samples.ts'
import type { OutgoingMessage } from '../../../test/simulators/telegram/index.ts'
import type { Chat, Kind } from '../../demo/kinds/chat.ts'

/** What the owner typed in Telegram last with these words, by its id there. */
const typed = ({ place }: Chat, words: string): number => {
  const found = place.transcript().findLast(({ from, text }) => !from.isBot && text.includes(words))
  if (found === undefined) throw new Error(`Nobody has typed "${words}"`)
  return found.id
}

/** The message on WhatsApp with these words, by its id there. */
const sent = ({ lines }: Chat, words: string): string => {
  const found = lines.findLast(({ shown }) => shown?.text.includes(words))
  if (found === undefined) throw new Error(`"${words}" does not stand on WhatsApp`)
  return found.id
}

const onPhone = ({ world, person }: Chat) => world.wa.phone.acts(person)
const writes = (message: string | OutgoingMessage) => (chat: Chat) => chat.writes(message)

const photo = { bytes: files.photo(), name: 'photo.jpg' }
const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `Line ${index} of a long text with many words`).join('\n')

/** Long texts, and what one does with one's own. */
export const own: readonly Kind[] = [
  {
    name: 'Long text',
    sent: '150 lines',
    make: chat => chat.says(samples.text(lines(150)), { id: 'LONG' }),
    telegram: [/^Line 0 /, /Line 149 of/],
  },
  {
    name: '… grows',
    sent: '300 lines',
    make: chat => chat.person.acts.edit('LONG', lines(300)),
    telegram: [/^Line \d+ /, /Line 299 of/],
  },
  {
    name: '… shrinks',
    sent: 'short',
    make: chat => chat.person.acts.edit('LONG', 'short'),
    telegram: [/^short \(edited\)$/, /^✗ gone: /, /^✗ gone: /],
  },
  {
    name: 'Very long text',
    sent: '600 lines',
    make: chat => chat.says(samples.text(lines(600))),
    telegram: [/^📄 .*Line 0 /],
  },
  {
    name: 'Text in Telegram',
    sent: 'I come at six',
    make: writes('I come at six'),
    whatsapp: [/^I come at six$/],
  },
  {
    name: '… edited on the phone',
    sent: 'I come at seven',
    make: chat => onPhone(chat).edit(sent(chat, 'I come at six'), 'I come at seven'),
    telegram: [/^↩ “I come at six” ✏️ .*I come at seven/],
  },
  {
    name: '… reacted to',
    sent: '👍',
    make: chat => chat.person.acts.react(sent(chat, 'I come at'), '👍'),
    telegram: [/^You: I come at six ‹👍›$/],
  },
  {
    name: '… deleted on the phone',
    sent: '🗑',
    make: chat => onPhone(chat).revoke(sent(chat, 'I come at')),
    telegram: [/^✗ gone: /, /^✗ gone: /],
  },
  {
    name: 'Text that WhatsApp hands back',
    sent: 'are we even?',
    make: chat => {
      const line = () =>
        chat.lines.find(({ from, shown }) => from === 'bridge' && shown?.text === 'are we even?')
      // While the bridge waits for the acknowledgement, or after its death.
      void eventually(line, 'the text on WhatsApp', 120_000)
        .then(({ id }) => chat.world.wa.phone.echo(id))
        .catch(() => undefined)
      chat.writes('are we even?')
    },
    whatsapp: [/^are we even\?$/],
  },
  {
    name: 'Text that goes by a reaction',
    sent: 'never mind',
    make: writes('never mind'),
    whatsapp: [/^never mind$/],
  },
  {
    name: '… which is put on it',
    sent: '🙈',
    make: chat => chat.world.owner.reacts(chat.place, typed(chat, 'never mind'), '🙈'),
    whatsapp: [/^🚫 deleted$/],
  },
]

/** Files that are changed, live positions, and a poll that is voted in twice. */
export const ownFiles: readonly Kind[] = [
  {
    name: 'Photo in Telegram',
    sent: '📷 photo · The laek',
    make: writes({ photo, caption: 'The laek' }),
    whatsapp: [/^photo · 640 × 480 · The laek$/],
  },
  {
    name: '… with another caption',
    sent: 'The lake',
    make: chat => chat.world.owner.edits(chat.place, typed(chat, 'The laek'), { photo, caption: 'The lake' }),
    whatsapp: [/^photo .*The la.*\(edited\)$/],
  },
  {
    name: '… replaced by another file',
    sent: '📷 photo · The lake, wider',
    make: chat =>
      chat.world.owner.edits(chat.place, typed(chat, 'The lake'), {
        photo: { bytes: files.thumbnail(), name: 'wide.jpg' },
        caption: 'The lake, wider',
      }),
    whatsapp: [/^↩ “The lake” photo .*The lake, wider$/],
  },
  {
    name: 'Seen once',
    sent: '(spoiler) 📷 photo · psst',
    make: writes({ photo, caption: 'psst', fields: { has_media_spoiler: true } }),
    whatsapp: [/^\(view once\) photo .*psst$/],
  },
  {
    name: 'Live location',
    sent: '📍 live at 52.5, 13.4',
    make: writes({ location: { latitude: 52.5, longitude: 13.4, live_period: 900 } }),
    whatsapp: [/^location · 52\.5, 13\.4/],
    telegram: [/^↩ .*This is said only once/],
  },
  {
    name: '… and ends',
    sent: '📍 52.6, 13.5',
    make: chat => {
      const begun = chat.place.transcript().findLast(({ kind, from }) => kind === 'location' && !from.isBot)
      chat.world.owner.edits(chat.place, begun?.id ?? 0, { location: { latitude: 52.6, longitude: 13.5 } })
    },
    whatsapp: [/^↩ .*location · 52\.6, 13\.5/],
  },
  {
    name: 'Poll on the phone',
    sent: '📊 Tea? Yes, No',
    make: chat => chat.person.acts.poll('Tea?', ['Yes', 'No']),
    telegram: [/^📊 Tea\?.*\[Yes\] \[No\]$/],
  },
  {
    name: '… voted in',
    sent: '✓ Yes',
    make: chat => chat.world.owner.presses(chat.place, chat.seen('Tea?').id, 'Yes'),
    telegram: [/▪️ Yes · 1 · You.*\[✓ Yes\] \[No\]$/],
    whatsapp: [/✓ Yes$/],
  },
  {
    name: '… and taken back',
    sent: '✓ Yes',
    make: chat => chat.world.owner.calls(chat.place, chat.seen('Tea?').id, buttonOf(chat, '✓ Yes')),
    telegram: [/▫️ Yes ⏎.*\[Yes\] \[No\]$/],
    whatsapp: [/Tea\? \[Yes\] \[No\]$/],
  },
]

/** Two addresses, a new phone, files that are gone. */
export const odd: readonly Kind[] = [
  {
    name: 'From the number',
    sent: 'by number',
    make: chat => {
      chat.person.addressing = 'pn'
      return chat.says('by number')
    },
    telegram: [/^by number$/],
  },
  {
    name: '… and from the other address again',
    sent: 'by LID',
    make: chat => {
      chat.person.addressing = 'lid'
      return chat.says('by LID')
    },
    telegram: [/^by LID$/],
  },
  {
    name: 'A new phone',
    sent: 'new here',
    make: chat => {
      chat.person.reinstall()
      return chat.says('new here')
    },
    telegram: [/^🔐 .*Fay/, /^new here$/],
  },
  {
    name: 'A file that WhatsApp has deleted',
    sent: '📷 photo · old',
    make: async chat => {
      const message = await samples.photo(chat.world.wa.media, 'old')
      chat.world.wa.media.expire(message.imageMessage?.directPath ?? '')
      await chat.says(message)
    },
    telegram: [/^📷 photo · old/],
  },
  {
    name: '… and while the phone is off',
    sent: '📷 photo · older',
    make: async chat => {
      chat.world.wa.phone.switch(false)
      const message = await samples.photo(chat.world.wa.media, 'older')
      chat.world.wa.media.expire(message.imageMessage?.directPath ?? '')
      await chat.says(message)
    },
    telegram: [/could not be carried over.*older/],
  },
  {
    name: '… that is on again',
    sent: 'the phone puts it up',
    make: chat => chat.world.wa.phone.switch(true),
    telegram: [/^📷 photo · older/],
  },
]

const buttonOf = ({ place }: Chat, text: string): string => {
  const markups = [...place.state.entries.values()].map(({ markup }) => markup)
  const buttons = markups.flatMap(markup =>
    (
      (markup as { inline_keyboard?: { text: string; callback_data?: string }[][] } | undefined)
        ?.inline_keyboard ?? []
    ).flat(),
  )
  return buttons.find(button => button.text === text)?.callback_data ?? ''
}
