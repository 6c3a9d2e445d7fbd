import type { LoadedConfig, LoadOptions } from '../config/load.ts'
import type { LogLevel } from '../support/log.ts'
import type { Output, Sink } from './output.ts'
import type { ExitCode } from './user-error.ts'

/** A command as data: its help derives from this. Its name, arguments and summary stand in `commands.ts`. */
export interface Command {
  readonly options?: readonly CommandOption[]
  /** What to type, and what that does. */
  readonly examples: readonly (readonly [typed: string, effect: string])[]
  /** Paragraphs that the help has below the examples: exit codes of its own, for instance. */
  readonly notes?: readonly string[]
  run(context: Context): Promise<ExitCode>
}

export interface CommandOption {
  /** `--qr <form>` or `--yes`. */
  readonly flags: string
  readonly about: string
  readonly choices?: readonly string[]
}

/** What a command is given: everything it may read of the process. */
export interface Context {
  /** In the order of `arguments` in `commands.ts`; what was not typed is absent. */
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  readonly logLevel?: LogLevel
  readonly output: Output
  readonly env: LoadOptions['env']
  readonly stdin: { readonly isTTY?: boolean } & NodeJS.ReadableStream
  /** Finds and checks the config, says on stderr what it warns of. */
  loadConfig(options?: Pick<LoadOptions, 'needToken'>): Promise<LoadedConfig['config']>
}

/** The process as the command line sees it. */
export interface Process {
  readonly env: LoadOptions['env']
  readonly cwd: string
  readonly stdin: Context['stdin']
  readonly stdout: Sink
  readonly stderr: Sink
}
