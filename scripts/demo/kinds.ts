import type { Contact, Group } from '../../test/simulators/whatsapp/index.ts'
import { cards } from './kinds/cards.ts'
import { Chat, type Kind } from './kinds/chat.ts'
import { files } from './kinds/files.ts'
import { filesBack, wordsBack } from './kinds/from-telegram.ts'
import { announcements, group } from './kinds/group.ts'
import { calls, notices, posts, statuses } from './kinds/notices.ts'
import { places } from './kinds/places.ts'
import { type Row, sendAll } from './kinds/send-all.ts'
import { words } from './kinds/words.ts'
import { heading, print } from './screen.ts'
import { type Side, sentAndSeen } from './show.ts'
import type { Stage } from './stage.ts'
import { noSurprises } from './story.ts'

const names: Readonly<Record<Side, string>> = { telegram: 'Telegram', whatsapp: 'WhatsApp' }

/** A chat of its own for each, since Telegram lets a bot say 20 things a minute in a group. */
export interface Chapter {
  readonly title: string
  /** The picture that it is in. */
  readonly picture: string
  /** As `wa2tg map add` finds it. */
  readonly name: string
  readonly chat: Chat
  readonly kinds: readonly Kind[]
  /** Where most of its kinds come from. */
  readonly from: Side
}

export const openChapters = ({ world, alice, bob }: Pick<Stage, 'world' | 'alice' | 'bob'>): Chapter[] => {
  const { wa, tg, owner } = world
  const botRights = { can_delete_messages: true, can_pin_messages: true }
  const chapter = (
    picture: string,
    title: string,
    room: Contact | Group,
    kinds: readonly Kind[],
    { address, from = 'whatsapp' }: { address?: string; from?: Side } = {},
  ): Chapter => {
    const name = address ?? ('subject' in room ? room.subject : (room.name ?? room.pushName))
    const place = tg.addSupergroup({ title: name, members: [owner], botRights })
    return { title, picture, name, chat: new Chat(world, place, room), kinds, from }
  }
  const walkers = wa.addGroup({ subject: 'Walkers', participants: [alice, bob], admins: [bob, 'me'] })
  const club = wa.addGroup({ subject: 'Chess', participants: [alice, bob], admins: [alice, 'me'] })
  const village = wa.addGroup({
    subject: 'Village',
    participants: [alice, bob],
    admins: [alice],
    community: true,
  })
  const channel = wa.addChannel()
  const person = (name: string) => wa.addContact({ name })
  const finn = person('Finn')
  return [
    chapter('text', 'Text, and what happens to it', alice, words),
    chapter('files', 'Files', bob, files),
    chapter('places', 'Places, people, polls, appointments', person('Carol'), places),
    chapter('business', 'What businesses send, invitations, money', person('Acme Shop'), cards),
    chapter('groups', 'In a group', walkers, group),
    chapter('notices', 'Notices of a group', club, notices),
    chapter('notices', 'Announcements of a community', village, announcements),
    chapter('other', 'Calls', finn, calls),
    // Nobody in particular writes in a channel.
    chapter('other', 'Channels', finn, posts(channel), { address: channel.jid }),
    chapter('other', 'Status updates', finn, statuses, { address: 'status@broadcast' }),
    chapter('from-telegram', 'From Telegram: words, places, changes', person('Dora'), wordsBack, {
      from: 'telegram',
    }),
    chapter('from-telegram', 'From Telegram: files', person('Emil'), filesBack, { from: 'telegram' }),
  ]
}

/** Sends one of each kind through the program and shows both sides; returns whether all of them came out right. */
export const showKinds = async (stage: Stage): Promise<boolean> => {
  const chapters = openChapters(stage)
  heading('Link WhatsApp: a QR code, scanned by a simulated phone')
  await stage.login()

  heading('Choose chats')
  for (const { name, chat } of chapters) await stage.type('map', 'add', name, String(chat.place.id))

  heading('Run')
  await stage.run()
  const rows: Row[] = []
  const under = chapters.map(chapter => ({ ...chapter, sent: sendAll(chapter.chat, chapter.kinds) }))
  for (const { title, picture, from, sent } of under) {
    heading(title, { of: picture })
    const shown = await sent
    rows.push(...shown)
    const to = from === 'whatsapp' ? 'telegram' : 'whatsapp'
    sentAndSeen(
      [
        { side: from, text: `Sent: ${names[from]}` },
        { side: to, text: `Seen: ${names[to]}` },
      ],
      shown.map(({ kind: { name, sent }, news, problem }) => ({
        name,
        sent,
        seen: [
          ...(problem === undefined ? [] : [`FAILED: ${problem}; there is:`]),
          ...news.map(({ side, line }) => (side === to ? line : `${names[side]}: ${line}`)),
        ],
      })),
    )
  }

  heading('Result')
  const failed = rows.filter(({ problem }) => problem !== undefined)
  const clean = noSurprises(stage)
  print(`  ${rows.length - failed.length} of ${rows.length} came out on the other side as they should.`)
  for (const { kind } of failed) print(`  FAILED: ${kind.name} (${kind.sent})`)
  return clean && failed.length === 0
}
