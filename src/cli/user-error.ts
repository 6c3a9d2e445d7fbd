/** 0 done · 1 a problem was found, or the bridge failed · 2 the user must change something · 70 a bug. */
export type ExitCode = 0 | 1 | 2 | 70

/** Something the person at the keyboard can deal with: shown as lines without a stack, then what to type next. */
export class UserError extends Error {
  readonly hint: string | undefined
  readonly exitCode: 1 | 2

  /** `exitCode` is 1 where nothing needs to be changed and trying again later may do. */
  constructor(message: string, options: { hint?: string; exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'UserError'
    this.hint = options.hint
    this.exitCode = options.exitCode ?? 2
  }
}
