import type { Config } from '../config/load.ts'
import type { Logger, LogLevel } from '../support/log.ts'
import type { Context } from './command.ts'

/** Opens the log of a command on stderr: for people on a terminal, else (or with `--json`) as JSON lines. */
export const openCommandLog = async (
  { output }: Context,
  config: Config,
  level: LogLevel = config.logLevel,
): Promise<Logger> => {
  const { openLogger } = await import('../support/log.ts')
  const { token } = config.telegram
  return openLogger({
    level,
    format: output.stderr.isTTY === true && !output.json ? 'human' : 'json',
    write: line => output.stderr.write(line),
    ...(token === undefined ? {} : { secrets: [token] }),
  })
}
