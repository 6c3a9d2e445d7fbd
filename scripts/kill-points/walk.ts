import { createHash } from 'node:crypto'
import { type FailPoints, type Latest, pointOf, stepsOf } from '../../test/support/fail-points/index.ts'
import { WalkedWrites } from './writes.ts'

/** What is known of one step of a scope. */
interface Known {
  isDiedAt: boolean
  /** In how many lives it was waited for and did not come. */
  missed: number
}

/** At the how manyth unusual step a life ends at the latest: hardly anything that happens comes past fewer. */
const mostUnusual = 20

/** In so many of its scopes, which are often dozens, the report says where a point is passed. */
const mostTold = 3

/** So often a step is waited for in vain. */
const mostMissed = 2

/**
 * Which step comes next. A life dies at the first one of several, so that it does not matter in which order they come in it: of the
 * steps that its scope is known to come past, those whose point was died at least often anywhere; and, known or not, any
 * at whose point nothing ever died. What every life comes past, whatever happens in it, comes last.
 */
export class Walk {
  readonly writes = new WalkedWrites()
  /** How many starts behind a death found too little left to do to die in it. */
  idle = 0
  readonly #scopes = new Map<string, Map<string, Known>>()
  /** How often each step was died at, in whichever scope. */
  readonly #deaths = new Map<string, number>()
  readonly #deathsAtPoint = new Map<string, number>()
  /** Points that every life comes past. */
  readonly #usual = new Set<string>()
  /** How many plans there were for each scope. */
  readonly #plans = new Map<string, number>()
  #planned: readonly string[] = []
  #spared: ReadonlySet<string> = new Set()
  #latest: Latest | undefined

  /** A life in which nothing happened passed these steps. */
  expect(passed: readonly string[]): void {
    for (const step of passed) {
      this.#usual.add(pointOf(step))
      this.#see(step)
    }
  }

  /** A life has ended, in which the points know what was passed: as `learn`. */
  hear(scope: string, points: FailPoints, isKilled: boolean): string | undefined {
    this.writes.learn(scope, points.writes())
    return this.learn(scope, points.passed(), isKilled)
  }

  /** A life passed these steps; where it was killed, the last one was its end. Returns where it died. */
  learn(scope: string, passed: readonly string[], isKilled: boolean): string | undefined {
    const own = this.#scopes.get(scope) ?? new Map<string, Known>()
    this.#scopes.set(scope, own)
    for (const step of passed) {
      if (!own.has(step)) own.set(step, { isDiedAt: false, missed: 0 })
      this.#see(step)
    }
    const [planned, spared] = [this.#planned, this.#spared]
    const latest = this.#latest
    this.#planned = []
    this.#spared = new Set()
    this.#latest = undefined
    if (!isKilled) {
      for (const step of planned) {
        const known = own.get(step)
        if (known) known.missed += 1
      }
      return undefined
    }
    const died = passed.at(-1)
    const known = died === undefined ? undefined : own.get(died)
    if (died === undefined || known === undefined) throw new Error(`It died before any step of "${scope}"`)
    if (spared.has(died) && latest === undefined)
      throw new Error(`It was killed, but not by its plan: "${scope}", ${died}`)
    known.isDiedAt = true
    this.#deaths.set(died, this.#deathsAt(died) + 1)
    this.#deathsAtPoint.set(pointOf(died), (this.#deathsAtPoint.get(pointOf(died)) ?? 0) + 1)
    return died
  }

  /** Whether lives of this scope have passed steps, and each was died at, or waited for in vain. */
  isOver(scope: string): boolean {
    return this.#scopes.has(scope) && this.#open(scope).length === 0
  }

  /** What the next life of a scope is to be spared; nothing where nothing is known of the scope, or all is done. */
  next(scope: string): ReadonlySet<string> | undefined {
    return this.#scopes.has(scope) && !this.isOver(scope) ? this.#plan(scope) : undefined
  }

  /**
   * The same where what happens in a life cannot be had again. One of a scope that is known to come past a point at which nothing died
   * anywhere dies there, and nowhere before. Any other one, known or not, is spared as much as by `next`, and ends at the latest at one
   * of the first things in it.
   */
  guess(scope: string): { readonly spared: ReadonlySet<string>; readonly latest?: Latest } {
    const undied = this.#undied(scope)
    if (undied.length === 0) return { spared: this.#plan(scope), latest: this.#latestOf(scope) }
    this.#planned = undied
    return { spared: this.#spareAllBut(step => !this.#isDiedAt(step)) }
  }

  /** All points that were passed anywhere, by name. */
  get points(): string[] {
    return [...new Set([...this.#deaths.keys()].map(pointOf))].sort()
  }

  /** Points at which nothing died, in which scopes lives came past them, and whether they were waited for in vain. */
  get spared(): { readonly point: string; readonly scopes: readonly string[]; readonly isMissed: boolean }[] {
    return this.points
      .filter(point => !this.#deathsAtPoint.has(point))
      .map(point => {
        const known = [...this.#scopes].flatMap(([scope, own]) =>
          [...own].filter(([step]) => pointOf(step) === point).map(([, { missed }]) => ({ scope, missed })),
        )
        const scopes = [...new Set(known.map(({ scope }) => scope))]
        return { point, scopes, isMissed: known.some(({ missed }) => missed >= mostMissed) }
      })
  }

  /** Whether lives of this flow, or what repaired it, have still to die at a point at which nothing died anywhere. */
  hasUndied(flow: string): boolean {
    return [...this.#scopes.keys()].some(scope => scope.startsWith(flow) && this.#undied(scope).length > 0)
  }

  /**
   * At how many of the points that were passed anywhere something died, and a line for each of the others; `early` are those of them
   * whose turn never came, which were not even waited for.
   */
  report(): { readonly told: string[]; readonly early: number } {
    const [all, spared] = [this.points.length, this.spared]
    const early = spared.filter(({ isMissed }) => !isMissed).length
    const kinds = `${spared.length - early} waited for in vain, ${early} before their turn`
    return {
      told: [
        `${all - spared.length} of ${all} points died at, ${spared.length} not${spared.length > 0 ? `: ${kinds}` : ''}`,
        ...spared.map(({ point, scopes, isMissed }) => {
          const why = isMissed ? 'waited for in vain' : 'not its turn yet'
          return `Nothing died at "${point}" (${why}), passed in ${scopes.slice(0, mostTold).join('; ') || 'what every life passes'}`
        }),
      ],
      early,
    }
  }

  /** Everything that is known from somewhere, but for what the next life of this scope is to die at. */
  #plan(scope: string): ReadonlySet<string> {
    const own = this.#scopes.get(scope)
    const turn = this.#plans.get(scope) ?? 0
    this.#plans.set(scope, turn + 1)
    this.#planned = this.#wanted(scope, turn)
    const planned = new Set(this.#planned)
    const isStrange = (step: string): boolean =>
      own?.has(step) !== true &&
      !this.#usual.has(pointOf(step)) &&
      (!this.#isDiedAt(step) || isChosen(scope, step))
    return this.#spareAllBut(step => planned.has(step) || isStrange(step))
  }

  /** Everything that is known from somewhere, but for the deadly. */
  #spareAllBut(isDeadly: (step: string) => boolean): ReadonlySet<string> {
    const points = [...this.#usual, ...this.#deathsAtPoint.keys()]
    const known = [...this.#deaths.keys()]
    const deadly = new Set(known.filter(isDeadly))
    this.#spared = new Set([...known, ...points.flatMap(stepsOf)].filter(step => !deadly.has(step)))
    return this.#spared
  }

  /**
   * Where a life of which nothing is known ends at the latest, so that it does not come past what was died at elsewhere alone, and live:
   * at one of the first things that happen in it, another one in each scope.
   */
  #latestOf(scope: string): Latest {
    const nth = 1 + (hashOf(`${scope} ${this.#plans.get(scope) ?? 0}`) % mostUnusual)
    this.#latest = { usual: [...this.#usual], nth }
    return this.#latest
  }

  #undied(scope: string): string[] {
    return this.#open(scope).filter(step => !this.#isDiedAt(step))
  }

  /** Whether something died at its point, anywhere. */
  #isDiedAt(step: string): boolean {
    return this.#deathsAtPoint.has(pointOf(step))
  }

  /** Now from the beginning of a life on, now only what is late in it. */
  #wanted(scope: string, turn: number): string[] {
    const open = this.#open(scope)
    const unusual = open.filter(step => !this.#usual.has(pointOf(step)))
    const first = unusual.length > 0 ? unusual : open
    const atPoint = leastOf(first, step => this.#deathsAtPoint.get(pointOf(step)) ?? 0)
    const wanted = leastOf(atPoint, step => this.#deathsAt(step))
    return wanted.slice(Math.floor(((turn * goldenRatio) % 1) * wanted.length))
  }

  /** What is still to be died at in a scope, in the order in which it was seen. */
  #open(scope: string): string[] {
    return [...(this.#scopes.get(scope) ?? [])]
      .filter(([, { isDiedAt, missed }]) => !isDiedAt && missed < mostMissed)
      .map(([step]) => step)
  }

  #see(step: string): void {
    if (!this.#deaths.has(step)) this.#deaths.set(step, 0)
  }

  #deathsAt(step: string): number {
    return this.#deaths.get(step) ?? 0
  }
}

const leastOf = (steps: readonly string[], deathsAt: (step: string) => number): string[] => {
  const least = Math.min(...steps.map(deathsAt))
  return steps.filter(step => deathsAt(step) === least)
}

/** Its multiples fall everywhere between whole numbers, evenly. */
const goldenRatio = (Math.sqrt(5) - 1) / 2

/** One in sixteen of the steps that were died at elsewhere, other ones in each scope. */
const isChosen = (scope: string, step: string): boolean => hashOf(`${scope} ${step}`) < 16

const hashOf = (words: string): number => createHash('sha256').update(words).digest()[0] ?? 0
