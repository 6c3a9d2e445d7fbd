import { StoreError } from '../../../bridge/store-error.ts'
import type { IntakeOptions } from './intake-port.ts'

/**
 * Takes in what has come and is not with the bridge yet, in the order in which it came and as far as it was decrypted: nothing
 * more of it comes. What cannot be taken in has words in its place at once. Rejects where the disk does not take it.
 */
export const takeRest = async ({ journal, consume, giveUp, onError }: IntakeOptions): Promise<void> => {
  for (const envelope of journal.undone()) {
    try {
      const plaintexts = envelope.parts.map(({ hash }) => journal.plaintext(hash))
      const isWhole = !plaintexts.includes(undefined)
      const failure = new Error('The rest of it never came')
      await consume({ envelope, plaintexts, ...(!isWhole && { failure }) })
    } catch (error) {
      onError(error)
      if (error instanceof StoreError) throw error
      giveUp(envelope)
    }
  }
}
