import type { Database } from '../store/index.ts'
import type { Untouched } from './job.ts'
import { parts } from './parts.ts'

interface Wanted {
  readonly topic: string
  readonly about: 'message' | 'unsent' | undefined
  readonly restored: boolean
}

/** The latest job about a topic, when nothing has been tried of it (`Outbox.untouched`). */
export const findUntouched = (
  database: Database,
  { topic, about, restored }: Wanted,
): Untouched | undefined =>
  database.get<Untouched>(
    `SELECT id, event, created_at AS createdAt, due_at AS dueAt FROM jobs
     WHERE topic = ? AND state = 'pending'
       AND ${about === 'unsent' ? "target GLOB 'whatsapp:*'" : 'attempts = 0 AND level = 0'}
       AND ${restored ? 'restored = 1 AND unsure = 1 AND frame IS NULL' : 'unsure = 0 AND mark IS NULL'}
       ${about === undefined ? '' : `AND NOT EXISTS (SELECT 1 ${parts})`} ORDER BY id DESC LIMIT 1`,
    topic,
  )
