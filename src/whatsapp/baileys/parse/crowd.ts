import { proto, type WAMessage } from '@whiskeysockets/baileys'
import { normalizeAddress } from '../../address.ts'
import { isMe } from '../me.ts'
import type { ParseContext } from './context.ts'
import { peopleOf } from './stubs.ts'

const { StubType } = proto.WebMessageInfo

const ABOUT_MEMBERS: ReadonlySet<number> = new Set([
  StubType.GROUP_PARTICIPANT_ADD,
  StubType.GROUP_PARTICIPANT_REMOVE,
  StubType.GROUP_PARTICIPANT_LEAVE,
  StubType.GROUP_PARTICIPANT_PROMOTE,
  StubType.GROUP_PARTICIPANT_DEMOTE,
  StubType.GROUP_PARTICIPANT_CHANGE_NUMBER,
  StubType.COMMUNITY_PARTICIPANT_DEMOTE,
])

/**
 * Whether a notice is of one of the many others in the announcements of a community, which WhatsApp shows to their
 * administrators alone (WhatsApp Web, `WAWebGroupSystemMsg` and `WAWebHandleGroupNotificationConst`): thousands come and go there.
 */
export const isOfCrowd = (web: WAMessage, { me, isCrowd }: Pick<ParseContext, 'me' | 'isCrowd'>): boolean => {
  const group = normalizeAddress(web.key.remoteJid)
  if (group === undefined || !ABOUT_MEMBERS.has(web.messageStubType ?? 0) || !isCrowd(group)) return false
  const people = [web.key.participant, ...peopleOf(web).flat()]
  return !people.some(address => isMe(address, me))
}
