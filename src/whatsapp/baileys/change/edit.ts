import { proto } from '@whiskeysockets/baileys'
import type { StandIn } from '../../../bridge/network.ts'
import type { RichText } from '../../../bridge/rich-text.ts'
import { reject } from '../../../bridge/verdict.ts'
import { renderMarkup } from '../../markup-render.ts'
import { type Member, mentionMembers } from '../../mentions.ts'
import { contextInfoOf, readRaw } from '../parse/context.ts'
import type { Scene } from './scene.ts'
import { sealFor } from './sealed.ts'

/** How long phones let a message be changed, in milliseconds. */
const window = 15 * 60_000

export interface Edit {
  readonly message: proto.IMessage
  /** The message that it changes, and what that is then. */
  readonly part: StandIn
  readonly after: proto.IMessage
}

/**
 * New words for a message of ours: its text or caption. `inDoubt`: they may be there already. Throws `DeliveryError` where
 * WhatsApp would not show them.
 *
 * As `protocolMessage`, which phones show (mautrix-whatsapp, whatsapp-rust #762 and baileys-api #392 report it), although
 * WhatsApp's own clients seal edits since May 2026. Announcement groups take sealed ones alone.
 */
export const renderEdit = (
  parts: readonly StandIn[],
  body: RichText,
  {
    scene,
    members,
    now,
    inDoubt,
  }: { scene: Scene; members: readonly Member[]; now: number; inDoubt: boolean },
): Edit => {
  const own = parts.filter(({ fromMe }) => fromMe)
  if (own.length === 0) throw reject('WhatsApp lets nobody change what others wrote')
  if (own.every(({ at = 0 }) => now - at > window)) {
    const advice = inDoubt ? '' : '; send a new one'
    throw reject(`WhatsApp lets a message be changed for 15 minutes only${advice}`)
  }
  // Of a file and the words behind it the words.
  for (const part of own.toReversed()) {
    const before = part.raw === undefined ? {} : readRaw(part.raw)
    const content = withWords(before, mentionMembers(body, members))
    if (content === undefined) continue
    const key = scene.keyOf(part)
    const edit: proto.IMessage = {
      protocolMessage: {
        key,
        type: proto.Message.ProtocolMessage.Type.MESSAGE_EDIT,
        editedMessage: content,
        timestampMs: now,
      },
    }
    const { messageContextInfo } = before
    const after = { ...content, ...(messageContextInfo && { messageContextInfo }) }
    return { part, after, message: scene.isAnnouncement ? sealed(part, edit, scene) : edit }
  }
  throw reject('WhatsApp cannot change a message of this kind')
}

const sealed = (part: StandIn, edit: proto.IMessage, scene: Scene): proto.IMessage => {
  const plain = proto.Message.encode(edit).finish()
  return {
    secretEncryptedMessage: {
      targetMessageKey: scene.keyOf(part),
      secretEncType: proto.Message.SecretEncryptedMessage.SecretEncType.MESSAGE_EDIT,
      ...sealFor(part, plain, { purpose: 'Message Edit', scene }),
    },
  }
}

/** A message with other words; undefined when it is of a kind that has none. */
const withWords = (message: proto.IMessage, body: RichText): proto.IMessage | undefined => {
  const { text, mentions } = renderMarkup(body)
  const contextInfo = { ...timerOf(message), ...(mentions.length > 0 && { mentionedJid: [...mentions] }) }
  const info = { contextInfo: Object.keys(contextInfo).length > 0 ? contextInfo : null }
  const { conversation, extendedTextMessage, imageMessage, videoMessage } = message
  const document = message.documentMessage ?? message.documentWithCaptionMessage?.message?.documentMessage
  if (extendedTextMessage || conversation) {
    if (text === '') throw reject('WhatsApp has no empty messages')
    return { extendedTextMessage: { text, ...info } }
  }
  if (imageMessage) return { imageMessage: { ...imageMessage, caption: text, ...info } }
  if (videoMessage) return { videoMessage: { ...videoMessage, caption: text, ...info } }
  if (!document) return undefined
  const documentMessage = { ...document, caption: text, ...info }
  // Phones take the wrapper for a document with a caption alone.
  return text === '' ? { documentMessage } : { documentWithCaptionMessage: { message: { documentMessage } } }
}

/** It lasts as long as before. What it answered stays with the message, and of that our copy has no words. */
const timerOf = (message: proto.IMessage): proto.IContextInfo => {
  const { documentWithCaptionMessage: wrapper } = message
  const { expiration, ephemeralSettingTimestamp } = contextInfoOf(wrapper?.message ?? message) ?? {}
  return {
    ...(expiration && { expiration }),
    ...(expiration && ephemeralSettingTimestamp && { ephemeralSettingTimestamp }),
  }
}
