import type { CommanderError } from 'commander'

/** commander's way out of a command line: a mistake in it, or the help or version that was asked for and shown. */
export class UsageError extends Error {
  override readonly cause: CommanderError
  /** The command whose help would tell more: `wa2tg map add`. */
  readonly command: string

  constructor(cause: CommanderError, command: string) {
    super(cause.message)
    this.name = 'UsageError'
    this.cause = cause
    this.command = command
  }
}
