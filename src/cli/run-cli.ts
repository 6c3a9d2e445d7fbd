import type { Process } from './command.ts'
import { explainError } from './explain-error.ts'
import { buildProgram, hideNumbers } from './program.ts'
import { useProxy } from './proxy.ts'
import { allowSlowLines } from './slow-lines.ts'
import { UsageError } from './usage-error.ts'
import type { ExitCode } from './user-error.ts'

/**
 * Runs one command line to its end and gives the exit code. Mistakes of the user become a line or two on stderr; bugs keep
 * their stack. Nothing is thrown.
 */
export const runCli = async (argv: readonly string[], process: Process): Promise<ExitCode> => {
  let code: ExitCode = 0
  const program = buildProgram(process, result => {
    code = result
  })
  try {
    allowSlowLines()
    await useProxy(process.env)
    await program.parseAsync(hideNumbers(askForHelp(argv)), { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof UsageError && error.cause.exitCode === 0) return 0
    const { lines, exitCode } = explainError(error)
    for (const line of lines) process.stderr.write(`${line}\n`)
    return exitCode
  }
}

/** `help map add` is `map add -h`. */
const askForHelp = (argv: readonly string[]): readonly string[] =>
  argv[0] === 'help' ? [...argv.slice(1), '-h'] : argv
