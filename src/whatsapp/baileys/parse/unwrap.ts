import type { proto } from '@whiskeysockets/baileys'

/** What the wrappers around a message said about it. */
export interface Unwrapped {
  readonly message: proto.IMessage
  readonly viewOnce: boolean
  /** A bot's answer that somebody passes on. */
  readonly forwarded: boolean
  /** Shown to everybody in a group as its status. */
  readonly groupStatus: boolean
  /** A wrapper that changes what the message inside means. */
  readonly mention?: 'status' | 'groupStatus'
  /** Which message this one comments on, by id. */
  readonly commentOn?: string
  /** What rode along, of all layers; of what two say, the outer one's counts. */
  readonly info: proto.IMessageContextInfo
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
  let found: Omit<Unwrapped, 'message'> = { viewOnce: false, forwarded: false, groupStatus: false, info: {} }
  for (let depth = 0; ; depth += 1) {
    found = { ...found, info: { ...message.messageContextInfo, ...found.info } }
    const name = WRAPPERS.find(wrapper => message[wrapper]?.message != null)
    const inner = name && message[name]?.message
    if (name === undefined || inner == null || depth === MAX_DEPTH) return { message, ...found }
    const target = message.commentMessage?.targetMessageKey?.id
    found = {
      ...found,
      viewOnce: found.viewOnce || VIEW_ONCE.has(name),
      forwarded: found.forwarded || name === 'botForwardedMessage',
      groupStatus: found.groupStatus || name === 'groupStatusMessage' || name === 'groupStatusMessageV2',
      ...(name === 'statusMentionMessage' && { mention: 'status' as const }),
      ...(name === 'groupStatusMentionMessage' && { mention: 'groupStatus' as const }),
      ...(name === 'commentMessage' && target != null && { commentOn: target }),
    }
    message = inner
  }
}
