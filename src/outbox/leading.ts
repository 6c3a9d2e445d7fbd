import type { Database } from '../store/index.ts'
import type { Waiting } from './job.ts'

/** What the topics of changes begin with that may come a little later than the texts behind them. */
const changeTopics = ['edit', 'deletion', 'reaction', 'vote'] as const

const fresh = `state = 'pending' AND attempts = 0 AND unsure = 0 AND level = 0 AND bugs = 0
  AND media_failures = 0 AND topic IS NULL AND due_at <= ?3`
const restored = 'unsure = 1 AND restored = 1 AND level = 0 AND topic IS NULL AND ?3 IS NULL'

interface Choice {
  readonly lane: string
  readonly most: number
  /** Those that no attempt has been made at and that are due by then, or those that a backup brought back. */
  readonly what: { readonly fresh: number } | 'restored'
}

/**
 * The jobs with which a lane begins, as long as they are what is asked for and go to the same chat. Changes in between
 * stay where they are, behind what they may be about; anything else that is found under a topic goes by itself.
 */
export const findLeading = (database: Database, { lane, most, what }: Choice): Waiting[] => {
  const [condition, value] = what === 'restored' ? [restored, null] : [fresh, what.fresh]
  const rows = database.all<Waiting & { fits: number }>(
    `SELECT id, target, event, (${condition}) AS fits FROM jobs WHERE state <> 'failed' AND lane = ?1
       AND (id = (SELECT min(id) FROM jobs WHERE state <> 'failed' AND lane = ?1)
         OR topic IS NULL OR NOT (${changeTopics.map(topic => `topic GLOB '${topic} *'`).join(' OR ')}))
     ORDER BY id LIMIT ?2`,
    lane,
    most,
    value,
  )
  const end = rows.findIndex(row => row.fits === 0 || row.target !== rows[0]?.target)
  return end === -1 ? rows : rows.slice(0, end)
}
