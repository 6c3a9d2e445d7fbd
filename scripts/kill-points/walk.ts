import type { Target } from '../../test/support/fail-points/index.ts'

interface Known {
  readonly scope: string
  readonly point: string
  /** How often it was passed in one life, at most. */
  most: number
  /** How often it is passed for sure: in a life that nothing ended, with nothing to repair. */
  sure: number
  /** How often it was aimed at so far. */
  aimed: number
}

/** So many passings of a point in one life are told apart. The hundredth question of a search is like the one before it. */
const mostTold = 5

/**
 * Which point comes next. It knows those that some life has passed, so a life that repairs what an earlier one left behind
 * adds the points of the repair.
 */
export class Walk {
  readonly #known = new Map<string, Known>()
  /** How often each passing of a point was aimed at, in whichever scope. */
  readonly #aims = new Map<string, number>()

  /** A life passed these points; the first of a scope is taken for one that others are like. */
  learn(scope: string, passed: ReadonlyMap<string, number>): void {
    const isFirst = this.#in(scope).length === 0
    for (const [point, times] of passed) {
      const key = `${scope} ${point}`
      const sure = isFirst ? Math.min(times, mostTold) : 0
      const known = this.#known.get(key) ?? { scope, point, most: 0, sure, aimed: 0 }
      known.most = Math.min(Math.max(known.most, times), mostTold)
      this.#known.set(key, known)
    }
  }

  /** Whether lives of this scope have passed points, and each passing was aimed at. */
  isOver(scope: string): boolean {
    const own = this.#in(scope)
    return own.length > 0 && own.every(({ aimed, most }) => aimed === most)
  }

  /**
   * The next target within a scope: first what every life comes past; then what was aimed at least often anywhere, and of that
   * what comes late in a life.
   */
  next(scope: string): Target | undefined {
    const [known] = this.#in(scope)
      .filter(({ aimed, most }) => aimed < most)
      .reverse()
      .sort(
        (one, other) =>
          Number(isSure(other)) - Number(isSure(one)) || this.#aimsAt(one) - this.#aimsAt(other),
      )
    if (known === undefined) return undefined
    this.#aims.set(nextOf(known), this.#aimsAt(known) + 1)
    known.aimed += 1
    return { point: known.point, nth: known.aimed }
  }

  /** For a scope of which nothing is known yet: what was passed elsewhere and aimed at least often; of that, what came last. */
  guess(): Target | undefined {
    const firsts = [...this.#known.values()].map(known => ({ ...known, aimed: 0 }))
    const [first] = firsts.reverse().sort((one, other) => this.#aimsAt(one) - this.#aimsAt(other))
    if (first === undefined) return undefined
    this.#aims.set(nextOf(first), this.#aimsAt(first) + 1)
    return { point: first.point, nth: 1 }
  }

  /** All points that were passed anywhere, by name. */
  get points(): string[] {
    return [...new Set([...this.#known.values()].map(({ point }) => point))].sort()
  }

  #in(scope: string): Known[] {
    return [...this.#known.values()].filter(each => each.scope === scope)
  }

  #aimsAt(known: Known): number {
    return this.#aims.get(nextOf(known)) ?? 0
  }
}

const isSure = ({ aimed, sure }: Known): boolean => aimed < sure

const nextOf = ({ point, aimed }: Known): string => `${aimed + 1} ${point}`
