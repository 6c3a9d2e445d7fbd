import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { notes, type Plan, type WrittenPlan } from './notes.ts'

export { type Plan, pointOf, stepsOf } from './notes.ts'

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

  /** For the next program that is started. */
  plan({ spared, only, command }: Plan = {}): void {
    const written: WrittenPlan = {
      ...(spared && { spared: [...spared] }),
      ...(only && { only: only.source }),
      ...(command !== undefined && { command }),
    }
    writeFileSync(join(this.#folder, notes.plan), JSON.stringify(written))
    writeFileSync(join(this.#folder, notes.passed), '')
    rmSync(join(this.#folder, notes.begun), { force: true })
  }

  /** Something begins to happen to the program: from here on it counts what it comes past anew. */
  begin(): void {
    writeFileSync(join(this.#folder, notes.begun), '')
  }

  /** The steps since the last plan, in order: which point, and for the how manyth time. The last one is where it died, if it did. */
  passed(): string[] {
    return readFileSync(join(this.#folder, notes.passed), 'utf8').split('\n').filter(Boolean)
  }
}
