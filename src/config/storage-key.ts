import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from './config-error.ts'
import { type Environment, expandPath } from './paths.ts'
import { readText } from './read-text.ts'
import { reasonOf, warnIfReadable } from './secret-file.ts'

/** As systemd names it: `LoadCredential=wa2tg-key:…` puts a file of this name into $CREDENTIALS_DIRECTORY. */
const credential = 'wa2tg-key'

/**
 * The key that secrets are sealed with, 32 bytes: from WA2TG_KEY, from the file in the config, or from systemd. None of them
 * is no mistake; one that cannot be read or is no key is. Throws `ConfigError`.
 */
export const readStorageKey = async (place: {
  /** `storage.key_file`, as written. */
  readonly keyFile: string | undefined
  /** Where the config file stands. */
  readonly base: string
  readonly env: Environment
}): Promise<{ key?: Buffer; warnings: string[] }> => {
  const { keyFile, base, env } = place
  const given = env['WA2TG_KEY']?.trim()
  if (given) return { key: parseKey(given, 'WA2TG_KEY'), warnings: [] }
  if (keyFile !== undefined) {
    const path = expandPath(keyFile, base, env)
    return { key: await readKey(path), warnings: await warnIfReadable(path, 'the key of the data') }
  }
  const path = join(env['CREDENTIALS_DIRECTORY'] || '/nonexistent', credential)
  return existsSync(path) ? { key: await readKey(path), warnings: [] } : { warnings: [] }
}

const readKey = async (path: string): Promise<Buffer> => {
  const text = await readText(path).catch((cause: unknown) => {
    throw new ConfigError([`Cannot read the key file "${path}": ${reasonOf(cause)}`], advice)
  })
  return parseKey(text.trim(), `"${path}"`)
}

/** What is wrong with it is not repeated: it may be the key of something else. */
const parseKey = (text: string, source: string): Buffer => {
  if (!/^[\da-f]{64}$/i.test(text))
    throw new ConfigError([`${source}: expected a key of 64 hex digits`], advice)
  return Buffer.from(text, 'hex')
}

const advice = 'To make one, type: (umask 077; openssl rand -hex 32 > wa2tg.key)'
