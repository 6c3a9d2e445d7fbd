import type { proto } from '@whiskeysockets/baileys'
import type { Content } from '../../../bridge/event.ts'
import { readAppointment } from './appointment.ts'
import { readCallLog } from './call-log.ts'
import { readButtons, readInteractive, readList, readProduct, readStructured, readTemplate } from './card.ts'
import { readKept, readPin, readReaction } from './change.ts'
import * as words from './labels.ts'
import { readAudio, readDocument, readImage, readSticker, readVideo, readVideoNote } from './media.ts'
import { readPoll } from './poll.ts'
import { readProtocol } from './protocol.ts'
import { readRichAnswer } from './rich-answer.ts'
import type { Said, Scene } from './said.ts'
import { readAnswer, readSealedComment, readSealedReaction, readSecretEdit, readVote } from './sealed.ts'
import { readAlbum, readContacts, readExtendedText, readLiveLocation, readLocation } from './simple.ts'
import { textOf } from './text.ts'

/** What becomes of one field of `proto.Message`. */
export type Decision<T> =
  /** Peeled off in `unwrap.ts`; what remains is an empty or too deep one. */
  | { readonly do: 'unwrap' }
  /** Rides beside other content and is none itself. */
  | { readonly do: 'skip'; readonly reason: string }
  | { readonly do: 'ignore'; readonly reason: string }
  | { readonly do: 'read'; readonly read: (value: T, scene: Scene) => Said }

type Decisions = { readonly [F in keyof proto.IMessage]-?: Decision<NonNullable<proto.IMessage[F]>> }

const unwrapped = { do: 'unwrap' } as const
const skip = (reason: string) => ({ do: 'skip', reason }) as const
const ignore = (reason: string) => ({ do: 'ignore', reason }) as const
const read = <T>(how: (value: T, scene: Scene) => Said): Decision<T> => ({ do: 'read', read: how })
const content = <T>(how: (value: T, scene: Scene) => Content): Decision<T> => ({
  do: 'read',
  read: (value, scene) => ({ content: how(value, scene) }),
})
const label = <T>(write: (value: T) => string): Decision<T> => ({
  do: 'read',
  read: value => ({ content: { kind: 'placeholder', label: write(value) } }),
})
/** Words about another message: a remark of WhatsApp's own, which comes without a sound, or somebody's answer. */
const about = <T>(
  say: (value: T) => string | Content,
  target: (value: T) => proto.IMessageKey | null | undefined,
): Decision<T> => ({
  do: 'read',
  read: value => {
    const said = say(value)
    const id = target(value)?.id
    const more = id ? { about: id } : {}
    return typeof said === 'string'
      ? { content: { kind: 'placeholder', label: said }, silent: true, ...more }
      : { content: said, ...more }
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
  extendedTextMessage: { do: 'read', read: readExtendedText },
  imageMessage: content(readImage),
  videoMessage: content(readVideo),
  ptvMessage: content(readVideoNote),
  audioMessage: content(readAudio),
  documentMessage: content(readDocument),
  stickerMessage: content(readSticker),
  locationMessage: content(readLocation),
  liveLocationMessage: read(readLiveLocation),
  contactMessage: content(contact => readContacts([contact])),
  contactsArrayMessage: content(({ contacts, displayName }) => readContacts(contacts ?? [], displayName)),
  protocolMessage: read(readProtocol),

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

  reactionMessage: read(readReaction),
  encReactionMessage: read(readSealedReaction),
  encCommentMessage: read(readSealedComment),
  secretEncryptedMessage: read(readSecretEdit),
  pinInChatMessage: read(readPin),
  keepInChatMessage: read(readKept),
  pollUpdateMessage: read(readVote),
  encEventResponseMessage: read(readAnswer),

  pollCreationMessage: content(readPoll),
  pollCreationMessageV2: content(readPoll),
  pollCreationMessageV3: content(readPoll),
  pollCreationMessageV5: content(readPoll),
  pollResultSnapshotMessage: content(words.pollResult),
  pollResultSnapshotMessageV3: content(words.pollResult),
  eventMessage: content(readAppointment),
  scheduledCallCreationMessage: content(words.scheduledCall),
  scheduledCallEditMessage: about(
    () => 'Scheduled call cancelled',
    ({ key }) => key,
  ),
  callLogMesssage: read(readCallLog),
  call: {
    do: 'read',
    // Somebody who came through an advertisement: it says so beside their first message.
    read: ({ callKey, conversionSource }) =>
      !callKey?.length && conversionSource
        ? { ignored: 'where somebody saw an advertisement' }
        : { content: { kind: 'placeholder', label: '📞 Call: a call has started' } },
  },
  bcallMessage: label(({ caption }) => words.named('📞 Call', caption)),

  buttonsMessage: content(readButtons),
  buttonsResponseMessage: content(({ selectedDisplayText }) => words.spoken(selectedDisplayText, 'Chose')),
  templateMessage: content(readTemplate),
  highlyStructuredMessage: content(readStructured),
  templateButtonReplyMessage: content(({ selectedDisplayText }) =>
    words.spoken(selectedDisplayText, 'Chose'),
  ),
  listMessage: content(readList),
  listResponseMessage: content(({ title, description }) =>
    words.spoken([title, description].filter(Boolean).join('\n'), 'Chose'),
  ),
  interactiveMessage: content(readInteractive),
  interactiveResponseMessage: content(({ body, nativeFlowResponseMessage: flow }) =>
    words.spoken(body?.text, words.named('Answer', flow?.name)),
  ),
  productMessage: content(readProduct),
  orderMessage: content(words.order),
  // Nothing says with which of the keys its attachment opens, and nobody has shown one.
  invoiceMessage: label(words.invoice),
  sendPaymentMessage: about(words.payment, ({ requestMessageKey }) => requestMessageKey),
  requestPaymentMessage: label(words.paymentRequest),
  declinePaymentRequestMessage: about(
    () => '💸 Payment request declined',
    ({ key }) => key,
  ),
  cancelPaymentRequestMessage: about(
    () => '💸 Payment request cancelled',
    ({ key }) => key,
  ),
  paymentInviteMessage: label(words.paymentInvite),

  groupInviteMessage: content(words.groupInvite),
  newsletterAdminInviteMessage: content(words.channelAdminInvite),
  newsletterFollowerInviteMessageV2: content(words.channelInvite),
  // To give one's number away is left to the phone, which asks first.
  requestPhoneNumberMessage: label(() => 'Asks for your phone number; share it on the phone'),
  placeholderMessage: label(() => '🔒 Hidden on linked devices; look at the phone'),
  stickerPackMessage: content(words.stickerPack),
  albumMessage: read(readAlbum),
  chat: label(({ displayName }) => words.named('Chat', displayName)),
  stickerSyncRmrMessage: ignore('sticker list of the own devices'),
  richResponseMessage: content(readRichAnswer),
  messageHistoryBundle: ignore('history for a new member of a group'),
  messageHistoryNotice: label(words.sharedHistory),
  statusNotificationMessage: ignore('about a status: nothing to show'),
  statusQuestionAnswerMessage: about(
    ({ text }) => words.spoken(text, 'Answer to a status question'),
    ({ key }) => key,
  ),
  statusQuotedMessage: about(
    ({ text }) => words.spoken(text, 'About a status'),
    ({ originalStatusId }) => originalStatusId,
  ),
  statusStickerInteractionMessage: about(
    () => 'Reacted to a status with a sticker',
    ({ key }) => key,
  ),
  questionResponseMessage: about(
    ({ text }) => words.spoken(text, 'Answer'),
    ({ key }) => key,
  ),
}
