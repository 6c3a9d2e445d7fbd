import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const test = join(import.meta.dirname, '../../test')
const preloads = [join(test, 'e2e/set-clock.ts'), join(test, 'support/disk/trouble-disk.ts')]

/** What a machine can do to the program on it: its disk, its clock. Some needs a preload, which the single file does not take. */
export class Machine {
  readonly canPreload: boolean
  /** Whether this machine has the command that limits the files of a process. */
  readonly canLimit: boolean
  readonly #trouble: string
  readonly #clock: string

  private constructor(folder: string, can: { preload: boolean; limit: boolean }) {
    this.canPreload = can.preload
    this.canLimit = can.limit
    this.#trouble = join(folder, 'trouble')
    this.#clock = join(folder, 'wrong-by')
  }

  static async open(folder: string, binary: string | undefined): Promise<Machine> {
    const limit = await run('prlimit', ['--version']).then(
      () => true,
      () => false,
    )
    // SQLite's calls can be watched on Linux alone.
    const takesPreloads = binary === undefined || binary.endsWith('.cjs')
    return new Machine(folder, { preload: takesPreloads && process.platform === 'linux', limit })
  }

  /** What the program has to have in its environment. */
  get env(): Record<string, string> {
    if (!this.canPreload) return {}
    return {
      NODE_OPTIONS: preloads.map(file => `--import ${file}`).join(' '),
      WA2TG_TEST_CLOCK: this.#clock,
      WA2TG_DISK_TROUBLE: this.#trouble,
    }
  }

  async fillDisk(isFull: boolean): Promise<void> {
    if (isFull) await writeFile(this.#trouble, 'full')
    else await rm(this.#trouble)
  }

  /** No file of the process may be written to behind its first bytes: SQLite takes that for a disk that fails. */
  async limitFiles(pid: number, isLimited: boolean): Promise<void> {
    await run('prlimit', ['--pid', String(pid), `--fsize=${isLimited ? '16' : 'unlimited'}:`])
  }

  /** The wall clock is wrong by so many milliseconds, as soon as the process hears of it. */
  async setClock(wrongBy: number): Promise<void> {
    await writeFile(this.#clock, String(wrongBy))
  }
}
