import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Logger } from '../../../support/log.ts'

/** Stanzas of which it is remembered that they were told of. */
const most = 500

/** Tells in the log what could not be read, once for each: what its phone is asked for again comes again as it was. */
export class OddForms {
  readonly #logger: Logger
  readonly #told = new Set<string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  tell({ attrs }: Pick<BinaryNode, 'attrs'>, what: string, error: unknown): void {
    const which = JSON.stringify([what, attrs['from'], attrs['participant'], attrs['id']])
    if (this.#told.has(which)) return
    this.#told.add(which)
    const [oldest] = this.#told
    if (this.#told.size > most && oldest !== undefined) this.#told.delete(oldest)
    this.#logger.warn({ reason: messageOf(error) }, `A ${what} of an unknown form could not be read`)
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
