/** Files by which a program with fail points and whoever plans its death know of each other. */
export const notes = { plan: 'plan.json', passed: 'passed', begun: 'begun', writes: 'writes' } as const

/** The last step that a life is to come to: the nth that is at none of these points. */
export interface Latest {
  readonly usual: readonly string[]
  readonly nth: number
}

/** Where a program dies: at the first step that is not `spared`, or that `only` matches, or at the `latest`. With none of them it lives. */
export interface Plan {
  readonly spared?: Iterable<string>
  readonly latest?: Latest
  readonly only?: RegExp
  /** The command that it is for; others count nothing, and live. Default: all. */
  readonly command?: string
}

/** The same as it is written down. */
export interface WrittenPlan {
  readonly spared?: readonly string[]
  readonly latest?: Latest
  readonly only?: string
  readonly command?: string
}

/** So many passings of a point are told apart. The hundredth question of a search is like the one before it. */
export const mostTold = 5

/** What the `nth` passing of a point is called; they are counted anew when something begins (`FailPoints.begin`). */
export const stepName = (point: string, nth: number, isBegun: boolean): string =>
  `${nth} ${isBegun ? 'then ' : ''}${point}`

/** All steps that passings of a point may be. */
export const stepsOf = (point: string): string[] =>
  Array.from({ length: mostTold }, (_, index) =>
    [false, true].map(isBegun => stepName(point, index + 1, isBegun)),
  ).flat()

/** The point that a step is a passing of. */
export const pointOf = (step: string): string => step.replace(/^\d+ (then )?/, '')

/** What a commit writes down, told before and after it. */
export interface Writes {
  readonly moment: 'before' | 'after'
  readonly what: readonly string[]
}
