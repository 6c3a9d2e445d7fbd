import type { proto } from '@whiskeysockets/baileys'

/** What the wrappers around a message said about it. */
export interface Unwrapped {
  readonly message: proto.IMessage
  readonly viewOnce: boolean
  /** A wrapper that changes what the message inside means. */
  readonly mention?: 'status' | 'groupStatus'
  /** Which message this one comments on, by id. */
  readonly commentOn?: string
  readonly association?: proto.IMessageAssociation
}

/**
 * Fields of `proto.Message` that only hold another message. Baileys' own `normalizeMessageContent`
 * (lib/Utils/messages.js) knows nine of them and loses the outer `messageContextInfo`.
 */
export const WRAPPERS = [
  'deviceSentMessage',
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
  'editedMessage',
  'associatedChildMessage',
  'groupStatusMessage',
  'groupStatusMessageV2',
  'groupMentionedMessage',
  'botInvokeMessage',
  'lottieStickerMessage',
  'eventCoverImage',
  'statusMentionMessage',
  'groupStatusMentionMessage',
  'pollCreationOptionImageMessage',
  'pollCreationMessageV4',
  'statusAddYours',
  'limitSharingMessage',
  'botTaskMessage',
  'questionMessage',
  'questionReplyMessage',
  'botForwardedMessage',
  'commentMessage',
] as const satisfies readonly (keyof proto.IMessage)[]

const VIEW_ONCE: ReadonlySet<string> = new Set([
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
])
const MAX_DEPTH = 8

/** Peels the wrappers off a message. What is nested deeper than eight is left as it is. */
export const unwrap = (outer: proto.IMessage): Unwrapped => {
  let message = outer
  let found: Omit<Unwrapped, 'message'> = { viewOnce: false }
  for (let depth = 0; ; depth += 1) {
    const association = message.messageContextInfo?.messageAssociation
    if (association != null) found = { ...found, association: found.association ?? association }
    const name = WRAPPERS.find(wrapper => message[wrapper]?.message != null)
    const inner = name && message[name]?.message
    if (name === undefined || inner == null || depth === MAX_DEPTH) return { message, ...found }
    const target = message.commentMessage?.targetMessageKey?.id
    found = {
      ...found,
      viewOnce: found.viewOnce || VIEW_ONCE.has(name),
      ...(name === 'statusMentionMessage' && { mention: 'status' as const }),
      ...(name === 'groupStatusMentionMessage' && { mention: 'groupStatus' as const }),
      ...(name === 'commentMessage' && target != null && { commentOn: target }),
    }
    message = inner
  }
}
