import type { Logger } from '../../../support/log.ts'
import { maskNumbers } from '../errors.ts'
import { ackPlainly } from './plain-acks.ts'
import { makeReadable } from './readable-actions.ts'

/**
 * What Baileys may say: its warnings and errors as one line at debug level, without their objects, which carry
 * addresses, keys and message text, and with longer numbers masked.
 */
export const quietLogger = (logger: Logger): Logger => {
  const say = (object: unknown, message?: string): void => {
    const text = message ?? (typeof object === 'string' ? object : '')
    if (text !== '') logger.debug({ from: 'baileys' }, maskNumbers(text))
  }
  const quiet: Logger = {
    level: 'warn',
    child: () => quiet,
    // Both say nothing, but change what Baileys does next.
    trace: makeReadable,
    debug: ackPlainly,
    info: () => undefined,
    warn: say,
    error: say,
  }
  return quiet
}
