/**
 * Import for its effect, before Baileys is used in a test process.
 *
 * Baileys leaves timers behind (the time-out of a prekey upload, 30 s, is never cleared) that would hold the process:
 * here no timer of two seconds or more does. libsignal writes every session it closes to the console: not into the
 * report of the tests.
 */
const { setTimeout: original } = globalThis

globalThis.setTimeout = Object.assign(
  (...parameters: Parameters<typeof original>) => {
    const timer = original(...parameters)
    if (Number(parameters[1]) >= 2000) timer.unref()
    return timer
  },
  { __promisify__: original.__promisify__ },
) as typeof original

for (const method of ['error', 'warn', 'info'] as const) {
  const write = console[method].bind(console)
  console[method] = (...data: unknown[]) => {
    if (!/session|Bad MAC|V1/i.test(String(data[0]))) write(...data)
  }
}
