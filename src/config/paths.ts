import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { ConfigError } from './config-error.ts'

/** The environment that paths depend on; `process.env` has its shape. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A path with a leading `~` replaced by the home folder, and relative ones taken from `base`. */
export const expandPath = (path: string, base: string, env: Environment): string =>
  resolve(
    base,
    path.replace(/^~(?=$|[/\\])/, () => homeFolder(env)),
  )

/**
 * Which config file to read: `--config`, `$WA2TG_CONFIG`, `./config.yaml`, `$XDG_CONFIG_HOME/wa2tg/config.yaml`. The
 * first two must exist; of the others the first that does is taken, or none.
 */
export const findConfigFile = (options: {
  readonly asked?: string
  readonly env: Environment
  readonly cwd: string
}): string | undefined => {
  const { asked, env, cwd } = options
  const named = asked ?? (env['WA2TG_CONFIG'] || undefined)
  if (named !== undefined) return expandPath(named, cwd, env)
  const here = join(cwd, 'config.yaml')
  if (existsSync(here)) return here
  const user = userConfigFile(env)
  return existsSync(user) ? user : undefined
}

/** Where a config file belongs that is not kept beside the program. */
export const userConfigFile = (env: Environment): string =>
  join(xdg(env, 'XDG_CONFIG_HOME', '.config'), 'wa2tg', 'config.yaml')

/** Where data is kept when nothing else is said: `$XDG_DATA_HOME/wa2tg`. */
export const defaultDataDir = (env: Environment): string =>
  join(xdg(env, 'XDG_DATA_HOME', '.local/share'), 'wa2tg')

/** `$HOME`, else what the system says of the user. A user id without an account, as containers like to have, has none. */
export const homeFolder = (env: Environment, ask = homedir): string => {
  if (env['HOME']) return env['HOME']
  try {
    return ask()
  } catch {
    throw new ConfigError(
      ['HOME is not set, and the system knows no home folder for this user'],
      'Set HOME, or put a config.yaml with "data_dir" into the folder where you start',
    )
  }
}

/** The XDG base directory specification: relative paths in these variables are ignored. */
const xdg = (env: Environment, variable: string, fallback: string): string => {
  const value = env[variable]
  return value !== undefined && isAbsolute(value) ? value : join(homeFolder(env), fallback)
}
