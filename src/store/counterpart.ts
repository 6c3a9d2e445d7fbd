import type { ChatRef } from '../bridge/chat-ref.ts'
import { firstPictureOf } from './albums.ts'
import type { Database } from './database.ts'
import { fromRow, type MessageRow, RANK, type StoredMessage } from './message-row.ts'

/**
 * What stands in `chat` for the message with this key: its first part there, or the one that it is itself a part of; for what
 * announces an album its first picture.
 */
export const findCounterpart = (
  database: Database,
  key: number,
  chat: ChatRef,
): StoredMessage | undefined => {
  const row = database.get<MessageRow>(
    `SELECT m.*, l.part AS n, ${RANK} AS rank FROM links l JOIN messages m ON m.key = l.target WHERE l.source = ?1 AND m.chat = ?2
     UNION ALL
     SELECT m.*, l.part AS n, ${RANK} AS rank FROM links l 
     JOIN messages m ON m.key = CASE l.role WHEN 'announcement' THEN ${firstPictureOf('l.source')} ELSE l.source END
     WHERE l.target = ?1 AND m.chat = ?2
     ORDER BY rank, n LIMIT 1`,
    key,
    chat,
  )
  return row && fromRow(row)
}

/** The row of the album in which a message went. */
export const findAlbum = (database: Database, key: number): number | undefined =>
  database.get<{ source: number }>(
    `SELECT a.source FROM links l JOIN links a ON a.target = l.target AND a.role = 'album' WHERE l.source = ?`,
    key,
  )?.source
