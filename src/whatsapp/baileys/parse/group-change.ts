import { type BinaryNode, proto, type WAMessage } from '@whiskeysockets/baileys'
import type { Me } from '../me.ts'
import { childOf, childrenOf } from '../node.ts'

const { StubType } = proto.WebMessageInfo

export type Attrs = Readonly<Record<string, string>>

/** What a part of a notification says, as Baileys has it in a message. */
export interface Said
  extends Pick<Partial<WAMessage>, 'message' | 'messageStubType' | 'messageStubParameters'> {
  /** Whose doing it is, where that is not the notification's own participant. */
  readonly by?: string
  readonly byAlt?: string
  readonly id?: string
  readonly at?: string
}

export const stub = (messageStubType: number, ...parameters: (string | undefined)[]): Said => ({
  messageStubType,
  messageStubParameters: parameters.filter(parameter => parameter !== undefined),
})

/**
 * One change of a group (WhatsApp Web, `WAWebHandleGroupNotification`). What that says nothing of is left out here, too: a
 * request to be let in comes in two forms, and the older one, `membership_approval_request`, it never shows
 * (`shouldSkipGenMsg`).
 */
export const readGroupChange = (notification: Attrs, child: BinaryNode, me: Me): Said | undefined => {
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
    case 'created_membership_requests':
    case 'revoked_membership_requests':
      return attrs['suppress_sys_msg'] === 'true' ? undefined : readJoinRequests(notification, child)
    case 'ephemeral':
    case 'not_ephemeral':
      return timer(Number(attrs['expiration'] ?? 0))
    case 'linked_group_promote':
      return stub(StubType.COMMUNITY_PARTICIPANT_PROMOTE, ...peopleIn(child))
    case 'linked_group_demote':
      return stub(StubType.COMMUNITY_PARTICIPANT_DEMOTE, ...peopleIn(child))
    case 'link':
      return attrs['link_type'] === PARENT ? stub(StubType.COMMUNITY_LINK_PARENT_GROUP_RICH) : undefined
    case 'unlink':
      return attrs['unlink_type'] === PARENT ? readUnlinking(attrs['unlink_reason']) : undefined
    case 'delete':
      return stub(
        isOfCommunity(attrs['reason']) ? StubType.COMMUNITY_PARENT_GROUP_DELETED : StubType.GROUP_DELETE,
      )
    default:
      return undefined
  }
}

/** What a group is linked to when that is its community; else it is another group of the same one. */
const PARENT = 'parent_group'

/** Why a group is no more, or no more in its community: that one was ended, by its owner or by WhatsApp. */
const isOfCommunity = (reason: string | undefined): boolean =>
  reason === 'delete_parent' || reason === 'integrity_delete_parent'

const readUnlinking = (reason: string | undefined): Said => {
  if (reason === 'integrity_delete_parent') return stub(StubType.INTEGRITY_UNLINK_PARENT_GROUP)
  return stub(
    isOfCommunity(reason) ? StubType.COMMUNITY_PARENT_GROUP_DELETED : StubType.COMMUNITY_UNLINK_PARENT_GROUP,
  )
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

const readRemoval = (notification: Attrs, child: BinaryNode): Said => {
  const [first, second] = childrenOf(child)
  const isOwn = first !== undefined && second === undefined && isActor(first, notification)
  const type = isOwn ? StubType.GROUP_PARTICIPANT_LEAVE : StubType.GROUP_PARTICIPANT_REMOVE
  return stub(type, ...peopleIn(child))
}

/** People ask to be let in, or do not any more: they have changed their mind, or an administrator has declined. */
const readJoinRequests = (notification: Attrs, child: BinaryNode): Said => {
  const people = peopleIn(child)
  const [first] = childrenOf(child)
  const isOwn = first === undefined || isActor(first, notification)
  const what = child.tag === 'created_membership_requests' ? 'created' : isOwn ? 'revoked' : 'rejected'
  return stub(
    StubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_REQUEST_NON_ADMIN_ADD,
    ...(people.length > 0 ? people : [actorOf(notification)]),
    what,
  )
}

/** Whether it names whoever did it, by either address. */
const isActor = (
  { attrs: { jid, phone_number, lid } }: BinaryNode,
  { participant, participant_pn, participant_lid }: Attrs,
): boolean => {
  const actor = [participant, participant_pn, participant_lid].filter(each => each !== undefined)
  return [jid, phone_number, lid].some(each => each !== undefined && actor.includes(each))
}

const actorOf = ({ participant, participant_pn }: Attrs): string =>
  JSON.stringify({ id: participant, phoneNumber: participant_pn })

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

const textOf = (node: BinaryNode | undefined): string | undefined => {
  const { content } = node ?? {}
  if (content instanceof Uint8Array) return Buffer.from(content).toString()
  return typeof content === 'string' ? content : undefined
}
