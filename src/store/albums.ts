import type { Database } from './database.ts'
import { fromRow, type MessageRow, type StoredMessage } from './message-row.ts'

/**
 * SQL: the first picture that went of an album and was not taken back, by the key of the album's own row. Its link and the
 * album's are of one message.
 */
export const firstPictureOf = (album: string): string =>
  `(SELECT picture.key FROM links whole JOIN links item ON item.target = whole.target AND item.role IN ('', 'words')
    JOIN messages picture ON picture.key = item.source AND picture.deleted = 0
    WHERE whole.source = ${album} AND whole.role = 'album' ORDER BY whole.part LIMIT 1)`

/** Albums have rows of their own, which are no message that anybody sees: their announcement, or nothing at all. */
export class Albums {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** What stands for an album, by its own row, where one message is meant; undefined until a picture of it has gone. */
  firstPicture(key: number): StoredMessage | undefined {
    const row = this.#database.get<MessageRow>(
      `SELECT * FROM messages WHERE key = ${firstPictureOf('?')}`,
      key,
    )
    return row && fromRow(row)
  }

  /** Whether a message of the bridge announces an album. */
  isAnnouncement(key: number): boolean {
    const sql = "SELECT 1 FROM links WHERE target = ? AND role = 'announcement'"
    return this.#database.get(sql, key) !== undefined
  }
}
