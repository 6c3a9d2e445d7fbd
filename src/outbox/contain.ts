import { StoreError } from '../store/index.ts'
import type { Log } from './carrier.ts'

/** A bug in what is only helpful must not hold up the lanes; a disk that refuses does. */
export const contain = <T>(work: () => T, { log, problem }: { log: Log; problem: string }): T | undefined => {
  try {
    return work()
  } catch (error) {
    if (error instanceof StoreError) throw error
    log.error({ err: error }, problem)
    return undefined
  }
}
