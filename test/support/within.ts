import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Whether something ends before a timer does that begins now, in milliseconds. The timers of one process go off in their order: where
 * the other one is of this process, too, this does not depend on how quick the machine is.
 */
export const endsWithin = async (milliseconds: number, work: Promise<unknown>): Promise<boolean> => {
  const over = new AbortController()
  const late = sleep(milliseconds, false, { signal: over.signal }).catch(() => false)
  const isInTime = await Promise.race([work.then(() => true), late])
  over.abort()
  return isInTime
}

/** How long this thread has worked for something, in milliseconds: what else the machine does at the time is not counted. */
export const workedFor = (work: () => void): number => {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
