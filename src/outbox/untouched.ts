import type { Database } from '../store/index.ts'
import type { Untouched } from './job.ts'
import { parts } from './parts.ts'

/**
 * `message`: the job carries a message that nothing of may have arrived either, as when its network went away between two
 * parts. `certain`: however often it was tried, nothing that goes to WhatsApp of its message is in doubt. `unsent`: nor can
 * any of that be there.
 */
export type WaitsHow = 'message' | 'certain' | 'unsent'

interface Wanted {
  readonly topic: string
  readonly about: WaitsHow | undefined
  readonly restored: boolean
}

/** SQL: nothing of the message is under way to WhatsApp or in doubt, nor waits to go there under no topic. */
const certain = `target GLOB 'whatsapp:*'
  AND NOT EXISTS (SELECT 1 FROM jobs other WHERE other.source = jobs.source AND other.target GLOB 'whatsapp:*'
    AND (other.state = 'sending' OR other.unsure = 1 OR (other.state = 'pending' AND other.topic IS NULL)))`

const conditions: Readonly<Record<WaitsHow, string>> = {
  certain,
  unsent: `${certain} AND NOT EXISTS (SELECT 1 FROM links WHERE links.source = jobs.source)`,
  message: `attempts = 0 AND level = 0 AND NOT EXISTS (SELECT 1 ${parts})`,
}

/** The latest job about a topic, when nothing has been tried of it (`Outbox.untouched`). */
export const findUntouched = (
  database: Database,
  { topic, about, restored }: Wanted,
): Untouched | undefined =>
  database.get<Untouched>(
    `SELECT id, target, event, created_at AS createdAt, due_at AS dueAt FROM jobs
     WHERE topic = ? AND state = 'pending'
       AND ${about === undefined ? 'attempts = 0 AND level = 0' : conditions[about]}
       AND ${restored ? 'restored = 1 AND unsure = 1 AND frame IS NULL' : 'unsure = 0 AND mark IS NULL'}
     ORDER BY id DESC LIMIT 1`,
    topic,
  )
