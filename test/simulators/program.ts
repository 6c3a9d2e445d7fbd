import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }

/** How to start wa2tg: from source with this Node, or a built file. */
export interface ProgramOptions {
  /** The built executable, or a `.cjs` file for this Node; from source when absent. */
  readonly binary?: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What `npm start` runs. */
const [, ...start] = packageJson.scripts.start.split(' ')
const fromSource = start.map(word => (word.startsWith('-') ? word : join(import.meta.dirname, '../..', word)))

/** Where the tests keep compiled code, which makes every start from source cheaper. */
const { NODE_COMPILE_CACHE: compiled } = process.env

/** One running `wa2tg` process: what it printed so far, and the means to end it. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #listeners = new Set<() => void>()
  readonly #ended: Promise<Outcome>
  stdout = ''
  stderr = ''

  constructor(args: readonly string[], { binary, cwd, env }: ProgramOptions) {
    const isScript = binary === undefined || binary.endsWith('.cjs')
    const [file, argv] = isScript
      ? [process.execPath, [...(binary === undefined ? fromSource : [binary]), ...args]]
      : [binary, [...args]]
    this.#child = spawn(file, argv, {
      cwd,
      env: { ...(isScript && compiled && { NODE_COMPILE_CACHE: compiled }), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#child.stdin?.end()
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#heard('stdout', text))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#heard('stderr', text))
    this.#ended = once(this.#child, 'close').then(([code, signal]) => {
      for (const listener of this.#listeners) listener()
      return { code, signal, stdout: this.stdout, stderr: this.stderr }
    })
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when the process has ended and all its output is read. */
  get ended(): Promise<Outcome> {
    return this.#ended
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.#child.kill(signal)
  }

  /** Waits until `find` finds something in the output; fails when the process ends first or `ms` pass. */
  async says<T>(find: (program: Program) => T | undefined | false | null, ms = 180_000): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const look = () => {
      const found = find(this)
      if (found) resolve(found)
      else if (!this.running)
        reject(new Error(`It ended first (${this.#child.exitCode})\n${this.stdout}\n${this.stderr}`))
    }
    const timer = setTimeout(
      () => reject(new Error(`Not said within ${ms} ms\n${this.stdout}\n${this.stderr}`)),
      ms,
    )
    this.#listeners.add(look)
    look()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#listeners.delete(look)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) this.kill('SIGKILL')
    await this.#ended
  }

  #heard(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text
    for (const listener of this.#listeners) listener()
  }
}
