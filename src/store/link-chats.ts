import type { ChatRef, MessageRef } from '../bridge/chat-ref.ts'
import type { Database } from './database.ts'
import { RANK } from './message-row.ts'

/** The chat that a message of the bridge came from. */
export const findOrigin = (database: Database, { id, chat }: MessageRef): ChatRef | undefined =>
  database.get<{ chat: ChatRef }>(
    `SELECT s.chat FROM messages t JOIN links l ON l.target = t.key JOIN messages s ON s.key = l.source
     WHERE t.id = ? AND t.chat = ?`,
    id,
    chat,
  )?.chat

/** The chat in which a received message became something first: itself before what holds its place. */
export const findDestination = (database: Database, source: number): ChatRef | undefined =>
  database.get<{ chat: ChatRef }>(
    `SELECT m.chat FROM links l JOIN messages m ON m.key = l.target
     WHERE l.source = ? AND l.role IN ('', 'placeholder', 'words') ORDER BY ${RANK}, l.part LIMIT 1`,
    source,
  )?.chat
