import type { BotUser } from '../api.ts'
import { CallError } from '../call-error.ts'
import { tokenRefused } from '../errors.ts'

export interface PollState {
  readonly state: 'connecting' | 'connected' | 'logged_out'
  readonly bot?: BotUser
  readonly problem?: string
  /** Who gives us no updates may take messages. */
  readonly takes?: true
}

const refusedPauseMs = 60_000

/** Why a poll failed. */
export interface Trouble extends PollState {
  readonly problem: string
  /** For how long, in milliseconds, it is not to be asked again. */
  readonly pauseMs?: number
}

/** What is told of a poll that failed, or of the question before it. */
export const explain = (error: unknown): Trouble => {
  const state = 'connecting'
  if (!(error instanceof CallError)) {
    const words = error instanceof Error ? error.message : 'unknown failure'
    return { state, problem: `What came from Telegram could not be stored (${words}); it is asked for again` }
  }
  const { failure, code, retryAfter: seconds } = error
  if (failure.kind === 'page') {
    const problem = `What answers is no Bot API server (${error.message}): a proxy, a server in front, or telegram.api_root is wrong`
    return { state, problem }
  }
  if (failure.kind !== 'refused') return { state, problem: `Telegram cannot be reached (${error.message})` }
  if (code === 401 || code === 404) {
    return { state: 'logged_out', problem: tokenRefused, pauseMs: refusedPauseMs }
  }
  if (code === 409) {
    const problem = error.says('webhook')
      ? 'The bot has a webhook, so Telegram gives no updates: stop the program that has set it and open https://api.telegram.org/bot<TOKEN>/deleteWebhook in a browser, or use a bot of its own for the bridge'
      : 'Another program uses the same bot token, and what it fetches never comes here: stop it, or use a bot of its own for the bridge'
    return { state, takes: true, problem }
  }
  if (seconds !== undefined) {
    return { state, problem: `Telegram asks to wait ${seconds} s`, pauseMs: seconds * 1000 }
  }
  return { state, problem: `Telegram had a failure (${code})` }
}
