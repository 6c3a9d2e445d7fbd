import type { proto } from '@whiskeysockets/baileys'
import type { CardContent } from '../../../bridge/content.ts'
import type { Content } from '../../../bridge/event.ts'
import { oneLine, plainText } from '../../../bridge/rich-text.ts'
import type { ParseContext } from './context.ts'
import { bold, items, type Line, linesOf, moment, sum } from './lines.ts'
import type { Field } from './said.ts'
import { textOf } from './text.ts'

/** `Poll: Where do we eat?`, or only `Poll`. */
export const named = (kind: string, text: string | null | undefined): string =>
  text?.trim() ? `${kind}: ${text.trim()}` : kind

/** The parts that say something, one a line. */
const lines = (...parts: readonly (string | null | undefined)[]): string =>
  parts.filter(part => part?.trim()).join('\n')

/** The text or caption of a message of any kind. */
export const textIn = (message: proto.IMessage | null | undefined): string | undefined => {
  if (message == null) return undefined
  const text =
    message.conversation ||
    message.extendedTextMessage?.text ||
    message.imageMessage?.caption ||
    message.videoMessage?.caption ||
    message.documentMessage?.caption ||
    message.documentWithCaptionMessage?.message?.documentMessage?.caption
  return text || undefined
}

/** What somebody says by choosing it: a button, a row of a list, an answer. */
export const spoken = (text: string | null | undefined, kind: string): Content =>
  text?.trim() ? { kind: 'text', body: plainText(text.trim()) } : { kind: 'placeholder', label: kind }

/** Words under a title, with nothing to press: of what Telegram has nothing of the kind, whatever text is in it is kept. */
const told = (title: string, ...rest: readonly Line[]): CardContent => ({
  kind: 'card',
  body: linesOf(bold(title), ...rest),
  buttons: [],
})

export const pollResult = ({ name, pollVotes }: Field<'pollResultSnapshotMessage'>): Content =>
  told(
    named('📊 Result', oneLine(name ?? '')),
    items(pollVotes?.map(vote => `${vote.optionName ?? ''}: ${Number(vote.optionVoteCount ?? 0)}`)),
  )

/** `CallLogMessage.CallOutcome`. */
const OUTCOMES = [
  '',
  'missed',
  'failed',
  'declined',
  'answered on another device',
  'in progress',
  'silenced: do not disturb',
  'silenced: unknown caller',
]

export const callLog = ({
  isVideo,
  durationSecs,
  callOutcome,
  callType,
}: Field<'callLogMesssage'>): string => {
  const claimed = Number(durationSecs ?? 0)
  const seconds = claimed < 7 * 86_400 ? claimed : 0
  const length = seconds > 0 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` : ''
  const outcome = OUTCOMES[callOutcome ?? 0] ?? ''
  const kind = callType === 2 ? 'Voice chat' : isVideo ? 'Video call' : 'Voice call'
  return named(`📞 ${kind}`, [outcome, length].filter(part => part !== '').join(', '))
}

/** `ScheduledCallCreationMessage.CallType`: 2 is video. */
export const scheduledCall = (call: Field<'scheduledCallCreationMessage'>): Content =>
  told(
    `📞 Scheduled ${call.callType === 2 ? 'video call' : 'call'}`,
    call.title,
    moment(Number(call.scheduledTimestampMs ?? 0) / 1000),
  )

export const order = (message: Field<'orderMessage'>, context: ParseContext): Content => {
  const { orderTitle, itemCount, totalAmount1000, totalCurrencyCode, message: note } = message
  const count = itemCount ? `${itemCount} ${itemCount === 1 ? 'item' : 'items'}` : ''
  return told(
    named('🛒 Order', orderTitle),
    [count, sum(totalAmount1000, totalCurrencyCode)].filter(part => part !== '').join(', '),
    textOf(note ?? '', undefined, context),
  )
}

export const invoice = ({ note }: Field<'invoiceMessage'>): string =>
  named('🧾 Invoice; see it on the phone', note)

export const payment = ({ noteMessage }: Field<'sendPaymentMessage'>): string =>
  named('💸 Payment', textIn(noteMessage))

export const paymentRequest = (message: Field<'requestPaymentMessage'>): string => {
  const { amount1000, currencyCodeIso4217, amount, noteMessage, expiryTimestamp } = message
  const money = Number(amount?.value ?? 0) / (amount?.offset || 1)
  const asked =
    sum(amount1000, currencyCodeIso4217) || (money > 0 ? `${money} ${amount?.currencyCode ?? ''}`.trim() : '')
  const until = moment(expiryTimestamp)
  return named('💸 Payment request', lines(asked, textIn(noteMessage), until && `until ${until}`))
}

/** `PaymentInviteMessage.ServiceType`. */
export const paymentInvite = ({ serviceType }: Field<'paymentInviteMessage'>): string =>
  named('💸 Invitation to set up payments', ['', 'Meta Pay', 'Novi', 'UPI'][serviceType ?? 0])

/** Its code works in WhatsApp alone: it is no link, but a button. `GroupType` 1 is a community. */
export const groupInvite = (message: Field<'groupInviteMessage'>, context: ParseContext): Content => {
  const { groupJid, inviteCode, groupType, groupName, caption, contextInfo, inviteExpiration } = message
  const until = moment(inviteExpiration)
  const canJoin = groupJid && inviteCode
  const words = told(
    `✉️ Invitation to the ${groupType === 1 ? 'community' : 'group'} "${oneLine(groupName ?? '')}"`,
    textOf(caption ?? '', contextInfo, context),
    canJoin ? until && `Until ${until}` : `Open WhatsApp to join${until && `, until ${until}`}`,
  )
  return canJoin ? { ...words, buttons: [{ label: 'Join', join: true }] } : words
}

export const channelInvite = (
  message: Field<'newsletterFollowerInviteMessageV2'>,
  context: ParseContext,
): Content =>
  told(
    `✉️ Invitation to the channel "${oneLine(message.newsletterName ?? '')}"`,
    textOf(message.caption ?? '', message.contextInfo, context),
  )

export const channelAdminInvite = (
  message: Field<'newsletterAdminInviteMessage'>,
  context: ParseContext,
): Content => {
  const until = moment(message.inviteExpiration)
  return told(
    `✉️ Invitation to run the channel "${oneLine(message.newsletterName ?? '')}"`,
    textOf(message.caption ?? '', message.contextInfo, context),
    until && `Until ${until}`,
  )
}

export const stickerPack = (pack: Field<'stickerPackMessage'>, context: ParseContext): Content => {
  const { name, publisher, stickers, caption, packDescription } = pack
  const count = stickers?.length ?? 0
  return told(
    named('🎴 Sticker pack', oneLine(name ?? '')),
    publisher && `by ${oneLine(publisher)}`,
    packDescription,
    `${count} ${count === 1 ? 'sticker' : 'stickers'}; see them on the phone`,
    textOf(caption ?? '', pack.contextInfo, context),
  )
}

export const sharedHistory = ({ messageHistoryMetadata: history }: Field<'messageHistoryNotice'>): string => {
  const count = Number(history?.messageCount ?? 0)
  const people = history?.historyReceivers?.length ?? 0
  const what = count > 0 ? `${count} earlier messages were` : 'Earlier messages were'
  return `${what} shared with ${people > 1 ? `${people} new members` : 'a new member'}`
}
