import { AsyncLocalStorage } from 'node:async_hooks'

const hush = new AsyncLocalStorage<true>()
const METHODS = ['log', 'info', 'warn', 'error'] as const
let isInstalled = false

/**
 * Runs a step during which nothing reaches the console. libsignal prints whole sessions there, private keys included
 * (libsignal/src/session_record.js, closeSession), and on stdout at that. What runs beside the step prints as ever.
 */
export const hushed = <T>(step: () => Promise<T>): Promise<T> => {
  if (!isInstalled) install()
  return hush.run(true, step)
}

const install = (): void => {
  isInstalled = true
  for (const method of METHODS) {
    const print = console[method].bind(console)
    console[method] = (...values: unknown[]): void => {
      if (hush.getStore() !== true) print(...values)
    }
  }
}
