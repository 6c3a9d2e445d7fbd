import type { ChatRef, MessageRef } from '../bridge/chat-ref.ts'
import type { Database } from './database.ts'
import { fromRow, type MessageRow, type StoredMessage } from './message-row.ts'

/** The last word on whether a disappearing message stays. */
export interface Keep {
  readonly kept: boolean
  /** Whose word it is. */
  readonly person: ChatRef
  /** Milliseconds since 1970, by that person's clock. */
  readonly at: number
}

/**
 * Which messages disappear when (`messages.expires_at`, milliseconds since 1970), and which of them were kept. That is
 * written down by chat and id, for it may be said before the message comes.
 */
export class Expiry {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Of a message with this key in `links.ts`. */
  set(key: number, at: number): void {
    this.#database.run('UPDATE messages SET expires_at = ? WHERE key = ?', at, key)
  }

  /**
   * Messages whose time was up at `now`, the earliest first, but for those that were kept, themselves or as what they
   * became.
   */
  due(now: number, limit: number): StoredMessage[] {
    return this.#database
      .all<MessageRow>(
        `SELECT * FROM messages m WHERE expires_at <= ? AND deleted = 0
           AND NOT EXISTS (SELECT 1 FROM keeps k WHERE k.chat = m.chat AND k.id = m.id AND k.kept = 1)
           AND NOT EXISTS (
             SELECT 1 FROM links l JOIN messages t ON t.key = l.target
             JOIN keeps k ON k.chat = t.chat AND k.id = t.id AND k.kept = 1 WHERE l.source = m.key)
         ORDER BY expires_at LIMIT ?`,
        now,
        limit,
      )
      .map(fromRow)
  }

  keepOf({ chat, id }: MessageRef): Keep | undefined {
    const row = this.#database.get<Omit<Keep, 'kept'> & { kept: number }>(
      'SELECT kept, person, at FROM keeps WHERE chat = ? AND id = ?',
      chat,
      id,
    )
    return row && { ...row, kept: row.kept === 1 }
  }

  /** Changes nothing when a later word is known. */
  keep({ chat, id }: MessageRef, { kept, person, at }: Keep): void {
    this.#database.run(
      `INSERT INTO keeps (chat, id, kept, person, at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (chat, id) DO UPDATE SET kept = ?3, person = ?4, at = ?5 WHERE ?5 >= at`,
      chat,
      id,
      kept ? 1 : 0,
      person,
      at,
    )
  }

  /** Forgets what was said before that time about messages that are not known, or not any more. */
  forget(before: number): void {
    this.#database.run(
      `DELETE FROM keeps WHERE at < ?
         AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.id = keeps.id AND messages.chat = keeps.chat)`,
      before,
    )
  }
}
