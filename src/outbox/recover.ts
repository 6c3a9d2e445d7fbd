import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Database } from '../store/index.ts'

interface Recovery {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly markOf: (target: ChatRef) => string | undefined
}

/** What `Outbox.recover` does. */
export const recoverJobs = (database: Database, { now, markOf }: Recovery): { cutOff: ChatRef[] } =>
  database.transaction(() => {
    const rows = database.all<{ target: ChatRef }>("SELECT target FROM jobs WHERE state = 'sending'")
    database.run("UPDATE jobs SET state = 'pending', unsure = 1, due_at = ? WHERE state = 'sending'", now)
    for (const { target } of database.all<{ target: ChatRef }>(
      "SELECT DISTINCT target FROM jobs WHERE state = 'pending' AND unsure = 1 AND mark IS NULL",
    )) {
      database.run(
        "UPDATE jobs SET mark = ?2 WHERE target = ?1 AND state = 'pending' AND unsure = 1 AND mark IS NULL",
        target,
        markOf(target) ?? null,
      )
    }
    database.run("UPDATE jobs SET due_at = ?1 WHERE state = 'pending' AND due_at > ?1 + 7200000", now)
    return { cutOff: rows.map(({ target }) => target) }
  })
