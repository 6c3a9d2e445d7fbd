import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Database } from './database.ts'

/**
 * Looks at the next `limit` messages behind `after` (a row key; 0 is the beginning) and forgets those that were seen
 * before that time (milliseconds since 1970). Spared are messages that a job still carries, what it has sent of them,
 * and what has yet to end or has disappeared since. Returns where to go on, or undefined at the end.
 */
export const forgetMessages = (
  database: Database,
  { before, after, limit }: { before: number; after: number; limit: number },
): { last: number | undefined; forgotten: number } => {
  const { last } = database.get<{ last: number | null }>(
    'SELECT max(key) AS last FROM (SELECT key FROM messages WHERE key > ? ORDER BY key LIMIT ?)',
    after,
    limit,
  ) ?? { last: null }
  if (last === null) return { last: undefined, forgotten: 0 }
  const { changes } = database.run(
    `DELETE FROM messages WHERE key > ?1 AND key <= ?2 AND seen_at < ?3
       AND (expires_at IS NULL OR expires_at < ?3 OR deleted = 1)
       AND key NOT IN (SELECT message FROM deadlines)
       AND key NOT IN (SELECT source FROM jobs)
       AND key NOT IN (SELECT target FROM links WHERE source IN (SELECT source FROM jobs))`,
    after,
    last,
    before,
  )
  return { last, forgotten: changes }
}

/**
 * Forgets the messages that the ids of some Telegram chats belonged to, with all that was linked to them: other messages
 * have these ids from now on. What a job still carries stays for it alone, under an id that no message has.
 */
export const forgetIds = (database: Database, isMeant: (chat: ChatRef) => boolean): void => {
  const chats = database
    .all<{ chat: ChatRef }>("SELECT DISTINCT chat FROM messages WHERE chat GLOB 'telegram:*'")
    .filter(({ chat }) => isMeant(chat))
  for (const { chat } of chats) {
    const own = "chat = ? AND id GLOB '[0-9]*'"
    database.run(`DELETE FROM messages WHERE ${own} AND key NOT IN (SELECT source FROM jobs)`, chat)
    database.run(`UPDATE messages SET id = 'former ' || key || ' ' || id WHERE ${own}`, chat)
  }
}
