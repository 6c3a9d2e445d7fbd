import { type BinaryNode, proto } from '@whiskeysockets/baileys'

/** What stands outside the encryption: servers and phones treat a change of a message otherwise than a message. */
export interface Stanza {
  readonly additionalAttributes: { readonly [name: string]: string }
  readonly additionalNodes: BinaryNode[]
}

const { Type } = proto.Message.ProtocolMessage
const { SecretEncType } = proto.Message.SecretEncryptedMessage

/**
 * The attribute `edit` and the node `meta` that belong to a message (whatsmeow send.go, getEditAttribute and
 * getMessageContent; whatsapp-rust src/send/mod.rs, which follows WhatsApp Web). Baileys sets them in `sendMessage`, not in
 * `relayMessage`.
 */
export const describeStanza = (message: proto.IMessage): Stanza => {
  const edit = editOf(message)
  const meta = metaOf(message)
  return {
    additionalAttributes: edit === undefined ? {} : { edit },
    additionalNodes: meta === undefined ? [] : [{ tag: 'meta', attrs: meta }],
  }
}

/** `1` an edit, `2` a pin, `7` taken back by its author, `8` deleted by an administrator. */
const editOf = (message: proto.IMessage): '1' | '2' | '7' | '8' | undefined => {
  const { protocolMessage: change, reactionMessage: reaction, secretEncryptedMessage: sealed } = message
  if (message.pinInChatMessage) return '2'
  if (change?.type === Type.REVOKE) return change.key?.fromMe ? '7' : '8'
  if (change?.type === Type.MESSAGE_EDIT || sealed?.secretEncType === SecretEncType.MESSAGE_EDIT) return '1'
  return reaction?.text === '' ? '7' : undefined
}

const metaOf = (message: proto.IMessage): { [name: string]: string } | undefined => {
  if (message.pollCreationMessage || message.pollCreationMessageV3) return { polltype: 'creation' }
  if (message.pollUpdateMessage) return { polltype: 'vote' }
  return message.encEventResponseMessage ? { event_type: 'response' } : undefined
}

/**
 * The attribute `type` of the stanza and `mediatype` of what is encrypted in it, as Baileys sets them for all that is
 * sent here (lib/Socket/messages-send.js, `getMessageType` and `getMediaType`), which hands neither out.
 */
export const typeOf = (message: proto.IMessage): 'text' | 'media' | 'reaction' | 'poll' => {
  if (message.reactionMessage || message.encReactionMessage) return 'reaction'
  if (message.pollCreationMessage || message.pollCreationMessageV3 || message.pollUpdateMessage) return 'poll'
  return mediaTypeOf(message.documentWithCaptionMessage?.message ?? message) === undefined ? 'text' : 'media'
}

const mediaTypeOf = (message: proto.IMessage): string | undefined => {
  if (message.videoMessage) return message.videoMessage.gifPlayback ? 'gif' : 'video'
  if (message.audioMessage) return message.audioMessage.ptt ? 'ptt' : 'audio'
  return mediaTypes.find(([field]) => message[field])?.[1]
}

/** The attributes of what is encrypted, as Baileys sets them (`relayMessage`). */
export const describeEnc = (message: proto.IMessage): { readonly [name: string]: string } => {
  const mediatype = mediaTypeOf(message)
  const isHidden = message.pinInChatMessage || message.reactionMessage
  return {
    ...(mediatype !== undefined && { mediatype }),
    // Where it cannot be read phones show nothing of it.
    ...(isHidden && { 'decrypt-fail': 'hide' }),
  }
}

const mediaTypes = [
  ['imageMessage', 'image'],
  ['documentMessage', 'document'],
  ['stickerMessage', 'sticker'],
  ['contactMessage', 'vcard'],
  ['contactsArrayMessage', 'contact_array'],
  ['liveLocationMessage', 'livelocation'],
] as const satisfies readonly (readonly [keyof proto.IMessage, string])[]
