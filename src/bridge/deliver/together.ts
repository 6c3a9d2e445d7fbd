import { type Job, mostJoined } from '../../outbox/index.ts'
import type { JoinedContent } from '../content.ts'
import type { AttemptContext } from './attempt.ts'
import { joinedEvent, leadingTexts } from './join.ts'

/** What a text and those behind it may have become since the backup was made that brought them back. */
export interface Together {
  readonly content: JoinedContent
  /** They did, those in `found`: their jobs are one from now on. To be called in the transaction that links them. */
  settle(found: JoinedContent): void
}

/**
 * The texts that may have been joined with the one of this job after a backup was made. How many, nobody knows any more: it
 * depended on what else waited. Undefined where the job did not come with a backup, or is no text that is ever joined.
 */
export const findTogether = (
  { lane, unsure, restored }: Job,
  { store, outbox, now = Date.now }: Pick<AttemptContext, 'store' | 'outbox' | 'now'>,
): Together | undefined => {
  if (!unsure || !restored) return undefined
  const jobs = outbox.restored(lane, mostJoined)
  const texts = leadingTexts(jobs, { store, now: now() })
  if (texts.length === 0) return undefined
  return {
    content: { kind: 'joined', items: texts.map(({ item }) => item) },
    settle({ items }) {
      const count = items.filter(({ id }) => id !== '').length
      const event = joinedEvent(texts.slice(0, count), items)
      const ids = jobs.slice(0, count).map(({ id }) => id)
      if (event) outbox.join(ids, JSON.stringify(event))
    },
  }
}
