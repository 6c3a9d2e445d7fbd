import { backoff } from './backoff.ts'
import type { Failure, Job } from './job.ts'

/**
 * A file that fails this often on its way is given up, so that it does not hold its lane for a day. The backoffs up to there
 * take nine minutes: where files lie is away for longer than the network itself now and then.
 */
export const mediaFailureLimit = 9
/** One that breaks off where its server was reached is rather damaged, and given up at the fifth time, after 23 s. */
const breakCounts = 2
/**
 * A proxy or a firewall that refuses this job so often, while its network is online, dislikes what is in it. The
 * backoffs up to there take four minutes: within that, a page in front of everything shows in the network's status.
 */
const pageLimit = 8
/**
 * So often the network itself fails at it, while it takes others, before words only look plainer (nine minutes), and before a
 * file becomes another one or words, or all of it is given up: an hour, since the trouble may be the network's, and of
 * some chats or of files alone.
 */
export const ownFailureLimit = { words: 7, all: 12 } as const
/** Failed attempts after which the owner is told of a job that is tried on: the backoffs up to there take nine minutes. */
export const longDelay = 9
/** A bug of ours that hits one job this often gives the job up, so that it does not block its lane for ever. */
const bugLimit = 3
/** Milliseconds of asking in vain whether a message arrived, after which it is given up as one that may have. */
const longestDoubt = 10 * 60_000
/** How much of the time between two failed attempts counts as failing: more than the longest backoff is an outage. */
const longestGap = 15 * 60_000
/** Milliseconds until a file whose network is offline is asked for again. */
const sourceOffline = 30_000

/** What a job keeps of its failures. */
type History = Pick<
  Job,
  'unsure' | 'attempts' | 'mediaFailures' | 'pages' | 'bugs' | 'failingFor' | 'lastFailedAt'
>

const unfailed = { unsure: false, attempts: 0, mediaFailures: 0, pages: 0, failingFor: 0 } as const

interface Circumstances {
  readonly now: number
  readonly giveUpAfter: number
  readonly random: () => number
  /** Whether the network took something else since this job failed last. */
  readonly othersPass?: boolean
}

/** What a failure changes in its job. */
export type Decision =
  | (History & { readonly kind: 'again'; readonly dueAt: number })
  | { readonly kind: 'plainer' }
  | { readonly kind: 'give-up' }

/**
 * The failure policy: what one failed attempt means for its job.
 *
 * `retry`, `unsure` and bugs count as attempts, back off, and are given up when they have gone on for `giveUpAfter`
 * milliseconds; `wait` and `offline` cost nothing. `reject`, a file that failed nine times or broke off five times, a page that stood eight
 * times in place of the network's answer and a bug that struck three times ask for a plainer form. A failure before an
 * earlier attempt is settled, as in a network that cannot settle any, leaves the job unsure: nothing was found out. An
 * answer that leaves it open is asked for again for ten minutes, but not where it will always be that, nor in a chat
 * out of reach; then the job is given up, as after three bugs, since it must not be sent, in whatever form, while it
 * may be there. When a part of it has gone, all but the bugs is counted anew. Where the network itself fails at it, that
 * counts among the pages where `othersPass` meanwhile, an outage being over for some before it is for all; when it was often enough, and
 * nothing of it is there, it is refused (`bridge/deliver.ts`).
 */
export const decide = (
  given: Job,
  failure: Failure,
  { now, giveUpAfter, random, othersPass = false }: Circumstances,
): Decision => {
  const { verdict, from } = failure
  const job: History = failure.progress ? { ...unfailed, bugs: given.bugs } : given
  const bugs = job.bugs + (from === 'bug' ? 1 : 0)
  const counts = verdict.kind !== 'offline' && verdict.kind !== 'wait'
  const isOfFile = from === 'media' && counts
  const mediaFailures = job.mediaFailures + (isOfFile ? (failure.brokeOff ? breakCounts : 1) : 0)
  const mayBeOutage = verdict.kind === 'unsure' && !othersPass
  const isPage = failure.page === true && from === 'send'
  const isRefused = isPage && verdict.kind === 'retry'
  // What the network itself has failed at leaves it in doubt, and is no page of somebody else.
  const pagesBefore = isRefused && job.unsure ? 0 : job.pages
  const pages = pagesBefore + (isPage && !mayBeOutage ? 1 : 0)
  if (bugs >= bugLimit) return { kind: failure.inDoubt ? 'give-up' : 'plainer' }

  const unsure = verdict.kind === 'unsure' || failure.unsettled === true
  const unchanged = {
    kind: 'again',
    unsure,
    bugs,
    mediaFailures,
    pages,
    attempts: job.attempts,
    failingFor: job.failingFor,
    ...(job.lastFailedAt !== undefined && { lastFailedAt: job.lastFailedAt }),
  } as const

  switch (verdict.kind) {
    case 'reject':
      if (from !== 'settle') return { kind: 'plainer' }
      return failure.unreachable || failure.neverKnown ? { kind: 'give-up' } : again(longestDoubt)
    case 'wait':
      return { ...unchanged, dueAt: now + Math.ceil(verdict.seconds * 1000) }
    case 'offline':
      return { ...unchanged, dueAt: from === 'media' ? now + sourceOffline : now }
    case 'retry':
    case 'unsure':
      if (isRefused && pages >= pageLimit) return { kind: 'plainer' }
      // A look that fails says nothing of the file, which may be there.
      if (mediaFailures >= mediaFailureLimit && verdict.kind === 'retry' && from !== 'settle')
        return { kind: 'plainer' }
      return again(giveUpAfter)
    default:
      return verdict satisfies never
  }

  function again(longest: number): Decision {
    const attempts = job.attempts + 1
    const gap = job.lastFailedAt === undefined ? 0 : Math.max(0, now - job.lastFailedAt)
    const failingFor = job.failingFor + Math.min(gap, longestGap)
    if (failingFor >= longest) return { kind: 'give-up' }
    return { ...unchanged, attempts, failingFor, lastFailedAt: now, dueAt: now + backoff(attempts, random) }
  }
}
