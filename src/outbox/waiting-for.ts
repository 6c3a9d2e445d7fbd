import type { NetworkName } from '../bridge/chat-ref.ts'
import type { Database } from '../store/index.ts'
import type { Job } from './job.ts'
import { fromRow, type JobRow } from './job-row.ts'

/** All jobs to a network that have not failed, in order. What was under way when a run was cut off may have arrived. */
export const waitingFor = (database: Database, network: NetworkName): Job[] =>
  database
    .all<JobRow & { state: string }>(
      "SELECT * FROM jobs WHERE state <> 'failed' AND target GLOB ? ORDER BY id",
      `${network}:*`,
    )
    .map(row => {
      const job = fromRow(row)
      return row.state === 'sending' ? { ...job, unsure: true } : job
    })
