import { randomBytes } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import { samples } from '../../../test/simulators/samples.ts'
import type { Kind } from './chat.ts'
import { accept, vote } from './sealed.ts'

const { MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type
const secret = randomBytes(32)
const card = (name: string, number: string): proto.Message.IContactMessage => ({
  displayName: name,
  vcard: `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nTEL;type=CELL;waid=${number}:+${number}\nEND:VCARD`,
})

/** Places, people, polls and appointments. */
export const places: readonly Kind[] = [
  {
    name: 'Location',
    sent: '📍 52.5, 13.4',
    make: chat => chat.says({ locationMessage: { degreesLatitude: 52.5, degreesLongitude: 13.4 } }),
    telegram: [/^📍 location 52\.5, 13\.4$/],
  },
  {
    name: 'Venue',
    sent: '📍 Brandenburger Tor',
    make: chat => chat.says(samples.location()),
    telegram: [/^📍 Brandenburger Tor$/],
  },
  {
    name: 'Live location',
    sent: '📍 live at 52.5, 13.4 · on my way',
    make: chat =>
      chat.says(
        {
          liveLocationMessage: {
            degreesLatitude: 52.5,
            degreesLongitude: 13.4,
            sequenceNumber: 1,
            caption: 'on my way',
          },
        },
        { id: 'LIVE' },
      ),
    telegram: [/^📍 location 52\.5, 13\.4 \(live\)$/, /^↩ .*on my way$/],
  },
  {
    name: '… moves',
    sent: '📍 live at 52.6, 13.5',
    make: chat =>
      chat.says(
        {
          liveLocationMessage: {
            degreesLatitude: 52.6,
            degreesLongitude: 13.5,
            sequenceNumber: 2,
            timeOffset: 60,
          },
        },
        { id: 'LIVE' },
      ),
    telegram: [/^📍 location 52\.6, 13\.5 \(live\) \(edited\)$/],
  },
  {
    name: '… and ends',
    sent: '📍 52.6, 13.5, no longer live',
    make: chat =>
      chat.says({
        protocolMessage: {
          type: MESSAGE_EDIT,
          key: chat.key('LIVE'),
          editedMessage: { locationMessage: { degreesLatitude: 52.6, degreesLongitude: 13.5 } },
        },
      }),
    telegram: [/^📍 location 52\.6, 13\.5 \(edited\)$/],
  },
  {
    name: 'Contact',
    sent: '👤 Dr. Roth',
    make: chat => chat.says(samples.contact()),
    telegram: [/^👤 Dr\. Roth$/],
  },
  {
    name: 'Contacts',
    sent: '👤 Ann, 👤 Ben',
    make: chat =>
      chat.says({
        contactsArrayMessage: {
          displayName: '2 contacts',
          contacts: [card('Ann', '15550000078'), card('Ben', '15550000079')],
        },
      }),
    telegram: [/^👤 Ann$/, /^👤 Ben$/],
  },
  {
    name: 'Poll',
    sent: '📊 Where do we eat? Pizza, Noodles',
    make: chat =>
      chat.says({ ...samples.poll(), messageContextInfo: { messageSecret: secret } }, { id: 'POLL' }),
    telegram: [/^📊 Where do we eat\? ⏎ ▫️ Pizza ⏎ ▫️ Noodles ⏎ Choose one.*\[Pizza\] \[Noodles\]$/],
  },
  {
    name: '… and a vote',
    sent: '✓ Noodles',
    make: chat => vote(chat, ['Noodles'], { id: 'POLL', secret }),
    telegram: [/▫️ Pizza ⏎ ▪️ Noodles · 1 · .*1 voted.*\(edited\) \[Pizza\] \[Noodles\]$/],
  },
  {
    name: '… pressed in Telegram',
    sent: 'you press [Pizza]',
    make: chat => chat.world.owner.presses(chat.place, chat.seen('Where do we eat?').id, 'Pizza'),
    telegram: [/▪️ Pizza · 1 · You ⏎ ▪️ Noodles · 1 · .*2 voted.*\[✓ Pizza\] \[Noodles\]$/],
    whatsapp: [/✓ Pizza$/],
  },
  {
    name: 'Appointment',
    sent: '📅 Picnic in the park',
    make: chat =>
      chat.says(
        {
          eventMessage: {
            name: 'Picnic',
            description: 'bring *food*',
            startTime: 1_795_863_600,
            location: { degreesLatitude: 52.5, degreesLongitude: 13.4, name: 'Park' },
          },
          messageContextInfo: { messageSecret: secret },
        },
        { id: 'EVENT' },
      ),
    telegram: [/^📅 Picnic ⏎ bring food ⏎ 🕒 .*2026.*📍 Park.*\[Going\] \[Maybe\] \[Not going\]$/],
  },
  {
    name: '… and an answer',
    sent: '✓ going',
    make: chat => accept(chat, { id: 'EVENT', secret }),
    telegram: [/✅ Going · 1 · .*\(edited\)/],
  },
]
