import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** What of a process is in memory now, in megabytes. */
const resident = (pid: number): number => {
  const file = `/proc/${pid}/status`
  const kilobytes = existsSync(file)
    ? /VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return Number(kilobytes) / 1024
}

/** Watches the memory of another process, until it is disposed. */
export const watchMemory = (pid: number): Disposable & { readonly more: number } => {
  const before = resident(pid)
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, resident(pid))
  }, 20)
  return {
    /** So many megabytes more at its peak than when this began. */
    get more() {
      return peak - before
    },
    [Symbol.dispose]: () => clearInterval(watch),
  }
}
