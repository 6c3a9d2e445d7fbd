import type { AccountNames } from '../bridge/account.ts'
import { takeAccount } from '../bridge/another-account.ts'
import type { ShowOptions } from '../bridge/deliver/show-failure.ts'
import type { NetworkStatus, Standing } from '../bridge/network.ts'
import { StoreError } from '../store/index.ts'
import { type Clock, systemClock } from '../support/clock.ts'
import type { Logger } from '../support/log.ts'

export interface GuardOptions extends ShowOptions {
  /** What time it is out there, in milliseconds since 1970. */
  time(): number | undefined
  /** It could not be noted at first which account is linked, and is now. */
  known(): void
  /** Tells the owner of trouble, once, or that it is over (`Inbox.standing`). */
  standing(standing: Standing): void
  readonly log: Logger
  readonly clock?: Pick<Clock, 'sleep'>
}

/** Milliseconds until it is tried again to note which account is linked. */
const tryEvery = 5000

const about = 'account noted'
const text =
  'Nothing that you write goes to WhatsApp at the moment: a bug of mine keeps me from noting which WhatsApp account is linked, and what waits may be meant for another one. I try on, and nothing is lost. The log tells more; wa2tg status says whether it still is so.'

/**
 * Nothing goes to WhatsApp before it is known to be meant for the account that is linked: a login that was cut off has told
 * nobody (`another-account.ts`).
 */
export const makeAccountGuard = (options: GuardOptions) => {
  const { log, clock = systemClock } = options
  let isKnown = false
  let isTold = false
  let isNamelessTold = false
  let isBug = false
  let connection = new AbortController()

  const take = (names: AccountNames): void => {
    try {
      takeAccount(names, options.time(), options)
      isKnown = true
      isTold = false
      say(false)
    } catch (error) {
      if (!isTold) log.error({ err: error }, 'It could not be noted which account is linked; trying again')
      isTold = true
      say(!(error instanceof StoreError))
      void takeAgain(names, connection.signal)
    }
  }
  const takeAgain = async (names: AccountNames, signal: AbortSignal): Promise<void> => {
    await clock.sleep(tryEvery, signal)
    if (signal.aborted) return
    take(names)
    if (isKnown) options.known()
  }

  /** A disk that refuses has words of its own, and takes none about it. */
  const say = (isBugNow: boolean): void => {
    isBug = isBugNow
    try {
      options.standing({ about, ...(isBug && { trouble: { id: 'bug', text } }) })
    } catch (error) {
      log.warn({ err: error }, 'The owner could not be told')
    }
  }

  return {
    /** To be called at each change, before anything is sent. */
    look({ state, ...names }: NetworkStatus): void {
      connection.abort()
      connection = new AbortController()
      isKnown = false
      isBug = false
      if (state !== 'connected') return
      if (names.account === undefined && !isNamelessTold) {
        isNamelessTold = true
        log.error(
          {},
          'WhatsApp is connected without a number: unless its LID is another one, it counts as the account before',
        )
      }
      take(names)
    },
    get isKnown(): boolean {
      return isKnown
    },
    /** Why nothing goes to WhatsApp, for a person, where it is connected and no disk the reason. */
    get problem(): string | undefined {
      return isBug
        ? 'Nothing goes to WhatsApp: a bug keeps it from being noted which account is linked; the log tells of it'
        : undefined
    },
    [Symbol.dispose]: () => connection.abort(),
  }
}
