import { createHash } from 'node:crypto'
import { type BinaryNode, jidDecode, proto, type WAMessage } from '@whiskeysockets/baileys'
import { isGroup, isLid, isPhone, normalizeAddress } from '../../address.ts'
import { isMe, type Me } from '../me.ts'
import { childOf, childrenOf } from '../node.ts'
import { readPost } from './posts.ts'

const { StubType } = proto.WebMessageInfo

/** A `<notification>` that says something in a chat: about a group, its picture, or of a channel. */
export const isNotice = ({ attrs: { type, from } }: BinaryNode): boolean =>
  type === 'w:gp2' || type === 'newsletter' || (type === 'picture' && isGroup(normalizeAddress(from) ?? ''))

/**
 * Whether somebody has a new identity key: a new phone, or WhatsApp installed anew (lib/Utils/identity-change-handler.js).
 * What it says of somebody's linked devices, or of the own phone, is nothing to compare security codes about.
 */
const isIdentityChange = (node: BinaryNode, me: Me): boolean => {
  const { type, from = '' } = node.attrs
  if (type !== 'encrypt' || isMe(from, me) || (jidDecode(from)?.device ?? 0) !== 0) return false
  const person = normalizeAddress(from) ?? ''
  return (isLid(person) || isPhone(person)) && childOf(node, 'identity') !== undefined
}

/**
 * What WhatsApp would have told of a device that has a new identity: the same, with the same id, each time.
 *
 * @param identity in base64
 * @param now milliseconds since 1970
 */
export const newIdentity = (jid: string, identity: string, now = Date.now()): BinaryNode => {
  const id = `identity-${createHash('sha256').update(identity).digest('hex').slice(0, 20)}`
  const attrs = { type: 'encrypt', from: jid, id, t: String(Math.floor(now / 1000)) }
  return { tag: 'notification', attrs, content: [{ tag: 'identity', attrs: {} }] }
}

/** Whether a notification becomes a message: a notice, or a new security code where those are wanted. */
export const isTold = (
  node: BinaryNode,
  { securityCodes, me }: { readonly securityCodes?: boolean; readonly me: () => Me },
): boolean => isNotice(node) || (securityCodes === true && isIdentityChange(node, me()))

/**
 * The notices in a `<notification>`, in the form that Baileys gives them (lib/Socket/messages-recv.js,
 * handleGroupNotification): its own come too late (they are acknowledged first) and only for the first change. Pure.
 */
export const noticesIn = (node: BinaryNode, me: Me): WAMessage[] => {
  const { attrs } = node
  return childrenOf(node).flatMap((child, position) => {
    const said = readChange(attrs, child, me)
    if (said === undefined) return []
    const { by = attrs['participant'], byAlt, id = attrs['id'], at = attrs['t'], ...rest } = said
    const web: WAMessage = {
      key: {
        remoteJid: attrs['from'] ?? '',
        id: position === 0 ? (id ?? '') : `${id}.${position}`,
        fromMe: isMe(by, me),
        ...(by !== undefined && { participant: by }),
        ...alternative(byAlt ?? attrs['participant_pn'] ?? attrs['participant_lid']),
      },
      messageTimestamp: Number(at ?? 0),
      ...rest,
    }
    return [web]
  })
}

/** Addresses that a notification says belong to one person. */
export const pairsIn = (node: BinaryNode): [string, string][] => {
  const { participant, participant_pn, participant_lid } = node.attrs
  const pairs = [[participant, participant_pn ?? participant_lid]]
  for (const child of childrenOf(node)) {
    for (const { tag, attrs } of childrenOf(child)) {
      if (tag === 'participant') pairs.push([attrs['jid'], attrs['phone_number'] ?? attrs['lid']])
    }
  }
  return pairs.filter((pair): pair is [string, string] => pair.every(address => address !== undefined))
}

/** The group's new name, where that is what a notification is about. */
export const subjectIn = (node: BinaryNode): string | undefined => {
  for (const child of childrenOf(node)) {
    if (child.tag === 'subject') return child.attrs['subject']
    if (child.tag === 'create') return childOf(child, 'group')?.attrs['subject']
  }
  return undefined
}

interface Said extends Pick<Partial<WAMessage>, 'message' | 'messageStubType' | 'messageStubParameters'> {
  /** Whose doing it is, where that is not the notification's own participant. */
  readonly by?: string
  readonly byAlt?: string
  readonly id?: string
  readonly at?: string
}

const stub = (messageStubType: number, ...parameters: (string | undefined)[]): Said => ({
  messageStubType,
  messageStubParameters: parameters.filter(parameter => parameter !== undefined),
})

type Attrs = Readonly<Record<string, string>>

const readChange = (notification: Attrs, child: BinaryNode, me: Me): Said | undefined => {
  const type = notification['type']
  if (type === 'newsletter') return readPost(notification, child)
  if (type === 'picture') return readPicture(child)
  if (type !== 'encrypt') return readGroupChange(notification, child, me)
  return child.tag === 'identity' ? stub(StubType.E2E_IDENTITY_CHANGED, notification['from']) : undefined
}

const readGroupChange = (notification: Attrs, child: BinaryNode, me: Me): Said | undefined => {
  const { attrs } = child
  switch (child.tag) {
    case 'create':
      return readCreation(child, me)
    case 'add':
      return stub(StubType.GROUP_PARTICIPANT_ADD, ...peopleIn(child))
    case 'remove':
    case 'leave':
      return readRemoval(notification, child)
    case 'promote':
      return stub(StubType.GROUP_PARTICIPANT_PROMOTE, ...peopleIn(child))
    case 'demote':
      return stub(StubType.GROUP_PARTICIPANT_DEMOTE, ...peopleIn(child))
    case 'modify':
      return stub(StubType.GROUP_PARTICIPANT_CHANGE_NUMBER, ...peopleIn(child))
    case 'subject':
      return stub(StubType.GROUP_CHANGE_SUBJECT, attrs['subject'])
    case 'description':
      return stub(StubType.GROUP_CHANGE_DESCRIPTION, textOf(childOf(child, 'body')))
    case 'announcement':
    case 'not_announcement':
      return stub(StubType.GROUP_CHANGE_ANNOUNCE, child.tag === 'announcement' ? 'on' : 'off')
    case 'locked':
    case 'unlocked':
      return stub(StubType.GROUP_CHANGE_RESTRICT, child.tag === 'locked' ? 'on' : 'off')
    case 'invite':
      return stub(StubType.GROUP_CHANGE_INVITE_LINK, attrs['code'])
    case 'member_add_mode':
      return stub(StubType.GROUP_MEMBER_ADD_MODE, textOf(child))
    case 'membership_approval_mode':
      return stub(StubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_MODE, childOf(child, 'group_join')?.attrs['state'])
    case 'membership_approval_request':
      return stub(StubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_REQUEST, actorOf(notification))
    case 'created_membership_requests':
    case 'revoked_membership_requests':
      return readJoinRequests(notification, child)
    case 'ephemeral':
    case 'not_ephemeral':
      return timer(Number(attrs['expiration'] ?? 0))
    case 'delete':
      return stub(StubType.GROUP_DELETE)
    default:
      return undefined
  }
}

/** A group that is new to us: newly made (`type="new"`), or one that we were taken into. */
const readCreation = (child: BinaryNode, me: Me): Said => {
  const group = childOf(child, 'group')?.attrs ?? {}
  if (child.attrs['type'] !== 'new') {
    return stub(StubType.GROUP_PARTICIPANT_ADD, JSON.stringify({ id: me.lid ?? me.pn, phoneNumber: me.pn }))
  }
  const { creator, creator_pn } = group
  return {
    ...stub(StubType.GROUP_CREATE, group['subject']),
    ...(creator !== undefined && { by: creator }),
    ...(creator_pn !== undefined && { byAlt: creator_pn }),
  }
}

const readRemoval = ({ participant, participant_pn }: Attrs, child: BinaryNode): Said => {
  const [first, second] = childrenOf(child)
  const isAlone = second === undefined && first !== undefined
  const isOwn = isAlone && [participant, participant_pn].includes(first.attrs['jid'])
  const type = isOwn ? StubType.GROUP_PARTICIPANT_LEAVE : StubType.GROUP_PARTICIPANT_REMOVE
  return stub(type, ...peopleIn(child))
}

/** People ask to be let in, or do not any more: they have changed their mind, or an administrator has declined. */
const readJoinRequests = (notification: Attrs, child: BinaryNode): Said => {
  const people = peopleIn(child)
  const first = childrenOf(child)[0]?.attrs['jid']
  const { participant, participant_pn } = notification
  const isOwn = first === undefined || [participant, participant_pn].includes(first)
  const what = child.tag === 'created_membership_requests' ? 'created' : isOwn ? 'revoked' : 'rejected'
  return stub(
    StubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_REQUEST_NON_ADMIN_ADD,
    ...(people.length > 0 ? people : [actorOf(notification)]),
    what,
  )
}

const actorOf = ({ participant, participant_pn }: Attrs): string =>
  JSON.stringify({ id: participant, phoneNumber: participant_pn })

const readPicture = ({ tag, attrs }: BinaryNode): Said | undefined => {
  if (tag !== 'set' && tag !== 'delete') return undefined
  const author = attrs['author']
  const changed = stub(StubType.GROUP_CHANGE_ICON, tag === 'set' ? (attrs['id'] ?? 'new') : undefined)
  return { ...changed, ...(author !== undefined && { by: author }) }
}

const timer = (ephemeralExpiration: number): Said => ({
  message: {
    protocolMessage: { type: proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING, ephemeralExpiration },
  },
})

/** People as JSON, as stubs carry them. */
const peopleIn = (child: BinaryNode): string[] =>
  childrenOf(child).flatMap(({ tag, attrs: { jid, phone_number, lid } }) =>
    tag === 'participant' || tag === 'requested_user'
      ? [JSON.stringify({ id: jid, phoneNumber: phone_number, lid })]
      : [],
  )

const alternative = (address: string | undefined) =>
  address !== undefined && (isPhone(address) || isLid(address)) ? { participantAlt: address } : {}

const textOf = (node: BinaryNode | undefined): string | undefined => {
  const { content } = node ?? {}
  if (content instanceof Uint8Array) return Buffer.from(content).toString()
  return typeof content === 'string' ? content : undefined
}
