import { backoff } from './backoff.ts'
import { type Failures, failuresOf, unfailed } from './failures.ts'
import type { Failure } from './job.ts'

/**
 * A file that fails this often on its way is given up, so that it does not hold its lane for a day. The backoffs up to there
 * take nine minutes: where files lie is away for longer than the network itself now and then.
 */
export const mediaFailureLimit = 9
/** One that breaks off where its server was reached is rather damaged, and given up at the fifth time, after 23 s. */
const breakCounts = 2
/**
 * A proxy or a firewall that refuses this job so often again behind something that it let through dislikes what is in it. The
 * first time says nothing: the eighth try is the last one, where others pass for as long as the backoffs take, four minutes.
 */
const pageLimit = 7
/**
 * So often the network itself fails at it, while it takes others, before words only look plainer (nine minutes), and before a
 * file becomes another one or words, or all of it is given up: an hour, since the trouble may be the network's, and of
 * some chats or of files alone.
 */
export const ownFailureLimit = { words: 7, all: 12 } as const
/** Failed attempts after which the owner is told of a job that is tried on: the pauses up to there take four minutes or nine. */
export const longDelay = 9
/** A bug of ours that hits one job this often gives the job up, so that it does not block its lane for ever. */
const bugLimit = 3
/** So often is it asked in vain whether a message arrived, for nine minutes, before it is given up as one that may have. */
const longestDoubt = 9
/** How much of the time between two failed attempts counts as failing: more than the longest backoff is an outage. */
const longestGap = 15 * 60_000
/** Milliseconds until a file whose network is offline is asked for again. */
const sourceOffline = 30_000
/**
 * Milliseconds until what the line did not let through, or not the answer to it, is tried again, at most: it may have been good for
 * long, and where this message alone breaks it the others have it for most of the time.
 */
const longestAfterLine = 60_000

interface Circumstances {
  readonly now: number
  readonly giveUpAfter: number
  readonly random: () => number
  /** Whether the network took something else since this job failed last. */
  readonly othersPass?: boolean
}

/** What a failure changes in its job. */
export type Decision =
  | { readonly kind: 'again'; readonly failures: Failures; readonly dueAt: number }
  /** `unsure`: it may be there as it was, under the id that the plainer form will have, too. */
  | { readonly kind: 'plainer'; readonly unsure: boolean }
  | { readonly kind: 'give-up' }

/**
 * The failure policy: what one failed attempt means for its job.
 *
 * | kind      | what failed                                    | so often                            | then           |
 * |-----------|------------------------------------------------|-------------------------------------|----------------|
 * | `held`    | nothing: the network is away, or says when     |                                     |                |
 * | `refused` | the network wants none of it                   | once                                | a plainer form |
 * | `unclear` | an answer that leaves open whether it arrived  | nine times, and no other between    | given up       |
 * |           | such a one for good, or in a closed chat       | once                                | given up       |
 * | `file`    | its file                                       | nine times; broken off, five        | a plainer form |
 * | `page`    | a page of somebody else came for an answer     | seven times behind what passed      | a plainer form |
 * | `own`     | the network itself, or the line at a file      | `ownFailureLimit`, behind the same  | as `refused`, by its carrier |
 * | `bug`     | the bridge                                     | three times                         | a plainer form |
 * | `other`   | anything else, most often the line             |                                     |                |
 *
 * Each kind is counted for itself. All but the first three count as an attempt, too, back off by that, and are given up when it has
 * been failing for `giveUpAfter` milliseconds in all. What has no plainer form is given up instead (`record.ts`).
 *
 * Nothing goes in another form while it may be there as it was, where its network would make two messages of that: a file that
 * broke off on its way in is looked for first; so is what the network itself failed at, or is done once more where that
 * changes nothing more, and refused then (`bridge/deliver.ts`); a bug or a page that keeps us from looking gives it up.
 *
 * A failure before an earlier attempt is settled, as in a network that cannot settle any, leaves the job unsure: nothing was
 * found out. When a part of it has gone, all but the bugs is counted anew. An outage is over for some before it is for
 * all: of pages and failures of the network itself only those count between which others passed.
 */
export const decide = (given: Failures, failure: Failure, circumstances: Circumstances): Decision => {
  const { now, giveUpAfter, random } = circumstances
  const { verdict, from } = failure
  const kind = kindOf(failure)
  const failures = count(given, kind, failure, circumstances)
  const plainer = { kind: 'plainer', unsure: failures.unsure } as const
  switch (kind) {
    case 'held':
      return { kind: 'again', failures, dueAt: heldUntil() }
    case 'refused':
      return plainer
    case 'unclear':
      if (failure.unreachable || failure.neverKnown || failures.asked >= longestDoubt)
        return { kind: 'give-up' }
      return {
        kind: 'again',
        failures: { ...failures, lastFailedAt: now },
        dueAt: now + backoff(failures.asked, random),
      }
    case 'file':
      if (failures.mediaFailures >= mediaFailureLimit && verdict.kind === 'retry') return plainer
      break
    case 'page':
      if (failures.pages >= pageLimit) return inOtherForm()
      break
    case 'bug':
      if (failures.bugs >= bugLimit) return inOtherForm()
      break
    case 'own':
    case 'other':
      break
    default:
      return kind satisfies never
  }
  return again()

  function inOtherForm(): Decision {
    return failure.inDoubt ? { kind: 'give-up' } : plainer
  }

  function heldUntil(): number {
    if (verdict.kind === 'wait') return now + Math.ceil(verdict.seconds * 1000)
    return from === 'media' ? now + sourceOffline : now
  }

  function again(): Decision {
    const gap = failures.lastFailedAt === undefined ? 0 : Math.max(0, now - failures.lastFailedAt)
    const failingFor = failures.failingFor + Math.min(gap, longestGap)
    if (failingFor >= giveUpAfter) return { kind: 'give-up' }
    const failed = { ...failures, failingFor, lastFailedAt: now }
    const delay = backoff(failures.attempts, random)
    const isLine = kind === 'other' && verdict.kind === 'unsure'
    return {
      kind: 'again',
      failures: failed,
      dueAt: now + (isLine ? Math.min(delay, longestAfterLine) : delay),
    }
  }
}

type Kind = 'held' | 'refused' | 'unclear' | 'file' | 'page' | 'own' | 'bug' | 'other'

const kindOf = ({ verdict, from, page, ownFailure }: Failure): Kind => {
  if (from === 'bug') return 'bug'
  switch (verdict.kind) {
    case 'wait':
    case 'offline':
      return 'held'
    case 'reject':
      return from === 'settle' ? 'unclear' : 'refused'
    case 'retry':
    case 'unsure':
      if (from === 'media') return 'file'
      // A look that fails says nothing of what is looked for.
      if (from === 'settle') return 'other'
      return page ? 'page' : ownFailure ? 'own' : 'other'
    default:
      return verdict satisfies never
  }
}

const count = (
  given: Failures,
  kind: Kind,
  { verdict, from, brokeOff, unsettled, progress }: Failure,
  { othersPass = false }: Circumstances,
): Failures => {
  const unsure = verdict.kind === 'unsure' || unsettled === true
  const { bugs } = given
  const before = { ...(progress ? { ...unfailed, bugs } : failuresOf(given)), unsure }
  // What comes behind a look has been answered.
  const failures = from === 'settle' ? before : { ...before, asked: 0 }
  const attempts = failures.attempts + 1
  switch (kind) {
    case 'held':
    case 'refused':
      return failures
    case 'unclear':
      return { ...failures, asked: failures.asked + 1 }
    case 'file':
      return { ...failures, attempts, mediaFailures: failures.mediaFailures + (brokeOff ? breakCounts : 1) }
    case 'page':
      return { ...failures, attempts, pages: failures.pages + (othersPass ? 1 : 0) }
    case 'own':
      return { ...failures, attempts, ownFailures: failures.ownFailures + (othersPass ? 1 : 0) }
    case 'bug':
      return { ...failures, attempts, bugs: bugs + 1 }
    case 'other':
      return { ...failures, attempts }
    default:
      return kind satisfies never
  }
}
