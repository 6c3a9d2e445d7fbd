import { proto } from '@whiskeysockets/baileys'
import { editOf, readDeletion } from './change.ts'
import type { Said, SaidMessage, Scene } from './said.ts'

const { Type } = proto.Message.ProtocolMessage

/** Why a type of `protocolMessage` makes no event. Those not here are read below. */
export const SILENT_PROTOCOL: Readonly<Record<number, string>> = {
  [Type.EPHEMERAL_SYNC_RESPONSE]: 'timer sync',
  [Type.HISTORY_SYNC_NOTIFICATION]: 'history, taken in by Baileys',
  [Type.APP_STATE_SYNC_KEY_SHARE]: 'key material',
  [Type.APP_STATE_SYNC_KEY_REQUEST]: 'key material',
  [Type.APP_STATE_FATAL_EXCEPTION_NOTIFICATION]: 'state of the own devices',
  [Type.MSG_FANOUT_BACKFILL_REQUEST]: 'between own devices',
  [Type.INITIAL_SECURITY_NOTIFICATION_SETTING_SYNC]: 'settings of the own devices',
  [Type.PEER_DATA_OPERATION_REQUEST_MESSAGE]: 'between own devices',
  [Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE]: 'between own devices; messages in it are read apart',
  [Type.REQUEST_WELCOME_MESSAGE]: 'for bots',
  [Type.BOT_FEEDBACK_MESSAGE]: 'for bots',
  [Type.MEDIA_NOTIFY_MESSAGE]: 'hint about an upload',
  [Type.CLOUD_API_THREAD_CONTROL_NOTIFICATION]: 'for businesses',
  [Type.LID_MIGRATION_MAPPING_SYNC]: 'addresses, taken in by Baileys',
  [Type.REMINDER_MESSAGE]: 'reminder of the own devices',
  [Type.BOT_MEMU_ONBOARDING_MESSAGE]: 'for bots',
  [Type.STATUS_MENTION_MESSAGE]: 'says nothing outside its wrapper',
  [Type.STOP_GENERATION_MESSAGE]: 'for bots',
  [Type.AI_PSI_METADATA]: 'for bots',
  [Type.AI_QUERY_FANOUT]: 'for bots',
  [Type.GROUP_MEMBER_LABEL_CHANGE]: 'label of a member: nothing to show',
}

/** Messages about messages, and about the chat. */
export const readProtocol = (message: proto.Message.IProtocolMessage, scene: Scene): Said => {
  const type = message.type ?? Type.REVOKE
  const remark = (label: string): SaidMessage => ({ content: { kind: 'placeholder', label }, silent: true })
  switch (type) {
    case Type.REVOKE:
      return readDeletion(message.key, scene)
    case Type.MESSAGE_EDIT:
      return editOf(message.key?.id, message.editedMessage, scene)
    case Type.EPHEMERAL_SETTING:
      return remark(`Disappearing messages: ${duration(message.ephemeralExpiration ?? 0)}`)
    case Type.SHARE_PHONE_NUMBER:
      return remark('Shared their phone number')
    case Type.LIMIT_SHARING:
      return remark(`Advanced chat privacy: ${message.limitSharing?.sharingLimited ? 'on' : 'off'}`)
    default:
      return { ignored: SILENT_PROTOCOL[type] ?? `protocol message of the unknown type "${type}"` }
  }
}

/** `24 hours`, or `off` where there are no seconds. */
export const duration = (seconds: number): string => {
  if (seconds <= 0) return 'off'
  const days = seconds / 86_400
  if (days < 1) return `${Math.round(seconds / 3600)} hours`
  return days === 1 ? '24 hours' : `${Math.round(days)} days`
}
