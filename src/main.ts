/** The process edge: argv in, exit code out, and the only `process.exit`. */
import { writeFileSync } from 'node:fs'
import { explainError } from './cli/explain-error.ts'
import { UserError } from './cli/user-error.ts'
import { version } from './cli/version.ts'

/** Why what was asked for could not be printed, as on a full disk. */
let unprinted: string | undefined

const end = (code: number): void => {
  const exit = (): void => {
    if (unprinted !== undefined) process.stderr.write(`Not all could be written to stdout (${unprinted})\n`)
    process.exit(code === 0 && unprinted !== undefined ? 1 : code)
  }
  // What was written to a pipe is handed over before we go, and of what could not be written we hear a little later.
  process.stdout.write('', () => setImmediate(exit))
}

const crash = (error: unknown): void => {
  const { lines, exitCode } = explainError(error)
  for (const line of lines) process.stderr.write(`${line}\n`)
  process.exit(exitCode)
}

const main = async (argv: readonly string[]): Promise<void> => {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version}\n`)
    return end(0)
  }
  const { runCli } = await import('./cli/run-cli.ts')
  const { env, stdin, stdout, stderr } = process
  end(await runCli(argv, { env, cwd: whereWeAre(), stdin, stdout, stderr }))
}

/** Somebody may have deleted the folder where we were started. */
const whereWeAre = (): string => {
  try {
    return process.cwd()
  } catch (cause) {
    throw new UserError('The folder where you are is gone', {
      hint: 'Go to another one, and type it again: cd',
      cause,
    })
  }
}

/** Should the process crash hard, what it has in memory (keys, the token, what people write) must not land in a file. */
const stayOutOfCoreDumps = (): void => {
  try {
    // Of all kinds of memory none (man 5 core). Linux alone has this; elsewhere nothing is to be written there.
    if (process.platform === 'linux') writeFileSync('/proc/self/coredump_filter', '0')
  } catch {
    // Not where it may not be written: the unit in the README forbids dumps altogether.
  }
}

stayOutOfCoreDumps()
process.on('uncaughtException', crash)
process.on('unhandledRejection', crash)
// Whoever read our output has gone (`wa2tg chats | head -1`): not our failure. The rest goes nowhere.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') unprinted ??= error.code ?? error.name
})
process.stderr.on('error', () => undefined)

main(process.argv.slice(2)).catch(crash)
