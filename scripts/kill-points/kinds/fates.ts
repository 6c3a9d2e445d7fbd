import { setTimeout as sleep } from 'node:timers/promises'
import { files } from '../../../test/simulators/samples.ts'
import type { Contact, Group } from '../../../test/simulators/whatsapp/index.ts'
import type { World } from '../../../test/simulators/world.ts'
import { Chat, type Kind } from '../../demo/kinds/chat.ts'
import type { WalkedChapter } from './book.ts'

const typed = (chat: Chat, words: string): string => {
  const found = chat.lines.findLast(({ shown }) => shown?.text === words)
  if (found === undefined) throw new Error(`"${words}" does not stand on WhatsApp`)
  return found.id
}

/** What becomes of the owner's messages, where the config asks to show it. */
const receipts: readonly Kind[] = [
  {
    name: 'Text that is delivered',
    sent: 'is it there?',
    make: chat => chat.writes('is it there?'),
    telegram: [/^You: is it there\? ‹👌›$/],
    whatsapp: [/^is it there\?$/],
  },
  {
    name: '… and read',
    sent: '👀',
    make: chat => chat.person.read([typed(chat, 'is it there?')]),
    telegram: [/^You: is it there\? ‹👀›$/],
  },
  {
    name: '… and reacted to',
    sent: '👍',
    make: chat => chat.person.acts.react(typed(chat, 'is it there?'), '👍'),
    telegram: [/^You: is it there\? ‹👍›$/],
  },
  {
    name: '… which is taken back',
    sent: '',
    make: chat => chat.person.acts.react(typed(chat, 'is it there?'), ''),
    telegram: [/^You: is it there\? ‹👀›$/],
  },
]

const strikes: readonly Kind[] = [
  {
    name: 'Text that is struck',
    sent: 'a slip',
    make: chat => chat.says('a slip', { id: 'SLIP' }),
    telegram: [/^a slip$/],
  },
  {
    name: '… when it is deleted',
    sent: '🗑',
    make: chat => chat.person.acts.revoke('SLIP'),
    telegram: [/^🗑 a slip .strikethrough. .edited.$/],
  },
]

const webm = Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.alloc(60)])

const stickers: readonly Kind[] = [
  {
    name: 'Moving sticker in Telegram',
    sent: '🎴 its still',
    make: chat =>
      chat.writes({
        sticker: { bytes: webm, name: 's.webm', mime: 'video/webm', emoji: '🐸', thumbnail: files.sticker() },
      }),
    whatsapp: [/^sticker/],
    telegram: [/^↩ .*sticker/, /^You:.* ‹👌›$/],
  },
]

const invitation = (runners: Group): readonly Kind[] => [
  {
    name: 'Invitation with a button',
    sent: 'join us',
    make: chat => chat.says({ groupInviteMessage: { ...runners.invite(chat.person), caption: 'join us' } }),
    telegram: [/Invitation to the group "Runners".*\[Join\]/],
  },
  {
    name: '… which is pressed',
    sent: '[Join]',
    make: chat => chat.world.owner.presses(chat.place, chat.seen('Invitation').id, 'Join'),
    telegram: [/^↩ .*You are in the group now/],
  },
]

const statuses: readonly Kind[] = [
  {
    name: 'Status to be answered',
    sent: 'At the lake',
    make: chat => chat.person.postStatus('At the lake'),
    telegram: [/At the lake/],
  },
  {
    name: '… answered',
    sent: 'Which one?',
    make: chat => chat.writes({ text: 'Which one?', reply_to: chat.seen('At the lake').id }),
    whatsapp: [/^↩ “At the lake” Which one\?$/],
    telegram: [/^You: Which one\? ‹👌›$/],
  },
]

const lunch = ({ lines }: Chat): string =>
  lines.findLast(({ message }) => message.pollCreationMessageV3)?.id ?? 'none'

const polls: readonly Kind[] = [
  {
    name: 'Poll that others add to',
    sent: '📊 Lunch? Pizza, Sushi',
    make: ({ person, room: to }) =>
      person.acts.poll('Lunch?', ['Pizza', 'Sushi'], { to, allowAddOption: true, version: 6 }),
    telegram: [/📊 Lunch\?.*\[Pizza\] \[Sushi\]$/],
  },
  {
    name: '… and do',
    sent: 'Crêpes',
    make: chat => chat.other.acts.addOption(lunch(chat), 'Crêpes', { to: chat.room }),
    telegram: [/📊 Lunch\?.*\[Sushi\] \[Crêpes\]$/],
  },
  {
    name: '… with another question',
    sent: 'Dinner?',
    make: chat => chat.person.acts.editPoll(lunch(chat), 'Dinner?', { to: chat.room }),
    telegram: [/📊 Dinner\?.*\[Crêpes\]$/],
  },
]

/** A mapping that is made anew while messages cross. */
const mappings: readonly Kind[] = [
  {
    name: 'A chat that is mapped while the bridge runs',
    sent: 'in between, mapped anew',
    make: async chat => {
      const { world, person, place } = chat
      await chat.says('mapped')
      for (const args of [
        ['remove', person.pushName],
        ['add', person.pushName, String(place.id)],
      ]) {
        const { code, stderr } = await world.wa2tg('map', ...args)
        if (code !== 0) throw new Error(stderr)
      }
      await chat.says('mapped anew')
    },
    telegram: [/^mapped$/, /^mapped anew$/],
  },
]

const inPrivate = (place: Chat['place']): readonly Kind[] => [
  {
    name: 'Thrown out of a chat',
    sent: '',
    make: ({ world }) => world.tg.kick(place),
    telegram: [/^I am no longer in the Telegram chat of "Ned"/],
  },
  {
    name: 'Restricted by WhatsApp',
    sent: '',
    make: ({ world }) => world.wa.standing.restrict({ ends: 4_102_444_800, kind: 'DEFAULT' }),
    telegram: [/^WhatsApp has restricted your account until 2100-01-01/],
  },
]

const keeps: readonly Kind[] = [
  {
    name: 'Disappearing text that is kept',
    sent: 'for long',
    make: async chat => {
      const contextInfo = { expiration: 5 }
      await chat.says({ extendedTextMessage: { text: 'for long', contextInfo } }, { id: 'KEPT' })
      await chat.person.acts.keep('KEPT')
      await sleep(6000)
    },
    telegram: [/^for long$/],
  },
  {
    name: '… and no more',
    sent: '',
    make: chat => chat.person.acts.keep('KEPT', { undo: true }),
    telegram: [/^✗ gone: for long$/],
  },
]

/** Chapters about what the config asks for, and what becomes of messages. */
export const openFates = ({
  world,
  alice,
  bob,
}: {
  world: World
  alice: Contact
  bob: Contact
}): WalkedChapter[] => {
  const { wa, tg, owner } = world
  const botRights = { can_delete_messages: true, can_pin_messages: true }
  const place = (title: string) => tg.addSupergroup({ title, members: [owner], botRights })
  const chapter = (
    title: string,
    at: Contact | Group,
    kinds: readonly Kind[],
    { name = 'subject' in at ? at.subject : at.pushName, where = place(name) } = {},
  ): WalkedChapter => ({ title, name, chat: new Chat(world, where, at), kinds })
  const person = (name: string) => wa.addContact({ name, pushName: name })
  const nia = person('Nia')
  const runners = wa.addGroup({ subject: 'Runners', participants: [nia, bob] })
  runners.remove('me', nia)
  const ned = place('Ned')
  person('Ned')
  return [
    chapter('Receipts', alice, receipts),
    chapter('Strikes', person('Mia'), strikes),
    chapter('Stickers', person('Lea'), stickers),
    chapter('Invitation', nia, invitation(runners)),
    chapter('Statuses', person('Ole'), statuses, { name: 'status@broadcast' }),
    chapter('Polls', wa.addGroup({ subject: 'Kitchen', participants: [alice, bob] }), polls),
    chapter('Mappings', person('Pia'), mappings),
    chapter('Keeps', person('Rob'), keeps),
    {
      ...chapter('Private', person('Ida'), inPrivate(ned), { where: tg.addPrivateChat(owner) }),
      also: [['Ned', String(ned.id)]],
    },
  ]
}
