import { proto, type WAMessage } from '@whiskeysockets/baileys'
import { oneLine } from '../../../bridge/rich-text.ts'
import { normalizeAddress, phoneOf } from '../../address.ts'
import { duration } from './protocol.ts'
import { SILENT_STUBS } from './silent-stubs.ts'

const { StubType } = proto.WebMessageInfo
type NameOf = (address: string) => string | undefined
type AddressesOf = (address: string) => readonly string[]

interface Stub {
  readonly web: WAMessage
  readonly first: string | undefined
  /** Everybody whom the notice names. */
  people(): string
}

type Sentence = string | ((stub: Stub) => string | undefined)

const missedVoice = '📞 Missed voice call'
const missedVideo = '📞 Missed video call'
const joined = 'Has joined the group'
const deleted = 'The group was ended'
const onOff =
  (on: string, off: string): Sentence =>
  ({ first }) =>
    first === 'on' || first === 'true' ? on : off

/**
 * What is said about a notice. Whose doing it is stands above the message as its sender.
 * Parameters of 27–32 are JSON, of 33 plain addresses.
 */
export const STUBS: Readonly<Record<number, Sentence>> = {
  [StubType.FUTUREPROOF]: 'A message of a kind not supported yet; open WhatsApp',
  [StubType.GROUP_CREATE]: ({ first }) => `Created the group${first ? `: ${oneLine(first)}` : ''}`,
  [StubType.GROUP_CHANGE_SUBJECT]: ({ first }) => `Renamed the group${first ? ` to: ${oneLine(first)}` : ''}`,
  [StubType.GROUP_CHANGE_ICON]: ({ first }) =>
    first ? 'Changed the photo of the group' : 'Removed the photo of the group',
  [StubType.GROUP_CHANGE_INVITE_LINK]: 'Reset the invite link of the group',
  [StubType.GROUP_CHANGE_DESCRIPTION]: ({ first }) =>
    first ? `Changed the description: ${first}` : 'Removed the description of the group',
  [StubType.GROUP_CHANGE_RESTRICT]: onOff(
    'Only admins may edit the group now',
    'Everybody may edit the group now',
  ),
  [StubType.GROUP_CHANGE_ANNOUNCE]: onOff('Only admins may write now', 'Everybody may write now'),
  [StubType.GROUP_PARTICIPANT_ADD]: ({ web, people }) =>
    isAboutThemselves(web) ? joined : `Added ${people()}`,
  [StubType.GROUP_PARTICIPANT_INVITE]: 'Has joined by the invite link',
  [StubType.GROUP_PARTICIPANT_REMOVE]: ({ people }) => `Removed ${people()}`,
  [StubType.GROUP_PARTICIPANT_LEAVE]: 'Has left the group',
  [StubType.GROUP_PARTICIPANT_PROMOTE]: ({ people }) => `Made admin: ${people()}`,
  [StubType.GROUP_PARTICIPANT_DEMOTE]: ({ people }) => `No longer admin: ${people()}`,
  [StubType.GROUP_PARTICIPANT_CHANGE_NUMBER]: 'Changed their number',
  [StubType.INDIVIDUAL_CHANGE_NUMBER]: 'Changed their number',
  [StubType.GROUP_PARTICIPANT_ADD_REQUEST_JOIN]: ({ people }) => `Accepted ${people()}`,
  [StubType.GROUP_PARTICIPANT_ACCEPT]: ({ people }) => `Accepted ${people()}`,
  [StubType.GROUP_PARTICIPANT_LINKED_GROUP_JOIN]: joined,
  [StubType.GROUP_PARTICIPANT_JOINED_GROUP_AND_PARENT_GROUP]: joined,
  [StubType.GROUP_V4_ADD_INVITE_SENT]: ({ people }) => `Invited ${people()}`,
  [StubType.GROUP_DELETE]: deleted,
  [StubType.GROUP_DEACTIVATED]: deleted,
  [StubType.COMMUNITY_PARENT_GROUP_DELETED]: 'The community was ended',
  [StubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_MODE]: onOff(
    'Admins approve new members now',
    'New members need no approval now',
  ),
  [StubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_REQUEST]: stub => asks(stub, 'asks'),
  [StubType.GROUP_MEMBERSHIP_JOIN_APPROVAL_REQUEST_NON_ADMIN_ADD]: stub => {
    const what = stub.web.messageStubParameters ?? []
    if (what.includes('created')) return asks(stub, 'asks')
    if (what.includes('revoked')) return asks(stub, 'no longer asks')
    return what.includes('rejected') ? `Declined to let in ${stub.people()}` : undefined
  },
  [StubType.GROUP_MEMBER_ADD_MODE]: ({ first }) =>
    first === 'all_member_add' ? 'Everybody may add members now' : 'Only admins may add members now',
  [StubType.GROUP_CHANGE_RECENT_HISTORY_SHARING]: 'Changed whether new members see earlier messages',
  [StubType.GROUP_MEMBER_SHARE_GROUP_HISTORY_MODE]: 'Changed whether new members see earlier messages',
  [StubType.GROUP_MEMBER_LINK_MODE]: 'Changed who may see the invite link',
  [StubType.COMMUNITY_CREATE]: 'Created the community',
  [StubType.COMMUNITY_LINK_PARENT_GROUP]: 'Added this group to a community',
  [StubType.COMMUNITY_LINK_PARENT_GROUP_RICH]: 'Added this group to a community',
  [StubType.COMMUNITY_UNLINK_PARENT_GROUP]: 'Removed this group from its community',
  [StubType.INTEGRITY_UNLINK_PARENT_GROUP]: 'WhatsApp removed this group from its community',
  [StubType.COMMUNITY_PARTICIPANT_PROMOTE]: ({ people }) => `Made community admin: ${people()}`,
  [StubType.COMMUNITY_PARTICIPANT_DEMOTE]: ({ people }) => `No longer community admin: ${people()}`,
  [StubType.COMMUNITY_PARENT_GROUP_SUBJECT_CHANGED]: ({ first }) =>
    `Renamed the community${first ? ` to: ${oneLine(first)}` : ''}`,
  [StubType.COMMUNITY_CHANGE_DESCRIPTION]: 'Changed the description of the community',
  [StubType.COMMUNITY_OWNER_UPDATED]: 'The community has another owner',
  [StubType.CALL_MISSED_VOICE]: missedVoice,
  [StubType.CALL_MISSED_GROUP_VOICE]: missedVoice,
  [StubType.CALL_MISSED_VIDEO]: missedVideo,
  [StubType.CALL_MISSED_GROUP_VIDEO]: missedVideo,
  [StubType.SILENCED_UNKNOWN_CALLER_AUDIO]: '📞 Silenced voice call from an unknown number',
  [StubType.SILENCED_UNKNOWN_CALLER_VIDEO]: '📞 Silenced video call from an unknown number',
  [StubType.LINKED_GROUP_CALL_START]: '📞 A call has started in a linked group',
  [StubType.SCHEDULED_CALL_START_MESSAGE]: '📞 A scheduled call has started',
  [StubType.SCHEDULED_CALL_CANCEL]: '📞 A scheduled call was cancelled',
  [StubType.EVENT_UPDATED]: 'An event was changed',
  [StubType.EVENT_CANCELED]: 'An event was cancelled',
  [StubType.CHANGE_EPHEMERAL_SETTING]: ({ first }) =>
    `Disappearing messages: ${duration(Number(first ?? 0) || 0)}`,
  [StubType.CHANGE_LIMIT_SHARING]: onOff('Advanced chat privacy: on', 'Advanced chat privacy: off'),
  [StubType.E2E_IDENTITY_CHANGED]: ({ first, people }) =>
    first === undefined ? 'The security code has changed' : `🔐 The security code of ${people()} has changed`,
  [StubType.OVERSIZED]: 'A message that is too large for here; open WhatsApp',
  [StubType.QUARANTINED_MESSAGE]: 'A message that WhatsApp holds back; look at the phone',
  [StubType.PAYMENT_CIPHERTEXT]: '💸 Payment',
  [StubType.PAYMENT_FUTUREPROOF]: '💸 Payment',
  [StubType.PAYMENT_TRANSACTION_STATUS_UPDATE_FAILED]: '💸 Payment failed',
  [StubType.PAYMENT_TRANSACTION_STATUS_UPDATE_REFUNDED]: '💸 Payment refunded',
  [StubType.PAYMENT_TRANSACTION_STATUS_UPDATE_REFUND_FAILED]: '💸 Refund failed',
  [StubType.PAYMENT_TRANSACTION_STATUS_RECEIVER_PENDING_SETUP]: '💸 Payment waits for its receiver',
  [StubType.PAYMENT_TRANSACTION_STATUS_RECEIVER_SUCCESS_AFTER_HICCUP]: '💸 Payment received',
  [StubType.PAYMENT_ACTION_SEND_PAYMENT_REMINDER]: '💸 Payment reminder',
  [StubType.PAYMENT_ACTION_SEND_PAYMENT_INVITATION]: '💸 Invitation to set up payments',
  [StubType.PAYMENT_ACTION_REQUEST_DECLINED]: '💸 Payment request declined',
  [StubType.PAYMENT_ACTION_REQUEST_EXPIRED]: '💸 Payment request expired',
  [StubType.PAYMENT_ACTION_REQUEST_CANCELLED]: '💸 Payment request cancelled',
}

/** The text of a notice, or `undefined` where there is nothing to say; `addressesOf` gives all that is known of a person. */
export const labelOfStub = (
  web: WAMessage,
  nameOf: NameOf,
  addressesOf: AddressesOf = address => [address],
): string | undefined => {
  const parameters = web.messageStubParameters ?? []
  const sentence = STUBS[web.messageStubType ?? 0]
  if (typeof sentence !== 'function') return sentence
  const people = (): string => listOf(peopleOf(web).map(each => personIn(each.flatMap(addressesOf), nameOf)))
  return sentence({ web, first: parameters[0], people: () => people() || 'somebody' })
}

/** Why a notice says nothing; for the log. */
export const silenceOf = ({ messageStubType: type }: WAMessage): string =>
  SILENT_STUBS[type ?? 0] ?? `a notice of the unknown type "${type}"`

const MOST_PEOPLE = 20

const listOf = (people: readonly string[]): string => {
  const rest = people.length - MOST_PEOPLE
  return [...people.slice(0, MOST_PEOPLE), ...(rest > 0 ? [`${rest} others`] : [])].join(', ')
}

/** Who asks to be let in stands above the message, or, where a member asks for them, in it. */
const asks = ({ web, people }: Stub, verb: string): string =>
  isAboutThemselves(web)
    ? `${verb.charAt(0).toUpperCase()}${verb.slice(1)} to join`
    : `${people()} ${verb} to join`

const isAboutThemselves = (web: WAMessage): boolean => {
  const { participant, participantAlt } = web.key
  const actor = [participant, participantAlt].flatMap(jid => normalizeAddress(jid) ?? [])
  const [first = [], ...others] = peopleOf(web)
  return others.length === 0 && first.some(address => actor.includes(address))
}

/** By their addresses, those whom the parameters name; others of them say what it is about. */
export const peopleOf = ({ messageStubParameters }: WAMessage): (readonly string[])[] =>
  (messageStubParameters ?? [])
    .map((text: string) => addressesIn(text))
    .filter((addresses: readonly string[]) => addresses.length > 0)

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
const personIn = (addresses: readonly string[], nameOf: NameOf): string => {
  for (const address of addresses) {
    const name = nameOf(address)
    if (name !== undefined) return name
  }
  return addresses.map(phoneOf).find(phone => phone !== undefined) ?? 'somebody'
}
