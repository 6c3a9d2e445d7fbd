import type { ChatRef, MessageRef } from '../bridge/chat-ref.ts'
import type { SentPart } from '../bridge/network.ts'
import type { Database } from './database.ts'

/** A message of either network that the bridge received or sent. */
export interface StoredMessage {
  /** Row key; links and jobs point to it. */
  readonly key: number
  readonly chat: ChatRef
  readonly id: string
  /** Who wrote it; absent for the bridge's own. */
  readonly author?: ChatRef
  /** Written by the owner, on another device. */
  readonly me: boolean
  /** Written by the bridge. */
  readonly bridge: boolean
  /** The network's own copy; opaque. */
  readonly raw?: string
}

interface MessageRow {
  key: number
  chat: ChatRef
  id: string
  author: ChatRef | ''
  me: number
  bridge: number
  raw: string | null
}

/**
 * The memory of what crossed: every message received for a mapped chat or sent by the bridge, and the links between
 * a received message and the messages (parts 0, 1, …) that it became. Refs handed in are canonical.
 */
export class Links {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Remembers a received message; undefined when it was remembered before. Two people may use one id in a group
   * (clients choose it), so the author is part of the key, but for the owner's own: those come under either address.
   */
  remember(message: Omit<StoredMessage, 'key' | 'bridge'>, now: number): number | undefined {
    const known = this.#all(message).some(
      each => each.author === message.author || (message.me && (each.me || each.bridge)),
    )
    return known ? undefined : this.#insert({ ...message, bridge: false }, now)
  }

  /** Records that `source` became a message of the bridge in `chat`; returns which part that is. */
  add(source: number, chat: ChatRef, part: SentPart, now: number): number {
    const known = this.#all({ chat, id: part.id }).find(each => each.bridge)
    const target = known?.key ?? this.#insert({ chat, me: false, bridge: true, ...part }, now)
    const { next } = this.#database.get<{ next: number }>(
      'SELECT coalesce(max(part) + 1, 0) AS next FROM links WHERE source = ?',
      source,
    ) ?? { next: 0 }
    this.#database.run('INSERT INTO links (source, part, target) VALUES (?, ?, ?)', source, next, target)
    return next
  }

  /** The messages that a received one became so far, in order. */
  parts(source: number): SentPart[] {
    return this.#database
      .all<MessageRow>(
        'SELECT m.* FROM links l JOIN messages m ON m.key = l.target WHERE l.source = ? ORDER BY l.part',
        source,
      )
      .map(row => ({ id: row.id, ...(row.raw !== null && { raw: row.raw }) }))
  }

  /** The stored message, by preference the one that `author` wrote: networks are not reliable in naming authors. */
  find(message: MessageRef, author?: ChatRef): StoredMessage | undefined {
    const all = this.#all(message)
    return all.find(each => each.author === author) ?? all[0]
  }

  /** The message in `chat` that stands for this one: its first part there, or the one that it is itself a part of. */
  counterpart(message: MessageRef, chat: ChatRef, author?: ChatRef): StoredMessage | undefined {
    const stored = this.find(message, author)
    if (!stored) return undefined
    const row = this.#database.get<MessageRow>(
      `SELECT m.*, l.part FROM links l JOIN messages m ON m.key = l.target WHERE l.source = ?1 AND m.chat = ?2
       UNION ALL
       SELECT m.*, l.part FROM links l JOIN messages m ON m.key = l.source WHERE l.target = ?1 AND m.chat = ?2
       ORDER BY part LIMIT 1`,
      stored.key,
      chat,
    )
    return row && fromRow(row)
  }

  /** Chats that a message of the bridge stands for: where it came from. */
  origin(message: MessageRef): ChatRef | undefined {
    return this.#database.get<{ chat: ChatRef }>(
      `SELECT s.chat FROM messages t JOIN links l ON l.target = t.key JOIN messages s ON s.key = l.source
       WHERE t.id = ? AND t.chat = ?`,
      message.id,
      message.chat,
    )?.chat
  }

  /** Chats in which a message with this id is known. */
  chatsWith(id: string): ChatRef[] {
    return this.#database
      .all<{ chat: ChatRef }>('SELECT DISTINCT chat FROM messages WHERE id = ?', id)
      .map(row => row.chat)
  }

  /** The network's own copy of a message. */
  raw(message: MessageRef): string | undefined {
    return this.#all(message).find(each => each.raw !== undefined)?.raw
  }

  /** Forgets what was seen before that time (milliseconds since 1970) and waits for no job; returns how many. */
  forget(before: number): number {
    return this.#database.run(
      'DELETE FROM messages WHERE seen_at < ? AND key NOT IN (SELECT source FROM jobs)',
      before,
    ).changes
  }

  #all({ chat, id }: MessageRef): StoredMessage[] {
    return this.#database
      .all<MessageRow>('SELECT * FROM messages WHERE id = ? AND chat = ? ORDER BY key', id, chat)
      .map(fromRow)
  }

  #insert(message: Omit<StoredMessage, 'key'>, now: number): number {
    return this.#database.run(
      'INSERT INTO messages (id, chat, author, me, bridge, raw, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      message.id,
      message.chat,
      message.author ?? '',
      message.me ? 1 : 0,
      message.bridge ? 1 : 0,
      message.raw ?? null,
      now,
    ).id
  }
}

const fromRow = (row: MessageRow): StoredMessage => ({
  key: row.key,
  chat: row.chat,
  id: row.id,
  ...(row.author && { author: row.author }),
  me: row.me === 1,
  bridge: row.bridge === 1,
  ...(row.raw !== null && { raw: row.raw }),
})
