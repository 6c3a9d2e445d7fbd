import { type ChatRef, networkOf } from '../bridge/chat-ref.ts'
import type { Database } from './database.ts'
import { noteMerged } from './merged.ts'

/**
 * Folds one chat into another: `from` becomes an alias of `to`, and everything that stood under `from` now stands under
 * `to`. Where both have a mapping, the one stays in which answers go back, of two such the one added last: it is the owner's latest
 * word. Call it in a transaction.
 */
export const mergeChat = (database: Database, from: ChatRef, to: ChatRef): void => {
  mergeBook(database, from, to)
  mergeMappings(database, from, to)
  // A Telegram group that became a supergroup counts its messages anew: the old ids mean nothing there.
  if (networkOf(to) === 'whatsapp') mergeMessages(database, from, to)
  mergeKeeps(database, from, to)
  for (const table of ['reactions', 'votes'] as const) mergeOpinions(database, { table, from, to })
  database.run('UPDATE jobs SET lane = ?2 WHERE lane = ?1', from, to)
  database.run('UPDATE jobs SET target = ?2 WHERE target = ?1', from, to)
}

/** Of two opinions of one person the later one counts. */
const mergeOpinions = (
  database: Database,
  { table, from, to }: { table: 'reactions' | 'votes'; from: ChatRef; to: ChatRef },
): void => {
  database.run(
    `DELETE FROM ${table} WHERE person IN (?1, ?2) AND EXISTS (
       SELECT 1 FROM ${table} other WHERE other.message = ${table}.message AND other.person IN (?1, ?2)
         AND other.person <> ${table}.person AND (other.at, other.person) > (${table}.at, ${table}.person))`,
    from,
    to,
  )
  database.run(`UPDATE ${table} SET person = ?2 WHERE person = ?1`, from, to)
}

/** Of two words on one message the later one counts. */
const mergeKeeps = (database: Database, from: ChatRef, to: ChatRef): void => {
  if (networkOf(to) !== 'whatsapp') return
  database.run(
    `INSERT INTO keeps (chat, id, kept, person, at) SELECT ?2, id, kept, person, at FROM keeps WHERE chat = ?1
     ON CONFLICT (chat, id) DO UPDATE SET kept = excluded.kept, person = excluded.person, at = excluded.at
       WHERE excluded.at >= at`,
    from,
    to,
  )
  database.run('DELETE FROM keeps WHERE chat = ?', from)
  database.run('UPDATE keeps SET person = ?2 WHERE person = ?1', from, to)
}

const mergeBook = (database: Database, from: ChatRef, to: ChatRef): void => {
  database.run(
    `INSERT INTO chats (ref, kind, name, push_name, last_activity, notified_at)
     SELECT ?2, kind, name, push_name, last_activity, notified_at FROM chats WHERE ref = ?1
     ON CONFLICT (ref) DO UPDATE SET
       kind = coalesce(kind, excluded.kind), name = coalesce(name, excluded.name),
       push_name = coalesce(push_name, excluded.push_name),
       last_activity = nullif(max(coalesce(last_activity, 0), coalesce(excluded.last_activity, 0)), 0),
       notified_at = coalesce(notified_at, excluded.notified_at)`,
    from,
    to,
  )
  database.run('DELETE FROM chats WHERE ref = ?', from)
  database.run('UPDATE aliases SET ref = ?2 WHERE ref = ?1', from, to)
  database.run('INSERT OR REPLACE INTO aliases (alias, ref) VALUES (?, ?)', from, to)
  // A ref is never an alias of itself: the old phone-number chat of a LID may have had the LID as its alias.
  database.run('DELETE FROM aliases WHERE alias = ref')
}

const mergeMappings = (database: Database, from: ChatRef, to: ChatRef): void => {
  const [first, ...others] = database.all<{ id: number; telegram: ChatRef }>(
    `SELECT id, telegram FROM mappings WHERE whatsapp IN (?1, ?2)
     ORDER BY to_telegram_only, added_at DESC, id DESC`,
    from,
    to,
  )
  for (const { id, telegram } of others) {
    database.run('DELETE FROM mappings WHERE id = ?', id)
    if (first !== undefined && telegram !== first.telegram)
      noteMerged(database, { whatsapp: to, left: telegram, stays: first.telegram })
  }
  database.run('UPDATE mappings SET whatsapp = ?2 WHERE whatsapp = ?1', from, to)
  database.run(
    // Two two-way mappings into one Telegram chat are forbidden: the later one becomes one-way.
    `UPDATE mappings SET telegram = ?2, to_telegram_only = to_telegram_only OR EXISTS (
       SELECT 1 FROM mappings other WHERE other.telegram = ?2 AND other.to_telegram_only = 0)
     WHERE telegram = ?1`,
    from,
    to,
  )
}

/** A message stored under both refs is one message: its links go to the row that stays. */
const mergeMessages = (database: Database, from: ChatRef, to: ChatRef): void => {
  for (const column of ['chat', 'author'] as const) {
    const other = column === 'chat' ? 'author' : 'chat'
    const twins = database.all<{ gone: number; kept: number }>(
      `SELECT a.key AS gone, b.key AS kept FROM messages a
       JOIN messages b ON b.id = a.id AND b.${other} = a.${other} AND b.${column} = ?2 WHERE a.${column} = ?1`,
      from,
      to,
    )
    for (const { gone, kept } of twins) {
      // What was read under one address is not waited for under the other.
      database.run(
        `UPDATE messages SET (pending, raw, content, deleted, expires_at) =
           (SELECT pending, raw, content, deleted, expires_at FROM messages WHERE key = ?1)
         WHERE key = ?2 AND pending = 1 AND EXISTS (SELECT 1 FROM messages WHERE key = ?1 AND pending = 0)`,
        gone,
        kept,
      )
      database.run(
        `UPDATE messages SET edited_at = nullif(max(coalesce(edited_at, 0),
           (SELECT coalesce(edited_at, 0) FROM messages WHERE key = ?1)), 0) WHERE key = ?2`,
        gone,
        kept,
      )
      database.run(
        `UPDATE links SET source = ?2,
           part = part + (SELECT coalesce(max(part) + 1, 0) FROM links WHERE source = ?2) WHERE source = ?1`,
        gone,
        kept,
      )
      database.run('UPDATE links SET target = ?2 WHERE target = ?1', gone, kept)
      for (const table of ['reactions', 'votes', 'deadlines'])
        database.run(`UPDATE OR IGNORE ${table} SET message = ?2 WHERE message = ?1`, gone, kept)
      database.run('UPDATE jobs SET source = ?2 WHERE source = ?1', gone, kept)
      database.run('DELETE FROM messages WHERE key = ?', gone)
    }
    database.run(`UPDATE messages SET ${column} = ?2 WHERE ${column} = ?1`, from, to)
  }
}
