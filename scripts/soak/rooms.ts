import type { SimChat } from '../../test/simulators/telegram/index.ts'
import type { World } from '../../test/simulators/world.ts'
import type { Room } from './said.ts'

const botRights = { can_delete_messages: true }
/** Members of a group beside the owner. */
const members = 3

/**
 * So many chats that are mapped to each other, of each sort in turn: a private chat and a group in supergroups of their own,
 * both in topics of one forum, both in basic groups.
 */
export const makeRooms = ({ wa, tg, owner }: World, count: number): Room[] => {
  let people = 0
  let forum: SimChat | undefined
  const newContact = () => {
    const [name, number] = [`Person ${people}`, people++]
    const addresses = { phone: String(15550001000 + number), lid: String(900000000001000 + number) }
    return wa.addContact({ ...addresses, name, pushName: name })
  }
  return Array.from({ length: count }, (_, index) => {
    const contacts = Array.from({ length: index % 2 === 0 ? 1 : members }, newContact)
    const name = `r${index}`
    const title = `Chat ${name}`
    const isTopic = index % 6 === 2 || index % 6 === 3
    const init = { title, members: [owner], botRights, forum: isTopic }
    if (index % 6 === 2) forum = undefined
    const chat = (isTopic ? forum : undefined) ?? (index % 6 > 3 ? tg.addGroup(init) : tg.addSupergroup(init))
    if (isTopic) forum = chat
    return {
      name,
      people: contacts,
      ...(contacts.length > 1 && { group: wa.addGroup({ subject: title, participants: contacts }) }),
      chat,
      place: isTopic ? chat.addTopic({ name: title }) : chat,
      said: [],
    }
  })
}

/** What `map add` calls both ends of it. */
export const namesOf = ({ group, people, place, chat }: Room): [whatsapp: string, telegram: string] => [
  group?.jid ?? people[0]?.pushName ?? '',
  'message_thread_id' in place ? `${chat.id}/${place.message_thread_id}` : String(chat.id),
]
