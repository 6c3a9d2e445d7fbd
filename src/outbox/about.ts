import type { Database } from '../store/index.ts'
import type { About } from './job.ts'

type Row = Omit<About, 'isUntouched'> & { readonly untouched: number }

/** The jobs of a lane whose topics begin like this, whatever has become of them. */
export const findAbout = (database: Database, { lane, topics }: { lane: string; topics: string }): About[] =>
  database
    .all<Row>(
      `SELECT id, event, created_at AS createdAt, due_at AS dueAt, target,
         state = 'pending' AND attempts = 0 AND level = 0 AND unsure = 0 AND mark IS NULL
           AND NOT EXISTS (SELECT 1 FROM links WHERE links.source = jobs.source) AS untouched
       FROM jobs WHERE lane = ?1 AND topic GLOB ?2 ORDER BY id`,
      lane,
      `${topics}*`,
    )
    .map(({ untouched, ...row }) => ({ ...row, isUntouched: untouched === 1 }))
