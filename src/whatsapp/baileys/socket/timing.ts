import { CATCH_UP, type CatchUpTimes } from './catch-up.ts'
import { HEARING, type HearingTimes } from './hearing.ts'
import { UNTOLD, type UntoldTimes } from './untold.ts'
import { WATCH, type WatchTimes } from './watchdog.ts'

/** Milliseconds. */
export interface Timing {
  /** Until the server must have acknowledged a message. */
  readonly ack: number
  /** Until a socket must have logged in. */
  readonly open: number
  /** Until the phone must have put a file up again; less than Telegram waits for the bytes of an upload. */
  readonly reupload: number
  /** For how long the token of somebody is waited for that WhatsApp does not let us write to without. */
  readonly token: number
  /** Until what was asked for again is tried once more, where WhatsApp does not say for now who is in a group, or gives no keys. */
  readonly askedAgain: readonly number[]
  /** The same behind that, while the connection lasts: so long on average. */
  readonly askedLater: number
  /** Behind a question about a group that WhatsApp did not answer, until all chats wait for one again. */
  readonly rest: number
  /** Between two questions who administers a group, where something waits to be believed. */
  readonly claims: number
  /** From one placeholder to the next in a chat where many wait; three times as long as one is waited for where nothing is said. */
  readonly placeholders?: number
  /** The first pause before a reconnect; doubles up to `longestPause`. */
  readonly firstPause: number
  readonly longestPause: number
  /** The longest pause where nothing of WhatsApp was reached: nobody is troubled by the asking. */
  readonly longestUnreachable: number
  /** After which an open connection counts as a good one, and pauses start anew. */
  readonly stable: number
  readonly watch: WatchTimes
  readonly hearing: HearingTimes
  readonly untold: UntoldTimes
  readonly catchUp: CatchUpTimes
}

export const TIMING: Timing = {
  ack: 30_000,
  open: 90_000,
  reupload: 30_000,
  token: 5000,
  askedAgain: [1000, 10_000, 60_000],
  askedLater: 15 * 60_000,
  rest: 30_000,
  claims: 60_000,
  firstPause: 1000,
  longestPause: 5 * 60_000,
  longestUnreachable: 30_000,
  stable: 60_000,
  watch: WATCH,
  hearing: HEARING,
  untold: UNTOLD,
  catchUp: CATCH_UP,
}
