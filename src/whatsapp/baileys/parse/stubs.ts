import { proto, type WAMessage } from '@whiskeysockets/baileys'
import { normalizeAddress, phoneOf } from '../../address.ts'
import { oneLine } from './context.ts'

const { StubType } = proto.WebMessageInfo
type NameOf = (address: string) => string | undefined

/**
 * The text of a group notice (reference/content.md §6), or `undefined` where there is nothing to say. Whose doing it is
 * stands above the message as its sender. Parameters of 27–32 are JSON, of 33 plain addresses.
 */
export const labelOfStub = (web: WAMessage, nameOf: NameOf): string | undefined => {
  const parameters = web.messageStubParameters ?? []
  const first = parameters[0]
  const people = (): string => parameters.map((text: string) => personIn(text, nameOf)).join(', ')
  switch (web.messageStubType) {
    case StubType.GROUP_CREATE:
      return `Created the group${first ? `: ${oneLine(first)}` : ''}`
    case StubType.GROUP_CHANGE_SUBJECT:
      return `Renamed the group${first ? ` to: ${oneLine(first)}` : ''}`
    case StubType.GROUP_CHANGE_ICON:
      return first ? 'Changed the photo of the group' : 'Removed the photo of the group'
    case StubType.GROUP_CHANGE_INVITE_LINK:
      return 'Reset the invite link of the group'
    case StubType.GROUP_CHANGE_DESCRIPTION:
      return first ? `Changed the description: ${first}` : 'Removed the description of the group'
    case StubType.GROUP_CHANGE_RESTRICT:
      return first === 'on' ? 'Only admins may edit the group now' : 'Everybody may edit the group now'
    case StubType.GROUP_CHANGE_ANNOUNCE:
      return first === 'on' ? 'Only admins may write now' : 'Everybody may write now'
    case StubType.GROUP_PARTICIPANT_ADD:
      return joinedByThemselves(web) ? 'Joined the group' : `Added ${people()}`
    case StubType.GROUP_PARTICIPANT_INVITE:
      return 'Joined by the invite link'
    case StubType.GROUP_PARTICIPANT_REMOVE:
      return `Removed ${people()}`
    case StubType.GROUP_PARTICIPANT_LEAVE:
      return 'Left the group'
    case StubType.GROUP_PARTICIPANT_PROMOTE:
      return `Made admin: ${people()}`
    case StubType.GROUP_PARTICIPANT_DEMOTE:
      return `No longer admin: ${people()}`
    case StubType.GROUP_PARTICIPANT_CHANGE_NUMBER:
      return 'Changed their number'
    case StubType.CALL_MISSED_VOICE:
    case StubType.CALL_MISSED_GROUP_VOICE:
      return 'Missed voice call'
    case StubType.CALL_MISSED_VIDEO:
    case StubType.CALL_MISSED_GROUP_VIDEO:
      return 'Missed video call'
    case StubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_MODE:
      return first === 'on' ? 'Admins approve new members now' : 'New members need no approval now'
    case StubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_REQUEST_NON_ADMIN_ADD:
      return parameters[1] === 'created' ? `${personIn(first, nameOf)} asks to join` : undefined
    case StubType.GROUP_MEMBER_ADD_MODE:
      return first === 'all_member_add' ? 'Everybody may add members now' : 'Only admins may add members now'
    default:
      return undefined
  }
}

const joinedByThemselves = (web: WAMessage): boolean => {
  const actor = normalizeAddress(web.key.participant)
  const added = web.messageStubParameters ?? []
  return actor !== undefined && added.length === 1 && addressesIn(added[0]).includes(actor)
}

const addressesIn = (text: string | undefined): string[] => {
  let value: unknown = text
  try {
    value = JSON.parse(text ?? '')
  } catch {
    // Older notices carry the bare address.
  }
  const known =
    value !== null && typeof value === 'object'
      ? Object.values(value).filter(entry => typeof entry === 'string')
      : [String(value ?? '')]
  return known.flatMap(jid => normalizeAddress(jid) ?? [])
}

/** A name, else a phone number, else a word: a LID means nothing to anybody. */
const personIn = (text: string | undefined, nameOf: NameOf): string => {
  const addresses = addressesIn(text)
  for (const address of addresses) {
    const name = nameOf(address)
    if (name !== undefined) return name
  }
  return addresses.map(phoneOf).find(phone => phone !== undefined) ?? 'somebody'
}
