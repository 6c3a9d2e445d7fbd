import type { ChatRef, MessageRef } from '../bridge/chat-ref.ts'
import type { SentPart } from '../bridge/network.ts'
import { findAlbum, findCounterpart } from './counterpart.ts'
import type { Database } from './database.ts'
import { forgetIds, forgetMessages } from './forget.ts'
import { findDestination, findOrigin } from './link-chats.ts'
import {
  fromRow,
  isGone,
  isTakenBack,
  type LinkRole,
  type MessageRow,
  type NewMessage,
  RANK,
  type StoredMessage,
} from './message-row.ts'

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
   * One that could not be read when it came is remembered anew, under its old key.
   */
  remember(message: NewMessage, now: number): number | undefined {
    const known = this.#all(message).find(
      each => each.author === message.author || (message.me && (each.me || each.bridge)) || isTakenBack(each),
    )
    if (known === undefined) return this.#insert({ ...message, bridge: false }, now)
    if (!(known.pending || message.late) || known.deleted || message.pending) return undefined
    this.#database.run(
      'UPDATE messages SET pending = 0, raw = seal(?2), content = seal(?3), expires_at = iif(?5, expires_at, ?4) WHERE key = ?1',
      known.key,
      message.raw ?? null,
      message.content ?? null,
      message.expiresAt ?? null,
      message.late ? 1 : 0,
    )
    return known.key
  }

  /**
   * Records that `source` became, or has as its note, a message of the bridge in `chat`. Another role for a message that
   * is linked already replaces the old one, and so does another copy (`raw`). Returns which part that is.
   */
  add(source: number, chat: ChatRef, part: SentPart, now: number, role: LinkRole = ''): number {
    const all = this.#all({ chat, id: part.id })
    const known = all.find(each => each.bridge) ?? all.find(isGone)
    const target = known?.key ?? this.#insert({ chat, me: false, bridge: true, ...part }, now)
    if (known && !known.bridge) this.#database.run('UPDATE messages SET bridge = 1 WHERE key = ?', target)
    if (known && part.raw !== undefined && part.raw !== known.raw) {
      this.update(target, 'raw', part.raw)
    }
    const row = this.#database.get<{ part: number }>(
      `INSERT INTO links (source, part, target, role)
       SELECT ?1, coalesce((SELECT part FROM links WHERE source = ?1 AND target = ?2), max(part) + 1, 0), ?2, ?3
       FROM links WHERE source = ?1
       ON CONFLICT (source, part) DO UPDATE SET role = ?3 RETURNING part`,
      source,
      target,
      role,
    )
    return row?.part ?? 0
  }

  /** A message of the bridge that stood for `source` is no longer there. */
  drop(source: number, message: MessageRef): void {
    this.#database.run(
      'DELETE FROM links WHERE source = ? AND target IN (SELECT key FROM messages WHERE id = ? AND chat = ? AND bridge = 1)',
      source,
      message.id,
      message.chat,
    )
  }

  /** The messages of one role that a received one became so far, in order, in the chats that are meant. */
  parts(source: number, role: LinkRole = '', isMeant = (_chat: ChatRef): boolean => true): SentPart[] {
    return this.#database
      .all<MessageRow>(
        `SELECT m.* FROM links l JOIN messages m ON m.key = l.target WHERE l.source = ? AND l.role = ?
         ORDER BY l.part`,
        source,
        role,
      )
      .filter(row => isMeant(row.chat))
      .map(row => ({ id: row.id, ...(row.raw !== null && { raw: row.raw }) }))
  }

  album(source: number): number | undefined {
    return findAlbum(this.#database, source)
  }

  /** Whether a received message became anything yet, in whatever role. */
  isLinked(source: number): boolean {
    return this.#database.get('SELECT 1 FROM links WHERE source = ? LIMIT 1', source) !== undefined
  }

  get(key: number): StoredMessage | undefined {
    const row = this.#database.get<MessageRow>('SELECT * FROM messages WHERE key = ?', key)
    return row && fromRow(row)
  }

  /** The stored message, by preference the one that `author` wrote (networks may not say who), else one that is still there. */
  find(message: MessageRef, author?: ChatRef): StoredMessage | undefined {
    const all = this.#all(message)
    return all.find(each => each.author === author) ?? all.find(({ deleted }) => !deleted) ?? all[0]
  }

  /**
   * The message that one in a chat is about: itself, or for a note or placeholder of the bridge the one that it stands
   * under. What came before what it became; of several texts in one message the last.
   */
  subject(message: MessageRef, author?: ChatRef): StoredMessage | undefined {
    const stored = this.find(message, author)
    if (!stored?.bridge) return stored
    const row = this.#database.get<MessageRow>(
      `SELECT m.* FROM links l JOIN messages m ON m.key = l.source WHERE l.target = ?
       ORDER BY ${RANK}, l.part, l.source DESC LIMIT 1`,
      stored.key,
    )
    return row ? fromRow(row) : stored
  }

  /** Whether a message of the bridge is a note alone, which stands for nothing that was said. */
  isNote(key: number): boolean {
    const sql = `SELECT min(${RANK}) AS rank FROM links l WHERE l.target = ?`
    return this.#database.get<{ rank: number | null }>(sql, key)?.rank === 3
  }

  /** The messages that one of the bridge stands for. */
  sources(target: number): number[] {
    const sql = "SELECT source FROM links WHERE target = ? AND role IN ('', 'remark') ORDER BY source"
    return this.#database.all<{ source: number }>(sql, target).map(({ source }) => source)
  }

  /** What stands in `chat` for a message, in order: itself if that is its chat, what it became there, and remarks on it. */
  standIns(key: number, chat: ChatRef): StoredMessage[] {
    return this.#database
      .all<MessageRow>(
        `SELECT m.*, 0 AS last, -1 AS n FROM messages m WHERE m.key = ?1 AND m.chat = ?2
         UNION ALL
         SELECT m.*, l.role = 'remark' AS last, l.part AS n FROM links l JOIN messages m ON m.key = l.target
         WHERE l.source = ?1 AND m.chat = ?2 AND l.role IN ('', 'placeholder', 'words', 'remark')
         ORDER BY last, n`,
        key,
        chat,
      )
      .map(fromRow)
  }

  /** The message in `chat` that stands for this one: its first part there, or the one that it is itself a part of. */
  counterpart(message: MessageRef, chat: ChatRef, author?: ChatRef): StoredMessage | undefined {
    const stored = this.find(message, author)
    return stored && findCounterpart(this.#database, stored.key, chat)
  }

  /** Chats that a message of the bridge stands for: where it came from. */
  origin(message: MessageRef): ChatRef | undefined {
    return findOrigin(this.#database, message)
  }

  /** The chat in which a received message became something first. */
  destination(source: number): ChatRef | undefined {
    return findDestination(this.#database, source)
  }

  /** Chats in which a message with this id is known. */
  chatsWith(id: string): ChatRef[] {
    return this.#database
      .all<{ chat: ChatRef }>('SELECT DISTINCT chat FROM messages WHERE id = ?', id)
      .map(row => row.chat)
  }

  /** What is known of a message, by preference the row that has the network's own copy. */
  known(message: MessageRef): StoredMessage | undefined {
    const all = this.#all(message)
    return all.find(each => each.raw !== undefined) ?? all[0]
  }

  /**
   * A message that somebody deleted who may, before it was known what it stands for: an administrator, or the owner,
   * whose own it is.
   */
  deletedUnknown(message: MessageRef): StoredMessage | undefined {
    return this.#all(message).find(isGone)
  }

  /** The message was taken back; nothing about it is shown any more. */
  markDeleted(key: number): void {
    this.#database.run('UPDATE messages SET deleted = 1 WHERE key = ?', key)
  }

  /** What is kept of a message has become another: how it is shown anew as a whole, or the network's own copy. */
  update(key: number, column: 'content' | 'raw', value: string): void {
    this.#database.run(`UPDATE messages SET ${column} = seal(?) WHERE key = ?`, value, key)
  }

  /** Writes down when it was edited last. False when a later edit is known, but for one that is yet to come. */
  edit(key: number, at: number, now: number): boolean {
    const sql =
      'UPDATE messages SET edited_at = ?2 WHERE key = ?1 AND (?2 >= coalesce(edited_at, 0) OR edited_at > ?3)'
    return this.#database.run(sql, key, at, now).changes > 0
  }

  /** See `forgetMessages`. */
  forget(range: { before: number; after: number; limit: number }): {
    last: number | undefined
    forgotten: number
  } {
    return forgetMessages(this.#database, range)
  }

  /** See `forgetIds`. Call it in a transaction. */
  forgetIds(isMeant: (chat: ChatRef) => boolean): void {
    forgetIds(this.#database, isMeant)
  }

  #all({ chat, id }: MessageRef): StoredMessage[] {
    return this.#database
      .all<MessageRow>('SELECT * FROM messages WHERE id = ? AND chat = ? ORDER BY key', id, chat)
      .map(fromRow)
  }

  #insert(message: NewMessage & { bridge: boolean }, now: number): number {
    return this.#database.run(
      `INSERT INTO messages (id, chat, author, me, bridge, raw, content, pending, deleted, expires_at, seen_at)
       VALUES (?, ?, ?, ?, ?, seal(?), seal(?), ?, ?, ?, ?)`,
      message.id,
      message.chat,
      message.author ?? '',
      message.me ? 1 : 0,
      message.bridge ? 1 : 0,
      message.raw ?? null,
      message.content ?? null,
      message.pending ? 1 : 0,
      message.deleted ? 1 : 0,
      message.expiresAt ?? null,
      now,
    ).id
  }
}
