import { StoreError } from '../../../bridge/store-error.ts'
import { isForeignServer, maskNumbers, readError } from '../errors.ts'
import type { Ending } from '../socket/ending.ts'

/** What to do when a connection has ended. */
export type AfterClose =
  | {
      readonly do: 'reconnect'
      /**
       * `now`: the server wants it so. `soon`: after a pause that grows. `unreachable`: the same, but it does not grow
       * as long. `late`: after the longest pause. `disk`: as `soon`, or when our disk takes writes again.
       */
      readonly when: 'now' | 'soon' | 'unreachable' | 'late' | 'disk'
      readonly problem: string
    }
  | {
      readonly do: 'stop'
      /** `logged_out`: the keys are worth nothing any more. `stopped`: they are, but a person must act first. */
      readonly state: 'logged_out' | 'stopped'
      readonly problem: string
    }

/** One row of the table: what the server said, and what follows. */
export interface Rule {
  readonly by: 'failure' | 'stream' | 'downgrade'
  /** `<failure reason>` or `<stream:error code>`. */
  readonly code?: number
  /** Type of the `<conflict/>` in a stream error; goes before its code. */
  readonly conflict?: string
  readonly next: AfterClose
}

const stop = (state: 'logged_out' | 'stopped', problem: string): AfterClose => ({
  do: 'stop',
  state,
  problem,
})
type When = Extract<AfterClose, { do: 'reconnect' }>['when']

export const again = (when: When, problem: string): AfterClose => ({ do: 'reconnect', when, problem })

const unlinked = stop('logged_out', 'WhatsApp has unlinked this machine; link it again with "wa2tg login"')
const replaced = stop(
  'stopped',
  'Another program uses this link; stop it there, then start "wa2tg run" again',
)
/** Where no newer version is told either (`client-version.ts`). */
export const outdated = stop(
  'stopped',
  'WhatsApp takes this version of the program no more; update wa2tg, then start "wa2tg run" again',
)
const notTakingPart = stop(
  'logged_out',
  'The phone does not take part in linked devices any more; link it again with "wa2tg login"',
)
const trouble = again('soon', 'WhatsApp has trouble')
const restart = again('now', 'WhatsApp asked for a restart')

/**
 * Every end that WhatsApp announces, and what we make of it. Sources: Baileys' `DisconnectReason` (lib/Types/index.js),
 * WhatsApp Web's codes as whatsmeow names them (types/events/events.go, ConnectFailureReason;
 * connectionevents.go). Where WhatsApp Web wipes its session (401, 403, 406) so do we. What is not here is tried
 * again: `soon` after a stream error or a 5xx, `late` after another refusal.
 */
export const RULES: readonly Rule[] = [
  { by: 'failure', code: 401, next: unlinked },
  {
    by: 'failure',
    code: 402,
    next: stop('stopped', 'WhatsApp has suspended this account for a time; look at the phone'),
  },
  {
    by: 'failure',
    code: 403,
    next: stop(
      'logged_out',
      'WhatsApp has locked this account, or the phone has left it; look at the phone, then link again with "wa2tg login"',
    ),
  },
  { by: 'failure', code: 405, next: outdated },
  {
    by: 'failure',
    code: 406,
    next: stop(
      'logged_out',
      'WhatsApp has banned this account; look at the phone. Afterwards link again with "wa2tg login"',
    ),
  },
  { by: 'failure', code: 409, next: outdated },
  { by: 'failure', code: 411, next: notTakingPart },
  { by: 'failure', code: 500, next: trouble },
  { by: 'failure', code: 501, next: trouble },
  { by: 'failure', code: 503, next: trouble },
  { by: 'stream', conflict: 'device_removed', next: unlinked },
  { by: 'stream', conflict: 'replaced', next: replaced },
  { by: 'stream', code: 440, next: replaced },
  // Seen once behind a registration (Rich627/whatsapp-claude-plugin, pull request 9).
  { by: 'stream', code: 405, next: outdated },
  // Without a word about the device: the next login tells whether it is gone.
  { by: 'stream', code: 401, next: trouble },
  { by: 'stream', code: 500, next: trouble },
  { by: 'stream', code: 503, next: trouble },
  { by: 'stream', code: 515, next: restart },
  { by: 'downgrade', next: notTakingPart },
]

/** WhatsApp takes this version of WhatsApp Web no more, but may take a newer one. */
export const isOutdated = (ending: Ending): boolean =>
  (ending.by === 'failure' || ending.by === 'stream') && ending.code === 405

export const afterClose = (ending: Ending): AfterClose => {
  if (ending.by === 'silence') return afterSilence(ending.error)
  const rule = RULES.find(each => fits(each, ending))
  if (rule === undefined) return unknownEnd(ending)
  if (ending.by === 'failure' && ending.code === 402) return suspended(rule.next, ending.attrs['expire'])
  return rule.next
}

const fits = ({ by, code, conflict }: Rule, ending: Ending): boolean => {
  if (by !== ending.by) return false
  if (ending.by === 'stream' && conflict !== undefined) {
    return ending.reason === 'conflict' && ending.type === conflict
  }
  return ending.by === 'downgrade' || ('code' in ending && ending.code === code)
}

const unknownEnd = (ending: Exclude<Ending, { by: 'silence' }>): AfterClose => {
  if (ending.by === 'failure' && ending.code < 500) {
    return again('late', `WhatsApp refuses the login (${ending.code})`)
  }
  const word = ending.by === 'stream' ? (ending.code ?? ending.reason) : 'code' in ending && ending.code
  return again('soon', `WhatsApp ended the connection (${word || 'without a reason'})`)
}

/** `expire`: seconds until the account may be used again (whatsmeow, events.TemporaryBan). */
const suspended = (next: AfterClose, expire: string | undefined): AfterClose => {
  const seconds = Number(expire)
  if (!(seconds > 0)) return next
  const until = new Date(Date.now() + seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
  return { ...next, problem: `WhatsApp has suspended this account until ${until} UTC; look at the phone` }
}

/** Sockets that broke, could not be opened or were closed by us. None of it says anything about the link. */
const afterSilence = (error: unknown): AfterClose => {
  if (isForeignServer(error)) {
    return again(
      'soon',
      'The server cannot prove that it is WhatsApp; something on the network is in between',
    )
  }
  const words = maskNumbers(wordsOf(error))
  if (isOfDisk(error)) return again('disk', `The connection was lost (${words})`)
  return /\b(getaddrinfo|connect E[A-Z]+)/.test(words)
    ? again('unreachable', `WhatsApp cannot be reached (${words})`)
    : again('soon', `The connection was lost (${words})`)
}

const isOfDisk = (error: unknown): boolean =>
  error instanceof StoreError || (error instanceof Error && isOfDisk(error.cause))

/** Where a name has several addresses and none was reached, Node's error has no words of its own, but one error for each. */
const wordsOf = (error: unknown): string => {
  const { message, data } = readError(error)
  if (!(data instanceof AggregateError) || data.message !== '') return message
  return data.errors.map(each => readError(each).message).join(', ')
}
