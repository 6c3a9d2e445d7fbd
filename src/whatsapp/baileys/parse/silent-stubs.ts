import { proto } from '@whiskeysockets/baileys'

const { StubType } = proto.WebMessageInfo
type Name = keyof typeof StubType

/** Names, numbers, or blocks of numbers from–to. By prefix it could not be: an upgrade may add names. */
const because = (reason: string, ...which: readonly (Name | number | readonly [number, number])[]) =>
  which.flatMap((each): [number, string][] => {
    if (typeof each === 'string') return [[StubType[each], reason]]
    const [from, to] = typeof each === 'number' ? [each, each] : each
    return Array.from({ length: to - from + 1 }, (_, step) => [from + step, reason])
  })

/** Why a notice is not shown. Those not here have a sentence in `stubs.ts`. */
export const SILENT_STUBS: Readonly<Record<number, string>> = Object.fromEntries([
  ...because('no notice', 'UNKNOWN'),
  ...because(
    'comes as a message of its own',
    'REVOKE',
    'ADMIN_REVOKE',
    'PINNED_MESSAGE_IN_CHAT',
    'STATUS_MENTION',
    'CHAT_POLL_CREATION_MESSAGE',
  ),
  ...because('announced when it has not come after a while', 'CIPHERTEXT'),
  ...because(
    'about encryption',
    'E2E_ENCRYPTED',
    'E2E_ENCRYPTED_NOW',
    'E2E_DEVICE_CHANGED',
    'E2E_IDENTITY_UNAVAILABLE',
    'E2E_DEVICE_FETCH_FAILED',
  ),
  // NON_VERIFIED_TRANSITION to VERIFIED_TRANSITION_NONE_TO_UNKNOWN; BIZ_VERIFIED_TRANSITION_TOP_TO_BOTTOM to BIZ_TWO_TIER_
  // MIGRATION_BOTTOM; BLUE_MSG_*; BIZ_PRIVACY_*.
  ...because('about the account of a business', [4, 19], [60, 67], [76, 117], [126, 129]),
  ...because(
    'about the account of a business',
    'BIZ_CHAT_ASSIGNMENT',
    'CHAT_PSA',
    'BIZ_CHAT_ASSIGNMENT_UNASSIGN',
    'PAID_MESSAGE_SERVER_CAMPAIGN_ID',
    'BIZ_BOT_1P_MESSAGING_ENABLED',
    'BIZ_COEX_PRIVACY_INIT_SELF',
    'BIZ_COEX_PRIVACY_TRANSITION_SELF',
    'SUPPORT_AI_EDUCATION',
    'BIZ_BOT_3P_MESSAGING_ENABLED',
    'BIZ_COEX_PRIVACY_INIT',
    'BIZ_COEX_PRIVACY_TRANSITION',
    'CAPI_GROUP_NE2EE_SYSTEM_MESSAGE',
    'SUPPORT_SYSTEM_MESSAGE',
    'BIZ_CUSTOMER_3PD_DATA_SHARING_OPT_IN_MESSAGE',
    'BIZ_CUSTOMER_3PD_DATA_SHARING_OPT_OUT_MESSAGE',
    'BIZ_AUTOMATICALLY_LABELED_CHAT_SYSTEM_MESSAGE',
  ),
  ...because(
    'a setting of this account alone',
    'BLOCK_CONTACT',
    'DISAPPEARING_MODE',
    'EPHEMERAL_SETTING_NOT_APPLIED',
    'PAYMENT_ACTION_ACCOUNT_SETUP_REMINDER',
    'PAYMENT_INVITE_SETUP_INVITER',
    'PAYMENT_INVITE_SETUP_INVITEE_RECEIVE_ONLY',
    'PAYMENT_INVITE_SETUP_INVITEE_SEND_AND_RECEIVE',
    'REMINDER_SETUP_MESSAGE',
    'REMINDER_SENT_MESSAGE',
    'REMINDER_CANCEL_MESSAGE',
    'USER_CONTROLS_SYSTEM_MESSAGE',
    'REPORT_TO_ADMIN_ENABLED_STATUS',
  ),
  ...because(
    'addresses, taken in by Baileys',
    'CHANGE_LID',
    'CHANGE_USERNAME',
    'PHONE_NUMBER_HIDING_CHAT_DEPRECATED_MESSAGE',
  ),
  ...because(
    'a state of the phone alone',
    'GENERIC_NOTIFICATION',
    'VIEWED_ONCE',
    'EPHEMERAL_KEEP_IN_CHAT',
    'GROUP_ANNOUNCE_MODE_MESSAGE_BOUNCE',
    'GROUP_CREATING',
    'GROUP_CREATE_FAILED',
    'GROUP_BOUNCED',
    'SYNC_FAILED',
    'SYNCING',
  ),
  ...because('about a list of the owner', 'BROADCAST_CREATE', 'BROADCAST_ADD', 'BROADCAST_REMOVE'),
  ...because(
    'about the link of a group',
    'GROUP_CHANGE_NO_FREQUENTLY_FORWARDED',
    'GROUP_INVITE_LINK_GROWTH_LOCKED',
    'SENDER_INVITE',
    'RECEIVER_INVITE',
  ),
  ...because(
    'about other groups of a community',
    'COMMUNITY_LINK_SIBLING_GROUP',
    'COMMUNITY_LINK_SUB_GROUP',
    'COMMUNITY_UNLINK_SIBLING_GROUP',
    'COMMUNITY_UNLINK_SUB_GROUP',
    'COMMUNITY_DEACTIVATE_SIBLING_GROUP',
    'COMMUNITY_SUB_GROUP_VISIBILITY_HIDDEN',
    'EMPTY_SUBGROUP_CREATE',
    'SUB_GROUP_INVITE_RICH',
    'SUB_GROUP_PARTICIPANT_ADD_RICH',
    'SUBGROUP_ADMIN_TRIGGERED_AUTO_ADD_RICH',
    'SUGGESTED_SUBGROUP_ANNOUNCE',
    'GENERAL_CHAT_CREATE',
    'GENERAL_CHAT_ADD',
    'GENERAL_CHAT_AUTO_ADD_DISABLED',
  ),
  ...because(
    'about joining a community',
    'COMMUNITY_LINK_PARENT_GROUP_MEMBERSHIP_APPROVAL',
    'COMMUNITY_INVITE_RICH',
    'COMMUNITY_INVITE_AUTO_ADD_RICH',
    'COMMUNITY_PARTICIPANT_ADD_RICH',
    'COMMUNITY_ALLOW_MEMBER_ADDED_GROUPS',
    'CAG_INVITE_AUTO_ADD',
    'CAG_INVITE_AUTO_JOINED',
    'CAG_MASKED_THREAD_CREATED',
    'MASKED_THREAD_CREATED',
    'MASKED_THREAD_UNMASKED',
  ),
])
