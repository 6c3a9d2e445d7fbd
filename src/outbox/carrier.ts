import type { ChatRef, NetworkName } from '../bridge/chat-ref.ts'
import type { Turn } from '../bridge/network.ts'
import type { Failure, Job, Outcome, Waiting } from './job.ts'

/** Asks for leave to make a call that counts as so many messages, and needs a place behind the gate if there is one. */
export type AskTurn = (messages?: number, gate?: Gate) => Promise<Turn>

/** Waits for something that takes nothing from other attempts: they go on in the meantime. */
export type Rest = <T>(what: Promise<T>) => Promise<T>

/** Lets few attempts through at a time. One of these belongs to one attempt. */
export interface Gate {
  /** Takes a place if there is one; whether the attempt has one now. */
  enter(): boolean
  /** Resolves when it is worth another try, or is aborted. */
  opens(signal: AbortSignal): Promise<void>
  /** Gives the place back, if there was one. */
  leave(): void
}

/** What the worker needs to know of deliveries; `bridge/deliver.ts` is it. */
export interface Carrier {
  /** Carries out one attempt; `turn` is asked before each call that the target network counts. */
  deliver(job: Job, signal: AbortSignal, turn: AskTurn, rest: Rest): Promise<Outcome>
  /** The next plainer level of a rejected job, if there is one. */
  plainer(job: Job, failure: Failure): number | undefined
  /**
   * How many of these jobs, from the first on, may go as one message, and the event that they are together; undefined when
   * the first one has to go by itself. Called inside the transaction that claims them.
   */
  join(jobs: readonly Waiting[]): Joined | undefined
  /** The job is given up: tell the owner. Called inside the transaction that says so. */
  failed(job: Job, problem: string): void
  /**
   * The job has failed for some ten minutes, and is tried on: tell the owner. Called inside the transaction that says so,
   * at each failure from then on.
   */
  delayed(job: Job, problem: string): void
  /** The word to keep with an attempt (`Network.mark`). */
  mark(target: ChatRef): string | undefined
  /**
   * What has to stay as it is from the attempt that now begins until it is known what became of it; undefined where
   * nothing has to, or what was kept before. Called inside the transaction that claims the job.
   */
  frame(job: Job): string | undefined
  isOnline(network: NetworkName): boolean
}

/** Several jobs as one. */
export interface Joined {
  readonly count: number
  /** As JSON. */
  readonly event: string
}

/** The part of a logger that the bridge uses. */
export interface Log {
  debug(object: unknown, message?: string): void
  info(object: unknown, message?: string): void
  warn(object: unknown, message?: string): void
  error(object: unknown, message?: string): void
}
