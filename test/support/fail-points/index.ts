import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where a program is to die: when it comes past a point for the `nth` time. */
export interface Target {
  readonly point: string
  readonly nth: number
}

/** The plan for programs with fail points (`build.ts`) that are started with `env`, and what they came past. */
export class FailPoints {
  readonly #folder: string

  /** `folder` is for notes of its own. */
  constructor(folder: string) {
    this.#folder = folder
    this.plan()
  }

  get env(): Record<string, string> {
    return { WA2TG_FAIL_POINTS: this.#folder }
  }

  /** For the next program that is started. Without a target it lives. */
  plan(target?: Target): void {
    writeFileSync(join(this.#folder, 'kill-at'), target === undefined ? '' : `${target.nth} ${target.point}`)
    writeFileSync(join(this.#folder, 'passed'), '')
  }

  /** How often each point was passed since the last plan. */
  passed(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const point of readFileSync(join(this.#folder, 'passed'), 'utf8').split('\n').filter(Boolean)) {
      counts.set(point, (counts.get(point) ?? 0) + 1)
    }
    return counts
  }
}
