import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Database } from '../store/index.ts'
import { findAbout } from './about.ts'
import { type Again, type NextForm, postponeJob, reviveJob, stepJob } from './failures.ts'
import { findFirst, findHeads, type Head } from './heads.ts'
import { findInDoubt, findUnsettled, type InDoubt, type Unsettled } from './in-doubt.ts'
import type { About, FinalFailure, Job, NewJob, Untouched, Waiting } from './job.ts'
import { fromRow, type JobRow } from './job-row.ts'
import { findLeading } from './leading.ts'
import { recoverJobs } from './recover.ts'
import { findDestination, findSending, type IsPart, type Sending } from './sending.ts'
import { findUntouched, type WaitsHow } from './untouched.ts'

/**
 * The jobs, in the database.
 *
 * A job is added `pending`, in the transaction that remembers its event. `claim` makes it `sending`, together with the
 * network's mark, and that is on disk before the attempt begins. From there it
 *   - is sent: the row is deleted (its links are the memory of it),
 *   - goes back to `pending`, due later (`postpone`) or at once in a plainer form (`step`),
 *   - or is `failed`: kept to be shown, out of its lane's way.
 * A row found `sending` at start was cut off by a crash: `recover` makes it `pending` and unsure. A row that is unsure
 * is settled at its next attempt, with the mark from before the attempt in doubt (`keepMark`); where its network settles none, it is
 * unsure until it is sent.
 *
 * Only the first row of a lane that has not failed is ever claimed, so a lane keeps its order whatever happens.
 */
export class Outbox {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  add(job: NewJob, now: number): number {
    return this.#database.run(
      `INSERT INTO jobs (lane, target, source, message_id, event, topic, due_at, created_at, unsure, restored, mark)
       VALUES (?1, ?2, ?3, ?4, seal(?5), ?6, ?7, ?8, ?9, ?9, ?10)`,
      job.lane,
      job.target,
      job.source,
      job.messageId,
      job.event,
      job.topic ?? null,
      job.dueAt ?? now,
      now,
      job.restored ? 1 : 0,
      job.restored?.mark ?? null,
    ).id
  }

  /**
   * The latest job about this topic, when nothing has been tried of it yet, or it waits as `about` says (`untouched.ts`).
   * `restored`: a backup brought it back, and no run has tried it since.
   */
  untouched(topic: string, about?: WaitsHow, { restored = false } = {}): Untouched | undefined {
    return findUntouched(this.#database, { topic, about, restored })
  }

  /** All jobs about topics that begin like this, in one lane (`about.ts`). */
  about(lane: string, topics: string): About[] {
    return findAbout(this.#database, { lane, topics })
  }

  /** Gives a job another event to carry, in its old place in the lane; due as it was where nothing is said. */
  rewrite(id: number, { event, dueAt }: { event: string; dueAt?: number }): void {
    const sql = 'UPDATE jobs SET event = seal(?2), due_at = coalesce(?3, due_at) WHERE id = ?1'
    this.#database.run(sql, id, event, dueAt ?? null)
  }

  /** The first job of every lane, but of those in which one of `running` is being sent. */
  heads(running: readonly number[] = []): Head[] {
    return findHeads(this.#database, running)
  }

  /** The first job of a lane. */
  first(lane: string): Waiting | undefined {
    return findFirst(this.#database, lane)
  }

  /** How many jobs wait in a lane, counted up to `most`. */
  waitingIn(lane: string, most: number): number {
    return (
      this.#database.get<{ count: number }>(
        "SELECT count(*) AS count FROM (SELECT 1 FROM jobs WHERE state <> 'failed' AND lane = ? LIMIT ?)",
        lane,
        most,
      )?.count ?? 0
    )
  }

  /** The leading jobs of a lane that are untried, due and for the same chat: what could go together. */
  leading(lane: string, now: number, most: number): Waiting[] {
    return findLeading(this.#database, { lane, most, what: { fresh: now } })
  }

  /** Those that a backup brought back: what may have gone together since it was made. The first one may be under way. */
  restored(lane: string, most: number): Waiting[] {
    return findLeading(this.#database, { lane, most, what: 'restored' })
  }

  /** Events about a topic that a backup brought back behind a job: they may have been carried out since, too. */
  restoredAbout(topic: string, after: number): string[] {
    const sql =
      'SELECT event FROM jobs WHERE topic = ? AND restored = 1 AND unsure = 1 AND id > ? ORDER BY id'
    return this.#database.all<{ event: string }>(sql, topic, after).map(({ event }) => event)
  }

  /** Makes one job of several: the first carries the event that they are together. */
  join([first, ...rest]: readonly number[], event: string): void {
    if (first === undefined) return
    this.rewrite(first, { event })
    for (const id of rest) this.finish(id)
  }

  /** `mark` is kept only when no earlier attempt is in doubt: that one's mark is the one to look from. */
  claim(id: number, mark: string | undefined): Job {
    const row = this.#database.get<JobRow>(
      `UPDATE jobs SET state = 'sending', mark = CASE unsure WHEN 1 THEN mark ELSE ?2 END
       WHERE id = ?1 AND state = 'pending' RETURNING *`,
      id,
      mark ?? null,
    )
    if (!row) throw new Error(`Job "${id}" is not pending`)
    return fromRow(row)
  }

  /** Keeps what must not change while the attempt is in doubt (`Carrier.frame`), and whether a backup has it so. */
  keepFrame(job: Job, frame: string): Job {
    if (frame !== job.frame) {
      const sql = 'UPDATE jobs SET frame = seal(?2), restored = ?3 WHERE id = ?1'
      this.#database.run(sql, job.id, frame, job.restored ? 1 : 0)
    }
    return { ...job, frame }
  }

  /** Nothing is there of the attempts before: the network's word of this moment is the one to look from. */
  keepMark(job: Job, mark: string | undefined): Job {
    if (mark === undefined) return job
    if (mark !== job.mark) this.#database.run('UPDATE jobs SET mark = ?2 WHERE id = ?1', job.id, mark)
    return { ...job, mark }
  }

  /** The job is sent. */
  finish(id: number): void {
    this.#database.run('DELETE FROM jobs WHERE id = ?', id)
  }

  /** Tries the job again when that is due, with what it keeps of its failures. */
  postpone(id: number, again: Again): void {
    postponeJob(this.#database, id, again)
  }

  /** Tries the job again at once, at a plainer level; what was sent of the richer form is not a part of the new one. */
  step(id: number, form: NextForm): void {
    stepJob(this.#database, id, form)
  }

  /** `inDoubt`: it may have arrived; with the network's word of this moment, for what it left behind is not younger. */
  fail(id: number, problem: string, { at, inDoubt }: FinalFailure): void {
    this.#database.run(
      `UPDATE jobs SET state = 'failed', problem = seal(?2), unsure = ?3, mark = ?4, last_failed_at = ?5
       WHERE id = ?1`,
      id,
      problem,
      inDoubt ? 1 : 0,
      inDoubt?.mark ?? null,
      at,
    )
  }

  /**
   * To be called once, before the first claim and before the networks tell anything new. Returns where the attempts
   * went that were cut off. A job in doubt that has no mark, as a restored backup brings them, gets the one of this
   * moment. Also brings back what a clock that was wrong (a Raspberry Pi has none of its own) put off into the far
   * future.
   */
  recover(
    now: number,
    markOf: (target: ChatRef) => string | undefined = () => undefined,
  ): { cutOff: ChatRef[] } {
    return recoverJobs(this.#database, { now, markOf })
  }

  /** What was given up in a lane, came since a time and cannot have arrived, oldest first. */
  givenUp(lane: string, since: number): { readonly id: number; readonly event: string }[] {
    const sql = `SELECT id, event FROM jobs
                 WHERE state = 'failed' AND lane = ? AND unsure = 0 AND created_at >= ? ORDER BY id`
    return this.#database.all(sql, lane, since)
  }

  /** Tries once more what was given up. */
  revive(id: number, now: number): void {
    reviveJob(this.#database, id, now)
  }

  /** Drops at most `limit` jobs that were given up before that time; returns how many. */
  dropFailed(before: number, limit: number): number {
    return this.#database.run(
      `DELETE FROM jobs WHERE id IN
         (SELECT id FROM jobs WHERE state = 'failed' AND coalesce(last_failed_at, created_at) < ? ORDER BY id LIMIT ?)`,
      before,
      limit,
    ).changes
  }

  /** The job that sends, or may have sent, a message with this id to a chat (`sending.ts`). */
  sending(target: ChatRef, id: string, isPart?: IsPart): Sending | undefined {
    return findSending(this.#database, { target, id, isPart })
  }

  /** The WhatsApp chat that a message is to go to, or could not be sent to, or the last for which it waits in `lane` (`sending.ts`). */
  goesTo(source: number, lane?: string): ChatRef | undefined {
    return findDestination(this.#database, source, lane)
  }

  /** The jobs that are under way or may have arrived (`in-doubt.ts`). */
  inDoubt(): InDoubt[] {
    return findInDoubt(this.#database)
  }

  /** What may have arrived in a chat, or in another topic of its group (`in-doubt.ts`). */
  unsettled(target: ChatRef): Unsettled[] {
    return findUnsettled(this.#database, target)
  }

  /** Whether a job is still to be carried out, or under way. */
  isOpen(id: number): boolean {
    return this.#database.get("SELECT 1 FROM jobs WHERE id = ? AND state <> 'failed'", id) !== undefined
  }

  /** Whether any job waits for an attempt, now or later. */
  hasPending(): boolean {
    const sql = "SELECT 1 FROM jobs WHERE state <> 'failed' AND state = 'pending' LIMIT 1"
    return this.#database.get(sql) !== undefined
  }

  counts(): { pending: number; failed: number } {
    const { all, failed } = this.#database.get<{ all: number; failed: number }>(
      "SELECT (SELECT count(*) FROM jobs) AS 'all', (SELECT count(*) FROM jobs WHERE state = 'failed') AS failed",
    ) ?? { all: 0, failed: 0 }
    return { pending: all - failed, failed }
  }
}
