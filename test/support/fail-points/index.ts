import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { notes, type Plan, type Writes, type WrittenPlan } from './notes.ts'

export { type Latest, type Plan, pointOf, stepsOf, type Writes } from './notes.ts'

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
  plan({ spared, latest, only, command }: Plan = {}): void {
    const written: WrittenPlan = {
      ...(spared && { spared: [...spared] }),
      ...(latest && { latest }),
      ...(only && { only: only.source }),
      ...(command !== undefined && { command }),
    }
    writeFileSync(join(this.#folder, notes.plan), JSON.stringify(written))
    for (const name of [notes.passed, notes.writes]) writeFileSync(join(this.#folder, name), '')
    rmSync(join(this.#folder, notes.begun), { force: true })
  }

  /** Something begins to happen to the program: from here on it counts what it comes past anew. */
  begin(): void {
    writeFileSync(join(this.#folder, notes.begun), '')
  }

  /** The steps since the last plan, in order: which point, and for the how manyth time. The last one is where it died, if it did. */
  passed(): string[] {
    return this.#linesOf(notes.passed)
  }

  /** Commits since the last plan that wrote what none before had written; `isEnd` where the program died at one. */
  writes(): (Writes & { readonly isEnd: boolean })[] {
    return this.#linesOf(notes.writes).map(line => JSON.parse(line) as Writes & { isEnd: boolean })
  }

  #linesOf(name: string): string[] {
    return readFileSync(join(this.#folder, name), 'utf8').split('\n').filter(Boolean)
  }
}
