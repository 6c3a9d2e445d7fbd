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
