import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BinaryNode, proto } from '@whiskeysockets/baileys'
import { Contact } from './contact.ts'
import { el, unixSeconds } from './node.ts'
import type { World } from './world.ts'

const PHOTO = readFileSync(join(import.meta.dirname, '../fixtures/photo.jpg'))

export interface GroupOptions {
  subject: string
  participants: Contact[]
  /** How members are addressed; new groups use LIDs. */
  addressing?: 'lid' | 'pn'
  /** Only admins may write. */
  announce?: boolean
  /** The announcement group of a community: only admins write, and what members add is sealed. */
  community?: boolean
  /** Such a group of which WhatsApp names administrators alone, and how many there are (Schwartzblat/WhatsApp-Web-Plus #33). */
  incognito?: boolean
  /** Contacts that are admins, `me` for the account itself (default: the account is). */
  admins?: (Contact | 'me')[]
  /** Seconds after which messages disappear from the beginning. */
  lasts?: number
}

/** A group with the account as a member. */
export class Group {
  readonly jid: string
  /** Set anew when WhatsApp moves the group over to LIDs. */
  addressing: 'lid' | 'pn'
  announce: boolean
  /** Its settings are for admins alone. */
  locked = false
  readonly community: boolean
  readonly incognito: boolean
  readonly participants: Set<Contact>
  subject: string
  /** False once the account has been removed. */
  includesMe = true
  /** By their codes. */
  readonly invitations = new Map<string, { by: Contact; inviteExpiration: number }>()
  /** The picture that it has now. */
  icon: { id: string; directPath: string; url: string } | undefined
  readonly #world: World
  readonly #admins: Set<Contact | 'me'>
  readonly #created = unixSeconds()
  /** Seconds after which messages disappear. */
  #lasts: number

  constructor(world: World, jid: string, options: GroupOptions) {
    this.#world = world
    this.jid = jid
    this.subject = options.subject
    this.participants = new Set(options.participants)
    this.addressing = options.addressing ?? 'lid'
    this.incognito = options.incognito ?? false
    this.community = options.community ?? this.incognito
    this.announce = options.announce ?? this.community
    this.#admins = new Set(options.admins ?? ['me'])
    this.#lasts = options.lasts ?? 0
  }

  isAdmin(member: Contact | 'me'): boolean {
    return this.#admins.has(member)
  }

  /** The address by which the group knows somebody. */
  addressOf(person: { pn: string; lid: string }): string {
    return this.addressing === 'lid' ? person.lid : person.pn
  }

  /** Takes contacts in, on behalf of a member; without one they came by the invite link. */
  add(members: readonly Contact[], by?: Contact | 'me'): void {
    for (const member of members) this.participants.add(member)
    const [first] = members
    const author = by ?? first
    if (author === undefined) return
    this.#change(author, 'add', members, by === undefined ? { reason: 'invite' } : {})
  }

  /** Somebody leaves, or is removed by somebody else. */
  remove(member: Contact | 'me', by: Contact | 'me' = member): void {
    if (member === 'me') this.includesMe = false
    else this.participants.delete(member)
    this.#admins.delete(member)
    // What is said from now on is for those who are left.
    for (const { handset } of this.participants) handset.changeSenderKey(this)
    this.#change(by, 'remove', [member])
  }

  promote(member: Contact | 'me', by: Contact | 'me' = 'me'): void {
    this.#admins.add(member)
    this.#change(by, 'promote', [member])
  }

  demote(member: Contact | 'me', by: Contact | 'me' = 'me'): void {
    this.#admins.delete(member)
    this.#change(by, 'demote', [member])
  }

  rename(subject: string, by: Contact | 'me' = 'me'): void {
    this.subject = subject
    const attrs = { subject, s_t: String(unixSeconds()), s_o: this.#addressOf(by) }
    this.notify(this.#person(by), el('subject', attrs))
  }

  /** Without a text the description is deleted. */
  describe(text: string | undefined, by: Contact | 'me' = 'me'): void {
    const content = text === undefined ? el('delete') : el('body', {}, Buffer.from(text))
    this.notify(this.#person(by), el('description', { id: this.#world.newId() }, [content]))
  }

  /** `undefined` removes the picture. `bytes`: the picture itself. */
  picture(id: string | undefined, by: Contact | 'me' = 'me', bytes = PHOTO): void {
    this.icon = id === undefined ? undefined : { id, ...this.#world.media.publish(bytes) }
    const attrs = { jid: this.jid, author: this.#addressOf(by), ...(id !== undefined && { id }) }
    const change = el(id === undefined ? 'delete' : 'set', attrs)
    const head = { ...this.#head(), type: 'picture', notify: nameOf(this.#person(by)) }
    this.#world.companion?.queue.push(el('notification', head, [change]))
  }

  /**
   * Somebody outside asks to be let in, by the invite link or through a member who would add them. Of the former the server tells in
   * two forms, of which WhatsApp Web shows one (`shouldSkipGenMsg`).
   */
  ask(who: Contact, by: Contact = who): void {
    const request_method = by === who ? 'invite_link' : 'non_admin_add'
    const { attrs } = participantNode(who, this.addressing)
    if (by === who) this.notify(by, el('membership_approval_request', { request_method }))
    this.notify(by, el('created_membership_requests', { request_method }, [el('requested_user', attrs)]))
  }

  /** Becomes a part of a community (`link`), or is none any more: by an admin, or with the community itself. */
  belong(
    community: { jid: string; subject: string },
    how: 'link' | { readonly unlink: 'unlink_group' | 'delete_parent' | 'integrity_delete_parent' },
    by: Contact | 'me' = 'me',
  ): void {
    const { jid, subject } = community
    const groups = [el('group', { jid, subject, s_t: String(this.#created) })]
    const change =
      how === 'link'
        ? el('link', { link_type: 'parent_group' }, groups)
        : el('unlink', { unlink_type: 'parent_group', unlink_reason: how.unlink }, groups)
    this.notify(this.#person(by), change)
  }

  /** Another group of the same community is new, or gone. */
  neighbour(
    sibling: { jid: string; subject: string },
    tag: 'link' | 'unlink',
    by: Contact | 'me' = 'me',
  ): void {
    const { jid, subject } = sibling
    const groups = [el('group', { jid, subject, s_t: String(this.#created) })]
    this.notify(this.#person(by), el(tag, { [`${tag}_type`]: 'sibling_group' }, groups))
  }

  /** Does not ask any more, or (`by`) was declined by an admin. */
  unask(who: Contact, by: Contact | 'me' = who): void {
    const change = el('revoked_membership_requests', {}, [participantNode(who, this.addressing)])
    this.notify(this.#person(by), change)
  }

  /** An invitation by a member, for a message of hers; it holds for three days, or as long as is said (seconds). */
  invite(by: Contact, seconds = 3 * 86_400): proto.Message.IGroupInviteMessage {
    const inviteCode = randomBytes(8).toString('base64url')
    const inviteExpiration = unixSeconds() + seconds
    this.invitations.set(inviteCode, { by, inviteExpiration })
    return { groupJid: this.jid, groupName: this.subject, inviteCode, inviteExpiration }
  }

  /** The account has accepted an invitation. */
  welcome(by: Contact): void {
    this.includesMe = true
    const head = { ...this.#head(), type: 'w:gp2', participant: this.addressOf(by) }
    this.#world.companion?.queue.push(el('notification', head, [el('create', {}, [this.node()])]))
  }

  /** Who may write, who may edit, who may add; whether admins approve newcomers; whether the invite link is a new one. */
  set(
    setting:
      | { readonly announce: boolean }
      | { readonly locked: boolean }
      | { readonly memberAdd: 'all_member_add' | 'admin_add' }
      | { readonly approval: 'on' | 'off' }
      | { readonly inviteCode: string },
    by: Contact | 'me' = 'me',
  ): void {
    if ('announce' in setting) this.announce = setting.announce
    if ('locked' in setting) this.locked = setting.locked
    this.notify(this.#person(by), settingNode(setting))
  }

  /** Seconds after which messages disappear; 0 is off. */
  disappear(seconds: number, by: Contact | 'me' = 'me'): void {
    this.#lasts = seconds
    const change =
      seconds > 0
        ? el('ephemeral', { expiration: String(seconds), trigger: '0' })
        : el('not_ephemeral', { trigger: '0' })
    this.notify(this.#person(by), change)
  }

  /** Sends the companion a `w:gp2` notification about a change that somebody made. */
  notify(author: { pn: string; lid: string }, change: BinaryNode): void {
    const attrs = {
      ...this.#head(),
      type: 'w:gp2',
      participant: this.addressOf(author),
      ...(isTold(author) &&
        (this.addressing === 'lid' ? { participant_pn: author.pn } : { participant_lid: author.lid })),
      notify: nameOf(author),
      addressing_mode: this.addressing,
    }
    this.#world.companion?.queue.push(el('notification', attrs, [change]))
  }

  #head(): Record<string, string> {
    return { from: this.jid, id: this.#world.newId(), t: String(this.#world.seconds()) }
  }

  #person(member: Contact | 'me'): { pn: string; lid: string } {
    return member === 'me' ? this.#world.account : member
  }

  #addressOf(member: Contact | 'me'): string {
    return this.addressOf(this.#person(member))
  }

  #change(
    by: Contact | 'me',
    tag: string,
    members: readonly (Contact | 'me')[],
    attrs: Record<string, string> = {},
  ): void {
    const version = { prev_v_id: this.#world.newId(), v_id: this.#world.newId() }
    const people = members.map(member => participantNode(this.#person(member), this.addressing))
    this.notify(this.#person(by), el(tag, { ...version, ...attrs }, people))
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
    const named = members.filter(({ member }) => !this.incognito || member === 'me' || this.isAdmin(member))
    const nodes = named.map(({ person, member }) =>
      participantNode(person, this.addressing, this.isAdmin(member) ? 'admin' : undefined),
    )
    const flags = [
      ...(this.announce ? [el('announcement')] : []),
      ...(this.locked ? [el('locked')] : []),
      ...(this.#lasts > 0 ? [el('ephemeral', { expiration: String(this.#lasts), trigger: '0' })] : []),
      ...(this.community ? [el('default_sub_group')] : []),
    ]
    return el('group', attrs, [...nodes, ...flags])
  }
}

function participantNode(
  person: { pn: string; lid: string },
  addressing: 'lid' | 'pn',
  type?: string,
): BinaryNode {
  const { pn, lid } = person
  const one = { jid: addressing === 'lid' ? lid : pn }
  const addresses = !isTold(person)
    ? one
    : { ...one, ...(addressing === 'lid' ? { phone_number: pn } : { lid }) }
  return el('participant', { ...addresses, type })
}

/** Whether the server tells both addresses of somebody. */
function isTold(person: { pn: string; lid: string }): boolean {
  return !(person instanceof Contact) || person.pair === 'told'
}

/** What whoever does something calls themself; it stands in a notification about that. */
function nameOf(person: { pn: string; lid: string }): string | undefined {
  return person instanceof Contact ? person.pushName : undefined
}

function settingNode(setting: Parameters<Group['set']>[0]): BinaryNode {
  if ('announce' in setting) return el(setting.announce ? 'announcement' : 'not_announcement', { v_id: '1' })
  if ('locked' in setting) return el(setting.locked ? 'locked' : 'unlocked')
  if ('memberAdd' in setting) return el('member_add_mode', {}, Buffer.from(setting.memberAdd))
  if ('inviteCode' in setting) return el('invite', { code: setting.inviteCode })
  return el('membership_approval_mode', {}, [el('group_join', { state: setting.approval })])
}
