import type { AccountNames } from '../bridge/account.ts'
import { takeAccount } from '../bridge/another-account.ts'
import type { ShowOptions } from '../bridge/deliver/show-failure.ts'
import type { NetworkStatus } from '../bridge/network.ts'
import { type Clock, systemClock } from '../support/clock.ts'
import type { Logger } from '../support/log.ts'

export interface GuardOptions extends ShowOptions {
  /** What time it is out there, in milliseconds since 1970. */
  time(): number | undefined
  /** It could not be noted at first which account is linked, and is now. */
  known(): void
  readonly log: Logger
  readonly clock?: Pick<Clock, 'sleep'>
}

/** Milliseconds until it is tried again to note which account is linked. */
const tryEvery = 5000

/**
 * Nothing goes to WhatsApp before it is known to be meant for the account that is linked: a login that was cut off has told
 * nobody (`another-account.ts`).
 */
export const makeAccountGuard = (options: GuardOptions) => {
  const { log, clock = systemClock } = options
  let isKnown = false
  let isTold = false
  let isNamelessTold = false
  let connection = new AbortController()

  const take = (names: AccountNames): void => {
    try {
      takeAccount(names, options.time(), options)
      isKnown = true
      isTold = false
    } catch (error) {
      if (!isTold) log.error({ err: error }, 'It could not be noted which account is linked; trying again')
      isTold = true
      void takeAgain(names, connection.signal)
    }
  }
  const takeAgain = async (names: AccountNames, signal: AbortSignal): Promise<void> => {
    await clock.sleep(tryEvery, signal)
    if (signal.aborted) return
    take(names)
    if (isKnown) options.known()
  }

  return {
    /** To be called at each change, before anything is sent. */
    look({ state, ...names }: NetworkStatus): void {
      connection.abort()
      connection = new AbortController()
      isKnown = false
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
    [Symbol.dispose]: () => connection.abort(),
  }
}
