import { takeAccount } from '../bridge/another-account.ts'
import type { ShowOptions } from '../bridge/deliver/show-failure.ts'
import type { NetworkStatus } from '../bridge/network.ts'
import type { Logger } from '../support/log.ts'

/**
 * Nothing goes to WhatsApp before it is known to be meant for the account that is linked: a login that was cut off has told
 * nobody (`another-account.ts`).
 */
export const makeAccountGuard = (options: ShowOptions & { time(): number | undefined; log: Logger }) => {
  let isKnown = false
  return {
    /** To be called at each change, before anything is sent. */
    look({ state, account }: NetworkStatus): void {
      if (state !== 'connected' || account === undefined) return
      isKnown = false
      try {
        takeAccount(account, options.time(), options)
        isKnown = true
      } catch (error) {
        // A disk that refuses ends the connection, too: the next one looks again.
        options.log.error({ err: error }, 'It could not be noted which account is linked')
      }
    },
    get isKnown(): boolean {
      return isKnown
    },
  }
}
