import * as z from 'zod/mini'
import { logLevels } from '../support/log.ts'
import { isBotToken, tokenExpected } from './bot-token.ts'

/** What a person needs to know about one key: help in the example, wording in errors. */
export interface KeyDoc {
  /** A sentence or two, for the example. */
  readonly about: string
  /** What belongs there, as a noun phrase: `expected …`. */
  readonly expected: string
  /** YAML as it stands in the example. */
  readonly example?: string
  /** Whether the example shows the key switched on; the others stand there as comments. */
  readonly shown?: boolean
  /** The value must not be repeated in an error. */
  readonly secret?: boolean
}

export const keyDocs = z.registry<KeyDoc>()

const isWebSocketAddress = (text: string) => isAddress(text, ['ws:', 'wss:'])
const isWebAddress = (text: string) => isAddress(text, ['http:', 'https:'])
const isAddress = (text: string, protocols: readonly string[]) => {
  const url = URL.parse(text)
  return url !== null && protocols.includes(url.protocol)
}

const telegramSchema = z
  .strictObject({
    token: z.optional(z.string().check(z.refine(isBotToken))).register(keyDocs, {
      about:
        'The bot token that @BotFather gave you. The environment variable TELEGRAM_BOT_TOKEN goes before it. Whoever has it controls the bot: keep this file to yourself (chmod 600).',
      expected: tokenExpected,
      example: '"123456:ABC-DEF"',
      shown: true,
      secret: true,
    }),
    token_file: z.optional(z.string().check(z.minLength(1))).register(keyDocs, {
      about: 'Or a file that holds the token alone. It is read when there is no token above.',
      expected: 'the path of a file',
      example: '~/.config/wa2tg/token',
    }),
    owners: z
      ._default(z.array(z.int().check(z.positive()).register(keyDocs, ownerDoc())), [])
      .register(keyDocs, {
        about:
          'Telegram user ids of the people who may command the bridge and send through it. The bot tells strangers their own id.',
        expected: 'a list of Telegram user ids, such as [11111111]',
        example: '[11111111]',
        shown: true,
      }),
    api_root: z
      ._default(z.string().check(z.refine(isWebAddress)), 'https://api.telegram.org')
      .register(keyDocs, {
        about: 'Where the Bot API is: Telegram’s own server, or one that you run yourself.',
        expected: 'an http:// or https:// address',
        example: '"https://api.telegram.org"',
      }),
  })
  .register(keyDocs, {
    about: 'The Telegram side.',
    expected: 'keys of its own, such as token and owners',
    shown: true,
  })

const serverSchema = z
  .strictObject({
    url: z.string().check(z.refine(isWebSocketAddress)).register(keyDocs, {
      about: 'Address of its WebSocket.',
      expected: 'a ws:// or wss:// address',
      example: '"ws://127.0.0.1:8000/ws/chat"',
    }),
    root_key: z
      .string()
      .check(z.refine(text => /^[\da-f]{64}$/i.test(text)))
      .register(keyDocs, {
        about: 'Public key that signs the certificates of that server (Noise root key).',
        expected: '64 hex digits',
        example: `"${'0123456789abcdef'.repeat(4)}"`,
      }),
    media_host: z.string().check(z.refine(isHostAndPort)).register(keyDocs, {
      about: 'The only host, beside WhatsApp’s own, that media may come from or go to (https).',
      expected: 'a host with a port, such as 127.0.0.1:8443',
      example: '"127.0.0.1:8443"',
    }),
  })
  .register(keyDocs, {
    about: 'A private test server instead of WhatsApp. Leave this out in real life.',
    expected: 'the keys url, root_key and media_host',
  })

const whatsappSchema = z.strictObject({ server: z.optional(serverSchema) }).register(keyDocs, {
  about: 'The WhatsApp side. Nothing here is needed: `wa2tg login` does it all.',
  expected: 'keys of its own',
})

export const configSchema = z.strictObject({
  telegram: z._default(telegramSchema, { owners: [], api_root: 'https://api.telegram.org' }),
  whatsapp: z._default(whatsappSchema, {}),
  data_dir: z.optional(z.string().check(z.minLength(1))).register(keyDocs, {
    about:
      'Where the linked session, the mappings and undelivered messages are kept. The option --data-dir goes before it.',
    expected: 'the path of a folder',
    example: '"~/.local/share/wa2tg"',
  }),
  log_level: z._default(z.enum(logLevels), 'info').register(keyDocs, {
    about: `How much is logged: ${logLevels.join(', ')}. The option --log-level goes before it.`,
    expected: `one of ${logLevels.join(', ')}`,
    example: 'info',
  }),
})

/** The config file as written, checked, with defaults filled in. */
export type ConfigFile = z.infer<typeof configSchema>

function ownerDoc(): KeyDoc {
  return { about: '', expected: 'a Telegram user id (a positive whole number such as 11111111)' }
}

function isHostAndPort(text: string): boolean {
  const url = /^(?:[\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i.test(text) ? URL.parse(`https://${text}`) : null
  return url !== null && url.pathname === '/'
}
