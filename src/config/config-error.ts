/** The config cannot be used as it is. Each problem is one line: where, what was expected, what to change. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  /** What to do next, where one remedy fits all. */
  readonly hint: string | undefined

  constructor(problems: readonly string[], hint?: string) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
    this.hint = hint
  }
}
