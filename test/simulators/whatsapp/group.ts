import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Contact } from './contact.ts'
import { el, unixSeconds } from './node.ts'
import type { World } from './world.ts'

export interface GroupOptions {
  subject: string
  participants: Contact[]
  /** How members are addressed; new groups use LIDs. */
  addressing?: 'lid' | 'pn'
  /** Only admins may write. */
  announce?: boolean
  /** Contacts that are admins, `me` for the account itself (default: the account is). */
  admins?: (Contact | 'me')[]
}

/** A group with the account as a member. */
export class Group {
  readonly jid: string
  readonly addressing: 'lid' | 'pn'
  readonly announce: boolean
  readonly participants: Set<Contact>
  subject: string
  /** False once the account has been removed. */
  includesMe = true
  readonly #world: World
  readonly #admins: Set<Contact | 'me'>
  readonly #created = unixSeconds()

  constructor(world: World, jid: string, options: GroupOptions) {
    this.#world = world
    this.jid = jid
    this.subject = options.subject
    this.participants = new Set(options.participants)
    this.addressing = options.addressing ?? 'lid'
    this.announce = options.announce ?? false
    this.#admins = new Set(options.admins ?? ['me'])
  }

  isAdmin(member: Contact | 'me'): boolean {
    return this.#admins.has(member)
  }

  /** The address by which the group knows somebody. */
  addressOf(person: { pn: string; lid: string }): string {
    return this.addressing === 'lid' ? person.lid : person.pn
  }

  /** Somebody leaves or is removed: the account (`me`) or a contact. */
  remove(member: Contact | 'me'): void {
    if (member === 'me') this.includesMe = false
    else this.participants.delete(member)
    const person = member === 'me' ? this.#world.account : member
    const participant = el('participant', { jid: this.addressOf(person) })
    this.notify(person, el('remove', {}, [participant]))
  }

  /** Changes the subject, on behalf of a member. */
  rename(subject: string, by: Contact | 'me' = 'me'): void {
    this.subject = subject
    const person = by === 'me' ? this.#world.account : by
    const attrs = { subject, s_t: String(unixSeconds()), s_o: this.addressOf(person) }
    this.notify(person, el('subject', attrs))
  }

  /** Sends the companion a `w:gp2` notification about a change that somebody made. */
  notify(author: { pn: string; lid: string }, change: BinaryNode): void {
    const attrs = {
      type: 'w:gp2',
      from: this.jid,
      participant: this.addressOf(author),
      ...(this.addressing === 'lid' && { participant_pn: author.pn }),
      addressing_mode: this.addressing,
      id: this.#world.newId(),
      t: String(unixSeconds()),
    }
    this.#world.companion?.queue.push(el('notification', attrs, [change]))
  }

  /** `<group>` as in the answer to a metadata query. */
  node(): BinaryNode {
    const { account } = this.#world
    const members: { person: { pn: string; lid: string }; member: Contact | 'me' }[] = [
      { person: account, member: 'me' },
      ...[...this.participants].map(member => ({ person: member, member })),
    ]
    const attrs = {
      id: this.jid.replace('@g.us', ''),
      addressing_mode: this.addressing,
      subject: this.subject,
      s_o: this.addressOf(account),
      s_t: String(this.#created),
      creation: String(this.#created),
      creator: this.addressOf(account),
      size: String(members.length),
    }
    const nodes = members.map(({ person, member }) =>
      el('participant', {
        jid: this.addressOf(person),
        ...(this.addressing === 'lid' ? { phone_number: person.pn } : { lid: person.lid }),
        type: this.isAdmin(member) ? 'admin' : undefined,
      }),
    )
    return el('group', attrs, [...nodes, ...(this.announce ? [el('announcement')] : [])])
  }
}
