/** The process edge: argv in, exit code out, and the only `process.exit`. */
import { explainError } from './cli/explain-error.ts'
import { version } from './cli/version.ts'

const end = (code: number): void => {
  // What was written to a pipe is handed over before we go.
  process.stdout.write('', () => process.exit(code))
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
  end(await runCli(argv, { env, cwd: process.cwd(), stdin, stdout, stderr }))
}

process.on('uncaughtException', crash)
process.on('unhandledRejection', crash)
// Whoever read our output has gone (`wa2tg chats | head -1`): not our failure. The rest goes nowhere.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

main(process.argv.slice(2)).catch(crash)
