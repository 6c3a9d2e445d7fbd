import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import type { MediaFields } from './media-cipher.ts'

/**
 * After pairing, the phone sends the past in pieces: INITIAL_BOOTSTRAP (chats with their last messages), PUSH_NAME
 * (how people call themselves), then RECENT until `progress` is 100. A piece is a deflated `HistorySync`; small ones
 * travel inside the message that announces them, others as an encrypted `md-msg-hist` file
 * (Baileys' lib/Utils/history.js).
 */
export interface HistoryPiece {
  type: keyof typeof TYPES
  conversations?: HistoryConversation[]
  pushNames?: { jid: string; name: string }[]
  lidMappings?: { pn: string; lid: string }[]
  /** Percent; 100 ends RECENT. */
  progress?: number
  chunkOrder?: number
}

export interface HistoryConversation {
  jid: string
  /** A group's subject or the name in the address book. */
  name?: string
  pn?: string
  lid?: string
  /** Newest first. */
  messages?: proto.IWebMessageInfo[]
  unreadCount?: number
}

const TYPES = {
  INITIAL_BOOTSTRAP: proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP,
  PUSH_NAME: proto.HistorySync.HistorySyncType.PUSH_NAME,
  RECENT: proto.HistorySync.HistorySyncType.RECENT,
} as const

/** The piece as it is announced inline or put on the media server as `md-msg-hist`. */
export function encodeHistory(piece: HistoryPiece): Buffer {
  const { type, conversations = [], pushNames = [], lidMappings = [], progress = 100, chunkOrder = 0 } = piece
  const history = proto.HistorySync.encode({
    syncType: TYPES[type],
    progress,
    chunkOrder,
    conversations: conversations.map(encodeConversation),
    pushnames: pushNames.map(({ jid, name }) => ({ id: jid, pushname: name })),
    phoneNumberToLidMappings: lidMappings.map(({ pn, lid }) => ({ pnJid: pn, lidJid: lid })),
  })
  return deflateSync(history.finish())
}

/**
 * The message of the owner's phone that announces a piece: inline, or as the file that `encodeHistory` was put into.
 * Baileys by itself fetches such a file from WhatsApp's own host, since nothing in it names another; the bridge from the media
 * host of the simulator.
 */
export function historyMessage(piece: HistoryPiece, file?: MediaFields): proto.IMessage {
  const { type, progress = 100, chunkOrder = 0 } = piece
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: {
        syncType: proto.Message.HistorySyncType[type],
        progress,
        chunkOrder,
        ...(file ? fileFields(file) : { initialHistBootstrapInlinePayload: encodeHistory(piece) }),
      },
    },
  }
}

function encodeConversation(conversation: HistoryConversation): proto.IConversation {
  const { jid, name, pn, lid, messages = [], unreadCount = 0 } = conversation
  const newest = messages[0]?.messageTimestamp
  return {
    id: jid,
    unreadCount,
    messages: messages.map((message, index) => ({ message, msgOrderId: messages.length - index })),
    ...(name !== undefined && { name }),
    ...(pn !== undefined && { pnJid: pn }),
    ...(lid !== undefined && { lidJid: lid }),
    ...(newest != null && { conversationTimestamp: newest, lastMsgTimestamp: newest }),
  }
}

function fileFields({ mediaKey, fileSha256, fileEncSha256, fileLength, directPath }: MediaFields) {
  return { mediaKey, fileSha256, fileEncSha256, fileLength, directPath }
}
