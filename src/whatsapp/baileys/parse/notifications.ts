import { createHash } from 'node:crypto'
import { type BinaryNode, jidDecode, proto, type WAMessage } from '@whiskeysockets/baileys'
import { isGroup, isLid, isPhone, normalizeAddress } from '../../address.ts'
import { isMe, type Me } from '../me.ts'
import { childOf, childrenOf } from '../node.ts'
import { type Attrs, readGroupChange, type Said, stub } from './group-change.ts'
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
    // Of who changes a picture the notification itself has the name alone.
    const isActor = by !== undefined && by === (attrs['participant'] ?? by)
    const web: WAMessage = {
      key: {
        remoteJid: attrs['from'] ?? '',
        id: position === 0 ? (id ?? '') : `${id}.${position}`,
        fromMe: isMe(by, me),
        ...(by !== undefined && { participant: by }),
        ...alternative(
          byAlt ?? (isActor ? (attrs['participant_pn'] ?? attrs['participant_lid']) : undefined),
        ),
      },
      ...(isActor && attrs['notify'] && { pushName: attrs['notify'] }),
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
      if (tag === 'participant' || tag === 'requested_user')
        pairs.push([attrs['jid'], attrs['phone_number'] ?? attrs['lid']])
    }
  }
  return pairs.filter((pair): pair is [string, string] => pair.every(address => address !== undefined))
}

/** Who administers a group from now on, or (`are` is false) does not any more; `alone`: nobody else does. */
export interface AdminChange {
  readonly who: readonly string[]
  readonly are: boolean
  readonly alone?: boolean
}

/** What a notification says of who administers a group. Where we are out, nothing is told of it any more. */
export const adminsIn = (node: BinaryNode, me: Me): AdminChange[] =>
  node.attrs['type'] !== 'w:gp2'
    ? []
    : childrenOf(node).flatMap((child): AdminChange[] => {
        const people = childrenOf(child)
        switch (child.tag) {
          case 'promote':
            return [{ who: addressesOf(people), are: true }]
          case 'demote':
            return [{ who: addressesOf(people), are: false }]
          case 'remove':
          case 'leave': {
            const who = addressesOf(people)
            return who.some(address => isMe(address, me))
              ? [{ who: [], are: true, alone: true }]
              : [{ who, are: false }]
          }
          case 'create': {
            const admins = childrenOf(childOf(child, 'group')).filter(({ attrs }) => attrs['type'])
            return [{ who: addressesOf(admins), are: true, alone: true }]
          }
          default:
            return []
        }
      })

const addressesOf = (people: readonly BinaryNode[]): string[] =>
  people
    .flatMap(({ attrs: { jid, phone_number, lid } }) => [jid, phone_number, lid])
    .filter(address => address !== undefined)

/** How a group is called, whether its settings are for administrators alone and, of a new one, what it is. */
interface GroupNews {
  readonly subject?: string
  /** Seconds after which messages disappear; 0 where they do not. */
  readonly ephemeralDuration?: number
  readonly restrict?: boolean
  readonly isCommunityAnnounce?: boolean
}

/** When something was told of, in milliseconds since 1970; 0 where that is not said. */
export const timeOf = ({ attrs }: BinaryNode): number => (Number(attrs['t']) || 0) * 1000

/** What a notification says of a group. */
export const groupIn = (node: BinaryNode): GroupNews[] =>
  childrenOf(node).flatMap(child => readGroup(child) ?? [])

const readGroup = (child: BinaryNode): GroupNews | undefined => {
  const group = child.tag === 'create' ? childOf(child, 'group') : undefined
  const { subject } = (group ?? child).attrs
  const named = subject === undefined ? {} : { subject }
  if (group !== undefined) {
    const has = (tag: string): boolean => childOf(group, tag) !== undefined
    const ephemeralDuration = Number(childOf(group, 'ephemeral')?.attrs['expiration']) || 0
    return {
      ...named,
      ephemeralDuration,
      restrict: has('locked'),
      isCommunityAnnounce: has('default_sub_group'),
    }
  }
  if (child.tag === 'subject') return named
  return child.tag === 'locked' || child.tag === 'unlocked' ? { restrict: child.tag === 'locked' } : undefined
}

const readChange = (notification: Attrs, child: BinaryNode, me: Me): Said | undefined => {
  const type = notification['type']
  if (type === 'newsletter') return readPost(notification, child)
  if (type === 'picture') return readPicture(child)
  if (type !== 'encrypt') return readGroupChange(notification, child, me)
  return child.tag === 'identity' ? stub(StubType.E2E_IDENTITY_CHANGED, notification['from']) : undefined
}

const readPicture = ({ tag, attrs }: BinaryNode): Said | undefined => {
  if (tag !== 'set' && tag !== 'delete') return undefined
  const author = attrs['author']
  const changed = stub(StubType.GROUP_CHANGE_ICON, tag === 'set' ? (attrs['id'] ?? 'new') : undefined)
  return { ...changed, ...(author !== undefined && { by: author }) }
}

const alternative = (address: string | undefined) =>
  address !== undefined && (isPhone(address) || isLid(address)) ? { participantAlt: address } : {}
