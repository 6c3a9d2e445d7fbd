import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Job } from './job.ts'

/** As it stands in the table `jobs`. */
export interface JobRow {
  id: number
  lane: string
  target: ChatRef
  source: number
  message_id: string
  event: string
  unsure: number
  restored: number
  mark: string | null
  frame: string | null
  level: number
  base: number
  attempts: number
  media_failures: number
  pages: number
  own_failures: number
  asked: number
  bugs: number
  failing_for: number
  last_failed_at: number | null
  created_at: number
}

export const fromRow = (row: JobRow): Job => ({
  id: row.id,
  lane: row.lane,
  target: row.target,
  source: row.source,
  messageId: row.message_id,
  event: row.event,
  unsure: row.unsure === 1,
  restored: row.restored === 1,
  ...(row.mark !== null && { mark: row.mark }),
  ...(row.frame !== null && { frame: row.frame }),
  level: row.level,
  base: row.base,
  attempts: row.attempts,
  mediaFailures: row.media_failures,
  pages: row.pages,
  ownFailures: row.own_failures,
  asked: row.asked,
  bugs: row.bugs,
  failingFor: row.failing_for,
  ...(row.last_failed_at !== null && { lastFailedAt: row.last_failed_at }),
  createdAt: row.created_at,
})
