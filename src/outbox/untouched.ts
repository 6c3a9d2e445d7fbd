import type { Database } from '../store/index.ts'
import type { Untouched } from './job.ts'
import { parts } from './parts.ts'

interface Wanted {
  readonly topic: string
  readonly about: 'message' | 'unsent' | undefined
  readonly restored: boolean
}

/** SQL: nothing of the message can have gone out to WhatsApp, nor waits to go there under no topic. */
const unsent = `target GLOB 'whatsapp:*' AND NOT EXISTS (SELECT 1 FROM links WHERE links.source = jobs.source)
  AND NOT EXISTS (SELECT 1 FROM jobs other WHERE other.source = jobs.source AND other.target GLOB 'whatsapp:*'
    AND (other.state = 'sending' OR other.unsure = 1 OR (other.state = 'pending' AND other.topic IS NULL)))`

/** The latest job about a topic, when nothing has been tried of it (`Outbox.untouched`). */
export const findUntouched = (
  database: Database,
  { topic, about, restored }: Wanted,
): Untouched | undefined =>
  database.get<Untouched>(
    `SELECT id, event, created_at AS createdAt, due_at AS dueAt FROM jobs
     WHERE topic = ? AND state = 'pending'
       AND ${about === 'unsent' ? unsent : 'attempts = 0 AND level = 0'}
       AND ${restored ? 'restored = 1 AND unsure = 1 AND frame IS NULL' : 'unsure = 0 AND mark IS NULL'}
       ${about === 'message' ? `AND NOT EXISTS (SELECT 1 ${parts})` : ''} ORDER BY id DESC LIMIT 1`,
    topic,
  )
