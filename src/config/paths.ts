import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** The environment that paths depend on; `process.env` has its shape. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A path with a leading `~` replaced by the home folder, and relative ones taken from `base`. */
export const expandPath = (path: string, base: string, env: Environment): string =>
  resolve(
    base,
    path.replace(/^~(?=$|[/\\])/, () => home(env)),
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
  return [join(cwd, 'config.yaml'), userConfigFile(env)].find(path => existsSync(path))
}

/** Where a config file belongs that is not kept beside the program. */
export const userConfigFile = (env: Environment): string =>
  join(xdg(env['XDG_CONFIG_HOME'], home(env), '.config'), 'wa2tg', 'config.yaml')

/** Where data is kept when nothing else is said: `$XDG_DATA_HOME/wa2tg`. */
export const defaultDataDir = (env: Environment): string =>
  join(xdg(env['XDG_DATA_HOME'], home(env), '.local/share'), 'wa2tg')

const home = (env: Environment): string => env['HOME'] || homedir()

/** The XDG base directory specification: relative paths in these variables are ignored. */
const xdg = (value: string | undefined, homeDir: string, fallback: string): string =>
  value !== undefined && isAbsolute(value) ? value : join(homeDir, fallback)
