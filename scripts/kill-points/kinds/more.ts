import type { Contact, Group } from '../../../test/simulators/whatsapp/index.ts'
import type { World } from '../../../test/simulators/world.ts'
import { Chat, type Kind } from '../../demo/kinds/chat.ts'
import type { WalkedChapter } from './book.ts'
import { doubts } from './doubts.ts'
import { endings } from './endings.ts'
import { inForum } from './forum.ts'
import { held, pages } from './held.ts'
import { names } from './names.ts'
import { openOne } from './one.ts'
import { odd, own, ownFiles } from './own.ts'
import { inPrivate, moves } from './places.ts'
import { room } from './room.ts'
import { inTopic } from './topic.ts'

/** Chapters about what the demo does not show. */
export const openMore = ({
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
  const person = (name: string) => wa.addContact({ name })
  const gus = person('Gus')
  const family = wa.addGroup({ subject: 'Family', participants: [gus], admins: [gus], addressing: 'pn' })
  const nameOf = (at: Contact | Group) => ('subject' in at ? at.subject : (at.name ?? at.pushName))
  const chapter = (
    title: string,
    at: Contact | Group,
    kinds: readonly Kind[],
    where = place(nameOf(at)),
  ): WalkedChapter => ({ title, name: nameOf(at), chat: new Chat(world, where, at), kinds })
  const alices = place('Alice')
  const forum = tg.addSupergroup({ title: 'Forum', forum: true, members: [owner], botRights })
  const kim = person('Kim')
  const topics = tg.addSupergroup({ title: 'Topics', forum: true, members: [owner], botRights })
  const topic = topics.addTopic({ name: 'Lou' })
  const one = openOne(options => wa.addContact(options))
  const noa = person('Noa')
  const also = [['Kim', `${forum.id}/${forum.addTopic({ name: 'Kim' }).message_thread_id}`]] as const
  return [
    chapter('Own', alice, own, alices),
    chapter('Own files', person('Eve'), ownFiles),
    chapter('Odd', person('Fay'), odd),
    chapter('Room', family, room),
    chapter('Ends', bob, endings),
    chapter('Moves', person('Hal'), moves, tg.addGroup({ title: 'Hal', members: [owner] })),
    chapter('Private', person('Ida'), inPrivate(alices), tg.addPrivateChat(owner)),
    { ...chapter('Doubt in a forum', person('Jan'), inForum(kim), forum), also },
    {
      ...chapter('Topic', person('Lou'), inTopic(topic), topics),
      at: `${topics.id}/${topic.message_thread_id}`,
    },
    { ...chapter('One', one.person, one.kinds), name: one.number },
    chapter('Held', person('Max'), held),
    chapter('Pages', person('Nat'), pages),
    chapter('Names', wa.addGroup({ subject: 'Crew', participants: [noa, gus] }), names),
    ...doubts.map((kinds, index) => chapter(`Doubt ${index + 1}`, person(`Dan ${index + 1}`), kinds)),
  ]
}
