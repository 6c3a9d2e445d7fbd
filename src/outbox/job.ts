import type { ChatRef } from '../bridge/chat-ref.ts'
import type { Verdict } from '../bridge/verdict.ts'
import type { Failures } from './failures.ts'

/** One delivery, as it stands in the outbox. The event is opaque here. */
export interface Job extends Failures {
  readonly id: number
  /** Jobs of one lane are delivered one at a time, in the order of their ids. */
  readonly lane: string
  readonly target: ChatRef
  /** Key of the stored message that the event is; the links of what it becomes start there. */
  readonly source: number
  /** Chosen once, the same at every attempt. */
  readonly messageId: string
  /** The event as JSON. */
  readonly event: string
  /** It came with a backup that was put back. */
  readonly restored: boolean
  /** The network's word from before the attempt in doubt. */
  readonly mark?: string
  /** What stays as it was when the first attempt began (`Carrier.frame`). */
  readonly frame?: string
  /** How many steps plainer than the event it is sent: 0 is as it came. */
  readonly level: number
  /** How many messages went out in richer forms before this level. */
  readonly base: number
  readonly createdAt: number
}

export interface NewJob extends Pick<Job, 'lane' | 'target' | 'source' | 'messageId' | 'event'> {
  /** A word under which the job is found while it is untouched. */
  readonly topic?: string
  /** When it may begin, in milliseconds since 1970; at once where nothing is said. */
  readonly dueAt?: number
  /** It comes of what a backup brought back, and is in doubt from the start; `mark`: the network's word from then. */
  readonly restored?: { readonly mark?: string }
}

/** A job that no attempt has been made at: what it will send may still be changed. */
export type Untouched = Pick<Job, 'id' | 'target' | 'event' | 'createdAt'> & { readonly dueAt: number }

/** Any job, and whether nothing of its messages can be there yet. */
export interface About extends Untouched {
  readonly isUntouched: boolean
}

/** A job that waits for its first attempt. */
export type Waiting = Pick<Job, 'id' | 'target' | 'event'>

/** How a job was given up. */
export interface FinalFailure {
  /** Milliseconds since 1970, by this machine's clock. */
  readonly at: number
  readonly inDoubt?: { readonly mark: string | undefined }
}

/** How one attempt ended. */
export type Outcome =
  | {
      readonly kind: 'sent'
      /** There was nothing to do for it, so that nothing is known of the network. */
      readonly unasked?: boolean
      /** A message of it has gone just now, not only a change. */
      readonly passed?: boolean
      /** Adds what follows from it, inside the transaction that says that it is done: else that might come twice. */
      readonly follow?: () => void
    }
  | {
      readonly kind: 'failure'
      readonly verdict: Verdict
      /** For the owner: no secrets, no message text. */
      readonly problem: string
      /** Where it came from: the sending itself, the settling of an earlier attempt, the file, or a bug of ours. */
      readonly from: 'send' | 'settle' | 'media' | 'bug'
      /** The file was begun, and broke off. */
      readonly brokeOff?: boolean
      /** Nothing gets through to that chat, in whatever form. */
      readonly unreachable?: boolean
      /** Something in front of the network, which is online, refused it. */
      readonly page?: boolean
      /** The network, which is online, failed at it, which leaves it in doubt. */
      readonly ownFailure?: boolean
      /** Whether it arrived will never be known. */
      readonly neverKnown?: boolean
      /** It may be there, where another form would be a second message: a bug, or a page, keeps us from finding out. */
      readonly inDoubt?: boolean
      /** What an earlier attempt may have left there is as unknown as it was before this one. */
      readonly unsettled?: boolean
      /** A part of it has gone, so that it is another part that failed than before. */
      readonly progress?: boolean
    }

export type Failure = Extract<Outcome, { kind: 'failure' }>
