import { dirname } from 'node:path'
import type { LogLevel } from '../support/log.ts'
import { ConfigError } from './config-error.ts'
import { defaults } from './defaults.ts'
import { defaultDataDir, type Environment, expandPath, findConfigFile, userConfigFile } from './paths.ts'
import { readText } from './read-text.ts'
import type { ConfigFile } from './schema.ts'
import { reasonOf, warnIfReadable } from './secret-file.ts'
import { readStorageKey } from './storage-key.ts'

/** What the program runs on: the config file, the environment and the command line, put together. */
export interface Config {
  /** The file it came from; there need not be one. */
  readonly file?: string
  /** Absolute. */
  readonly dataDir: string
  readonly logLevel: LogLevel
  readonly telegram: {
    /** Present when it was asked for (`needToken`). */
    readonly token?: string
    readonly owners: readonly number[]
    readonly apiRoot: string
    /** Bytes of the largest file that it takes; absent: what Telegram's own server takes. */
    readonly uploadLimit?: number
  }
  readonly messages: {
    /** The reaction by which an owner deletes a message in WhatsApp. */
    readonly deletionReaction?: string
    /** What becomes of a message in Telegram that is deleted in WhatsApp. */
    readonly deletions: 'delete' | 'strike' | 'keep'
    /** What becomes in Telegram of disappearing messages whose time is up. */
    readonly disappearing: 'delete' | 'keep'
    /** Whether delivery and reading of the owner's messages are shown. */
    readonly receipts: boolean
    /** Whether what stands behind a spoiler may be viewed once only. */
    readonly spoilersAsViewOnce: boolean
    /** Whether a chat says that the security code of its contact has changed. */
    readonly securityCodes: boolean
    /** Whether the page behind a link is looked at, to send a preview with it. */
    readonly linkPreviews: boolean
    /** Whether whoever writes in the name of a Telegram group is an owner. */
    readonly anonymousAdmins: boolean
  }
  readonly storage: {
    /** What secrets are sealed with, 32 bytes; absent where they are not. */
    readonly key?: Buffer
  }
  readonly whatsapp: {
    readonly server?: { readonly url: string; readonly rootKey: string; readonly mediaHost: string }
  }
}

export interface LoadOptions {
  /** `--config`. */
  readonly configFile?: string
  /** `--data-dir`. */
  readonly dataDir?: string
  /** `--log-level`. */
  readonly logLevel?: LogLevel
  readonly env: Environment
  readonly cwd: string
  /** The command talks to Telegram: no token is an error, and the token is checked. */
  readonly needToken?: boolean
}

export interface LoadedConfig {
  readonly config: Config
  /** What should be changed but does not stop us; lines for people. */
  readonly warnings: readonly string[]
}

/** Finds, reads and checks the config. Throws `ConfigError`. */
export const loadConfig = async (options: LoadOptions): Promise<LoadedConfig> => {
  const { env, cwd } = options
  const file = findConfigFile({
    env,
    cwd,
    ...(options.configFile === undefined ? {} : { asked: options.configFile }),
  })
  const written: ConfigFile = file === undefined ? defaults : await readConfigFile(file)
  const base = file === undefined ? cwd : dirname(file)
  const dataDir =
    options.dataDir === undefined
      ? written.data_dir && expandPath(written.data_dir, base, env)
      : expandPath(options.dataDir, cwd, env)
  const { server } = written.whatsapp
  const { messages } = written
  const { key, warnings: keyWarnings } = await readStorageKey({
    keyFile: written.storage.key_file,
    base,
    env,
  })
  const config: Config = {
    ...(file === undefined ? {} : { file }),
    dataDir: dataDir ?? defaultDataDir(env),
    logLevel: options.logLevel ?? written.log_level,
    telegram: {
      owners: written.telegram.owners,
      apiRoot: written.telegram.api_root,
      ...readUploadLimit(written, file),
    },
    messages: {
      ...(messages.deletion_reaction !== undefined && { deletionReaction: messages.deletion_reaction }),
      deletions: messages.deletions,
      disappearing: messages.disappearing,
      receipts: messages.receipts,
      spoilersAsViewOnce: messages.spoilers_as_view_once,
      securityCodes: messages.security_codes,
      linkPreviews: messages.link_previews,
      anonymousAdmins: messages.anonymous_admins,
    },
    storage: key === undefined ? {} : { key },
    whatsapp:
      server === undefined
        ? {}
        : { server: { url: server.url, rootKey: server.root_key, mediaHost: server.media_host } },
  }
  if (options.needToken !== true) return { config, warnings: keyWarnings }
  const { token, warnings } = await readToken({ written, base, env, ...(file ? { file } : {}) })
  refuseBot(token, written, file)
  return {
    config: { ...config, telegram: { ...config.telegram, token } },
    warnings: [...keyWarnings, ...warnings],
  }
}

/** The checker (a YAML parser and a schema) is loaded only when there is a file to check. */
const readConfigFile = async (file: string): Promise<ConfigFile> => {
  const text = await readText(file).catch((cause: unknown) => {
    throw new ConfigError(
      [`Cannot read the config file "${file}": ${reasonOf(cause)}`],
      'Check --config and WA2TG_CONFIG, or copy config.example.yaml there',
    )
  })
  const { parseConfig } = await import('./parse-config.ts')
  return parseConfig(text, file)
}

/** What `api.telegram.org` takes, in megabytes (core.telegram.org/bots/api, "Sending files"). */
const CLOUD_LIMIT_MB = 50

const readUploadLimit = (
  { telegram: { upload_limit_mb: megabytes, api_root: apiRoot } }: ConfigFile,
  file: string | undefined,
): { uploadLimit?: number } => {
  if (megabytes === undefined) return {}
  if (megabytes > CLOUD_LIMIT_MB && new URL(apiRoot).hostname === 'api.telegram.org') {
    throw new ConfigError(
      [
        `${file}: telegram.upload_limit_mb: api.telegram.org takes ${CLOUD_LIMIT_MB} MB at most, found ${megabytes}`,
      ],
      'Leave it out, or set telegram.api_root to a Bot API server of your own',
    )
  }
  return { uploadLimit: megabytes * 1024 * 1024 }
}

/** Who takes the number in front of the token for their own would be a stranger to their bot, and hear of no trouble. */
const refuseBot = (token: string, { telegram: { owners } }: ConfigFile, file: string | undefined): void => {
  const bot = owners.find(owner => token.startsWith(`${owner}:`))
  if (bot === undefined) return
  throw new ConfigError(
    [`${file}: telegram.owners: ${bot} is the id of the bot, not of a person`],
    'Take it out and start "wa2tg run": who writes to the bot then is told their own id',
  )
}

/** The environment goes before the config file, and there the token before the file that holds one. */
const readToken = async (place: {
  readonly written: ConfigFile
  readonly base: string
  readonly env: Environment
  readonly file?: string
}): Promise<{ token: string; warnings: string[] }> => {
  const { written, base, env, file } = place
  const { isBotToken, tokenExpected } = await import('./bot-token.ts')
  const check = (token: string, source: string) => {
    if (!isBotToken(token))
      throw new ConfigError([`${source}: expected ${tokenExpected}, found something else`])
    return token
  }
  const fromEnv = env['TELEGRAM_BOT_TOKEN']?.trim()
  if (fromEnv) return { token: check(fromEnv, 'TELEGRAM_BOT_TOKEN'), warnings: [] }
  const { token, token_file } = written.telegram
  if (token !== undefined) return { token, warnings: file ? await warnIfReadable(file, 'the bot token') : [] }
  if (token_file === undefined) {
    throw new ConfigError(
      ['This needs the token of your Telegram bot, and there is none'],
      `Set TELEGRAM_BOT_TOKEN, or telegram.token in "${file ?? userConfigFile(env)}"`,
    )
  }
  const path = expandPath(token_file, base, env)
  const text = await readText(path).catch((cause: unknown) => {
    throw new ConfigError(
      [`${file}: telegram.token_file: cannot read "${path}": ${reasonOf(cause)}`],
      'Write the bot token into that file, or correct the path',
    )
  })
  return { token: check(text.trim(), path), warnings: await warnIfReadable(path, 'the bot token') }
}
