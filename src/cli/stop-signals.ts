import type { ExitCode } from './user-error.ts'

/**
 * `SIGHUP`: the terminal was closed. That somebody had it ignored (`nohup`) cannot be known: Node gives every signal its default
 * back when it starts (src/node.cc, PlatformInit; `SigIgn` in /proc/self/status lacks it).
 */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs `work` until it ends. The first request to stop aborts its signal; at the second it is left as it stands, and the
 * exit code is 1: whatever was in flight, the next start recovers it.
 */
export const runUntilStopped = async (work: (stop: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> => {
  const stop = new AbortController()
  const { promise: stoppedAtOnce, resolve } = Promise.withResolvers<ExitCode>()
  const handle = () => {
    if (stop.signal.aborted) resolve(1)
    else stop.abort()
  }
  for (const signal of signals) process.on(signal, handle)
  try {
    return await Promise.race([work(stop.signal), stoppedAtOnce])
  } finally {
    for (const signal of signals) process.off(signal, handle)
  }
}
