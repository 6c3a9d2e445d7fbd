import { openPaceMemory, Pace } from '../../src/outbox/index.ts'
import type { Store } from '../../src/store/index.ts'
import { ratePeerOf, telegramBudgets } from '../../src/telegram/rates.ts'

/** A pace that is kept in the store, as that of a run; `ahead` is how far the machine's clock is ahead (milliseconds). */
export const keptPace = (store: Store, ahead = 0): Pace =>
  new Pace(
    telegramBudgets,
    ratePeerOf,
    openPaceMemory(store.session('pace'), () => ahead),
  )
