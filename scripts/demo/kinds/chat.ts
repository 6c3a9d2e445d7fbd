import type { proto } from '@whiskeysockets/baileys'
import type { OutgoingMessage, Seen, SimChat } from '../../../test/simulators/telegram/index.ts'
import type { Contact, Group, Transmission } from '../../../test/simulators/whatsapp/index.ts'
import type { World } from '../../../test/simulators/world.ts'

/** A kind of content: what its sender does, and what must be new on the other side, with a pattern for each message. */
export interface Kind {
  readonly name: string
  readonly sent: string
  make(chat: Chat): unknown
  readonly telegram?: readonly RegExp[]
  readonly whatsapp?: readonly RegExp[]
}

/** One chat as it stands on both networks. */
export class Chat {
  readonly world: World
  readonly place: SimChat
  readonly group: Group | undefined
  /** Who writes in it on WhatsApp; in a private chat one person alone. */
  readonly person: Contact
  readonly other: Contact

  constructor(world: World, place: SimChat, room: Contact | Group) {
    this.world = world
    this.place = place
    this.group = 'participants' in room ? room : undefined
    const [person, other = person] = 'participants' in room ? room.participants : [room]
    if (person === undefined || other === undefined) throw new Error('Nobody is in that group')
    this.person = person
    this.other = other
  }

  /** Somebody writes on WhatsApp. */
  says(
    message: proto.IMessage | string,
    { id, by = this.person }: { id?: string; by?: Contact } = {},
  ): Promise<string> {
    return by.send(message, { ...(id !== undefined && { id }), ...(this.group && { to: this.group }) })
  }

  /** The group that this chat is. */
  get room(): Group {
    if (this.group === undefined) throw new Error('This chat is no group')
    return this.group
  }

  /** How a phone of `by` names a message that `author` wrote here, or (`me`) the owner. */
  key(
    id: string,
    { author = this.person, by = this.person }: { author?: Contact | 'me'; by?: Contact } = {},
  ) {
    const { lid } = author === 'me' ? this.world.wa.account : author
    return {
      remoteJid: this.group?.jid ?? this.world.wa.account.lid,
      fromMe: author === by,
      id,
      ...(this.group && { participant: lid }),
    }
  }

  /** The owner writes in Telegram. */
  writes(message: string | OutgoingMessage): number {
    return this.world.owner.sends(this.place, message).message_id
  }

  /** The latest message in Telegram with these words. */
  seen(words: string): Seen {
    const found = this.place.transcript().findLast(({ text }) => text.includes(words))
    if (found === undefined) throw new Error(`"${words}" does not stand in Telegram`)
    return found
  }

  /** What stands in this chat on WhatsApp, whoever wrote it. */
  get lines(): readonly Transmission[] {
    const jid = this.group?.jid ?? this.person.lid
    return this.world.wa.transcript.filter(({ chat }) => chat === jid)
  }
}
