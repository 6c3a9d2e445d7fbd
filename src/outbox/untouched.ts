import type { Database } from '../store/index.ts'
import type { Untouched } from './job.ts'

/** The jobs of a lane whose topics begin like this, and of whose messages nothing can be there yet. */
export const findUntouched = (
  database: Database,
  { lane, topics }: { lane: string; topics: string },
): Untouched[] =>
  database.all<Untouched>(
    `SELECT id, event, created_at AS createdAt, due_at AS dueAt FROM jobs
     WHERE lane = ?1 AND topic GLOB ?2 AND state = 'pending' AND attempts = 0 AND level = 0 AND unsure = 0
       AND mark IS NULL AND NOT EXISTS (SELECT 1 FROM links WHERE links.source = jobs.source) ORDER BY id`,
    lane,
    `${topics}*`,
  )
