import type { proto } from '@whiskeysockets/baileys'
import type { Content } from '../../../bridge/event.ts'
import type { Ignored, ParseContext, Said } from './context.ts'
import { textOf } from './context.ts'
import * as labels from './labels.ts'
import { readAudio, readDocument, readImage, readSticker, readVideo, readVideoNote } from './media.ts'
import { readProtocol } from './protocol.ts'
import { readContacts, readExtendedText, readLiveLocation, readLocation } from './simple.ts'

/** What becomes of one field of `proto.Message`. */
export type Decision<T> =
  /** Peeled off in `unwrap.ts`; what remains is an empty or too deep one. */
  | { readonly do: 'unwrap' }
  /** Rides beside other content and is none itself. */
  | { readonly do: 'skip'; readonly reason: string }
  | { readonly do: 'ignore'; readonly reason: string }
  | { readonly do: 'read'; readonly read: (value: T, context: ParseContext) => Said | Ignored }

type Decisions = { readonly [F in keyof proto.IMessage]-?: Decision<NonNullable<proto.IMessage[F]>> }

const unwrapped = { do: 'unwrap' } as const
const skip = (reason: string) => ({ do: 'skip', reason }) as const
const ignore = (reason: string) => ({ do: 'ignore', reason }) as const
const content = <T>(read: (value: T, context: ParseContext) => Content): Decision<T> => ({
  do: 'read',
  read: (value, context) => ({ content: read(value, context) }),
})
const label = <T>(write: (value: T) => string): Decision<T> => ({
  do: 'read',
  read: value => ({ content: { kind: 'placeholder', label: write(value) } }),
})
/** A remark about another message. */
const remark = <T>(
  write: (value: T) => string,
  about: (value: T) => string | null | undefined,
): Decision<T> => ({
  do: 'read',
  read: value => {
    const id = about(value)
    return { content: { kind: 'placeholder', label: write(value) }, silent: true, ...(id && { about: id }) }
  },
})

/** The decision for every field that this Baileys knows; the type fails when one is missing. */
export const FIELDS: Decisions = {
  conversation: {
    do: 'read',
    read: (text, context) =>
      text === ''
        ? { ignored: 'empty text' }
        : { content: { kind: 'text', body: textOf(text, undefined, context) } },
  },
  extendedTextMessage: content(readExtendedText),
  imageMessage: content(readImage),
  videoMessage: content(readVideo),
  ptvMessage: content(readVideoNote),
  audioMessage: content(readAudio),
  documentMessage: content(readDocument),
  stickerMessage: content(readSticker),
  locationMessage: content(readLocation),
  liveLocationMessage: content(readLiveLocation),
  contactMessage: content(contact => readContacts([contact])),
  contactsArrayMessage: content(({ contacts, displayName }) => readContacts(contacts ?? [], displayName)),
  protocolMessage: { do: 'read', read: readProtocol },

  senderKeyDistributionMessage: skip('key material'),
  fastRatchetKeySenderKeyDistributionMessage: skip('key material'),
  messageContextInfo: skip('rides on every message'),

  deviceSentMessage: unwrapped,
  ephemeralMessage: unwrapped,
  viewOnceMessage: unwrapped,
  viewOnceMessageV2: unwrapped,
  viewOnceMessageV2Extension: unwrapped,
  documentWithCaptionMessage: unwrapped,
  editedMessage: unwrapped,
  associatedChildMessage: unwrapped,
  groupStatusMessage: unwrapped,
  groupStatusMessageV2: unwrapped,
  groupMentionedMessage: unwrapped,
  botInvokeMessage: unwrapped,
  lottieStickerMessage: unwrapped,
  eventCoverImage: unwrapped,
  statusMentionMessage: unwrapped,
  groupStatusMentionMessage: unwrapped,
  pollCreationOptionImageMessage: unwrapped,
  pollCreationMessageV4: unwrapped,
  statusAddYours: unwrapped,
  limitSharingMessage: unwrapped,
  botTaskMessage: unwrapped,
  questionMessage: unwrapped,
  questionReplyMessage: unwrapped,
  botForwardedMessage: unwrapped,
  commentMessage: unwrapped,

  reactionMessage: {
    do: 'read',
    read: ({ text, key }) =>
      text
        ? {
            content: { kind: 'placeholder', label: `Reacted ${text}` },
            silent: true,
            ...(key?.id && { about: key.id }),
          }
        : { ignored: 'a reaction was taken back' },
  },
  encReactionMessage: remark(
    () => 'Reacted; see it on the phone',
    ({ targetMessageKey }) => targetMessageKey?.id,
  ),
  encCommentMessage: remark(
    () => 'Commented; see it on the phone',
    ({ targetMessageKey }) => targetMessageKey?.id,
  ),
  secretEncryptedMessage: remark(labels.secretEdit, ({ targetMessageKey }) => targetMessageKey?.id),
  pinInChatMessage: remark(labels.pin, ({ key }) => key?.id),
  keepInChatMessage: ignore('a disappearing message was kept: nothing to show'),
  pollUpdateMessage: remark(
    () => 'Voted in a poll',
    ({ pollCreationMessageKey }) => pollCreationMessageKey?.id,
  ),
  encEventResponseMessage: remark(
    () => 'Answered an invitation',
    ({ eventCreationMessageKey }) => eventCreationMessageKey?.id,
  ),

  pollCreationMessage: label(labels.poll),
  pollCreationMessageV2: label(labels.poll),
  pollCreationMessageV3: label(labels.poll),
  pollCreationMessageV5: label(labels.poll),
  pollResultSnapshotMessage: label(labels.pollResult),
  pollResultSnapshotMessageV3: label(labels.pollResult),
  eventMessage: label(labels.event),
  scheduledCallCreationMessage: label(({ title }) => labels.named('Scheduled call', title)),
  scheduledCallEditMessage: remark(
    () => 'Scheduled call cancelled',
    ({ key }) => key?.id,
  ),
  callLogMesssage: label(labels.callLog),
  call: label(() => 'Call'),
  bcallMessage: label(({ caption }) => labels.named('Call', caption)),

  buttonsMessage: label(labels.buttons),
  buttonsResponseMessage: label(({ selectedDisplayText }) => labels.named('Chose', selectedDisplayText)),
  templateMessage: label(labels.template),
  highlyStructuredMessage: label(labels.structured),
  templateButtonReplyMessage: label(({ selectedDisplayText }) => labels.named('Chose', selectedDisplayText)),
  listMessage: label(labels.list),
  listResponseMessage: label(({ title, description }) =>
    labels.named('Chose', labels.lines(title, description)),
  ),
  interactiveMessage: label(labels.interactive),
  interactiveResponseMessage: label(({ body }) => labels.named('Answer', body?.text)),
  productMessage: label(labels.product),
  orderMessage: label(({ orderTitle, message }) => labels.named('Order', labels.lines(orderTitle, message))),
  invoiceMessage: label(({ note }) => labels.named('Invoice', note)),
  sendPaymentMessage: label(({ noteMessage }) => labels.named('Payment', labels.textIn(noteMessage))),
  requestPaymentMessage: label(labels.paymentRequest),
  declinePaymentRequestMessage: remark(
    () => 'Payment request declined',
    ({ key }) => key?.id,
  ),
  cancelPaymentRequestMessage: remark(
    () => 'Payment request cancelled',
    ({ key }) => key?.id,
  ),
  paymentInviteMessage: label(() => 'Payment invitation'),

  groupInviteMessage: label(({ groupName, caption }) =>
    labels.named('Group invitation', labels.lines(groupName, caption)),
  ),
  newsletterAdminInviteMessage: label(({ newsletterName, caption }) =>
    labels.named('Invitation to run a channel', labels.lines(newsletterName, caption)),
  ),
  newsletterFollowerInviteMessageV2: label(({ newsletterName, caption }) =>
    labels.named('Channel invitation', labels.lines(newsletterName, caption)),
  ),
  requestPhoneNumberMessage: label(() => 'Asks for your phone number'),
  placeholderMessage: label(() => 'Hidden on linked devices; look at the phone'),
  stickerPackMessage: label(({ name, publisher, caption }) =>
    labels.named('Sticker pack', labels.lines(name, publisher, caption)),
  ),
  albumMessage: ignore('its pictures come by themselves'),
  chat: label(({ displayName }) => labels.named('Chat', displayName)),
  stickerSyncRmrMessage: ignore('sticker list of the own devices'),
  richResponseMessage: label(labels.richResponse),
  messageHistoryBundle: ignore('history for a new member of a group'),
  messageHistoryNotice: label(() => 'Earlier messages were shared with a new member'),
  statusNotificationMessage: ignore('about a status: nothing to show'),
  statusQuestionAnswerMessage: label(({ text }) => labels.named('Answer to a status question', text)),
  statusQuotedMessage: label(({ text }) => labels.named('About a status', text)),
  statusStickerInteractionMessage: label(() => 'Reacted to a status'),
  questionResponseMessage: label(({ text }) => labels.named('Answer', text)),
}
