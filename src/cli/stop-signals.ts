/** `SIGHUP`: the terminal was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Calls `first` at the first request to stop and `second` at the next, until disposed. */
export const onStopSignals = (first: () => void, second: () => void): Disposable => {
  let asked = false
  const handle = () => {
    if (asked) return second()
    asked = true
    first()
  }
  for (const signal of signals) process.on(signal, handle)
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, handle)
    },
  }
}
