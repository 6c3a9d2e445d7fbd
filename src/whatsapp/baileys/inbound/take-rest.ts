import { StoreError } from '../../../bridge/store-error.ts'
import type { IntakeOptions } from './intake-port.ts'

/**
 * Takes in what has come and is not with the bridge yet, in the order in which it came and as far as it was decrypted: nothing
 * more of it comes. Rejects where the disk does not take it.
 */
export const takeRest = async ({ journal, consume, giveUp, onError }: IntakeOptions): Promise<void> => {
  for (const envelope of journal.undone()) {
    const plaintexts = envelope.parts.map(({ hash }) => journal.plaintext(hash))
    const isWhole = !plaintexts.includes(undefined)
    try {
      await consume({
        envelope,
        plaintexts,
        ...(!isWhole && { failure: new Error('The rest of it never came') }),
      })
    } catch (error) {
      onError(error)
      if (error instanceof StoreError) throw error
      giveUp(envelope)
    }
  }
}
