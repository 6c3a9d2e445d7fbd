import * as z from 'zod/mini'
import { logLevels } from '../support/log.ts'
import { isBotToken, tokenExpected } from './bot-token.ts'
import { defaults } from './defaults.ts'

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

/** The system ends names at a NUL character: none can hold one. */
const isPath = (text: string) => text !== '' && !text.includes('\0')
const isWebSocketAddress = (text: string) => isAddress(text, ['ws:', 'wss:'])
const isWebAddress = (text: string) => isAddress(text, ['http:', 'https:'])
const isAddress = (text: string, protocols: readonly string[]) => {
  const url = URL.parse(text)
  // A password in it would stand in every error that names the address, and fetch takes none there.
  return url !== null && protocols.includes(url.protocol) && url.username === '' && url.password === ''
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
    token_file: z.optional(z.string().check(z.refine(isPath))).register(keyDocs, {
      about: 'Or a file that holds the token alone. It is read when there is no token above.',
      expected: 'the path of a file',
      example: '~/.config/wa2tg/token',
    }),
    owners: z
      ._default(z.array(z.int().check(z.positive()).register(keyDocs, ownerDoc())), defaults.telegram.owners)
      .register(keyDocs, {
        about:
          'Telegram user ids of the people who may command the bridge and send through it. The bot tells strangers their own id.',
        expected: 'a list of Telegram user ids, such as [11111111]',
        example: '[11111111]',
        shown: true,
      }),
    api_root: z
      ._default(z.string().check(z.refine(isWebAddress)), defaults.telegram.api_root)
      .register(keyDocs, {
        about: 'Where the Bot API is: Telegram’s own server, or one that you run yourself.',
        expected: 'an http:// or https:// address',
        example: '"https://api.telegram.org"',
      }),
    upload_limit_mb: z.optional(z.int().check(z.minimum(1), z.maximum(2000))).register(keyDocs, {
      about:
        'The largest file, in megabytes, that the Bot API takes: 50 at Telegram’s own server, up to 2000 at one that you run yourself with --local. Larger files become a notice.',
      expected: 'a whole number of megabytes from 1 to 2000',
      example: '2000',
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
      about:
        'The only host, beside WhatsApp’s own, that media may come from or go to (https), and in your own network the only one whose pages are previewed. Tells the version of WhatsApp Web.',
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

const deletions = ['delete', 'strike', 'keep'] as const

const messagesSchema = z
  .strictObject({
    deletion_reaction: z.optional(z.string().check(z.refine(isEmoji))).register(keyDocs, {
      about:
        'A reaction that deletes: put it on a message of yours in a Telegram group, and the message is deleted in WhatsApp. (Telegram does not tell bots when you delete a message.) None by default; answering a message with /delete always works.',
      expected: 'one emoji that Telegram offers as a reaction',
      example: '"🙈"',
    }),
    deletions: z._default(z.enum(deletions), defaults.messages.deletions).register(keyDocs, {
      about:
        'What becomes of a message in Telegram when it is deleted in WhatsApp: delete takes it away, strike draws a line through it, keep leaves it.',
      expected: `one of ${deletions.join(', ')}`,
      example: 'delete',
    }),
    disappearing: z._default(z.enum(['delete', 'keep']), defaults.messages.disappearing).register(keyDocs, {
      about:
        'What becomes of a disappearing message in Telegram when its time is up: delete takes it away as WhatsApp does, and what you wrote there too; keep leaves it.',
      expected: 'one of delete, keep',
      example: 'delete',
    }),
    receipts: z._default(z.boolean(), defaults.messages.receipts).register(keyDocs, {
      about:
        'Whether the bot shows by reactions that a message of yours was delivered and read in WhatsApp. A failure is always shown.',
      expected: 'true or false',
      example: 'false',
    }),
    spoilers_as_view_once: z
      ._default(z.boolean(), defaults.messages.spoilers_as_view_once)
      .register(keyDocs, {
        about:
          'Whether photos and videos that you hide behind a spoiler can be viewed only once in WhatsApp.',
        expected: 'true or false',
        example: 'false',
      }),
    security_codes: z._default(z.boolean(), defaults.messages.security_codes).register(keyDocs, {
      about:
        'Whether a chat says so when the security code of its contact changes: they have a new phone, have installed WhatsApp anew, or somebody else has their number.',
      expected: 'true or false',
      example: 'false',
    }),
    link_previews: z._default(z.boolean(), defaults.messages.link_previews).register(keyDocs, {
      about:
        'Whether links in your messages get a preview in WhatsApp. This machine then loads the page, as your phone does for links that you write there; addresses in your own network are never asked.',
      expected: 'true or false',
      example: 'true',
    }),
    anonymous_admins: z._default(z.boolean(), defaults.messages.anonymous_admins).register(keyDocs, {
      about:
        'Whether messages written in the name of a Telegram group go to WhatsApp as yours. Telegram does not say which administrator wrote them.',
      expected: 'true or false',
      example: 'false',
    }),
  })
  .register(keyDocs, { about: 'What becomes of messages.', expected: 'keys of its own, such as receipts' })

const storageSchema = z
  .strictObject({
    key_file: z.optional(z.string().check(z.refine(isPath))).register(keyDocs, {
      about:
        'A file with a key of 64 hex digits (openssl rand -hex 32): with one, keys and message texts in the data folder are sealed from the next start on. Lose it, and the data are lost. The environment variable WA2TG_KEY goes before it; without either, the systemd credential wa2tg-key is taken.',
      expected: 'the path of a file',
      example: '~/.config/wa2tg/key',
    }),
  })
  .register(keyDocs, { about: 'How data are kept.', expected: 'keys of its own, such as key_file' })

export const configSchema = z.strictObject({
  telegram: z._default(telegramSchema, defaults.telegram),
  whatsapp: z._default(whatsappSchema, defaults.whatsapp),
  messages: z._default(messagesSchema, defaults.messages),
  storage: z._default(storageSchema, defaults.storage),
  data_dir: z.optional(z.string().check(z.refine(isPath))).register(keyDocs, {
    about:
      'Where the linked session, the mappings and undelivered messages are kept. The option --data-dir goes before it.',
    expected: 'the path of a folder',
    example: '"~/.local/share/wa2tg"',
  }),
  log_level: z._default(z.enum(logLevels), defaults.log_level).register(keyDocs, {
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

/** One emoji as people see it: it may consist of several characters. */
function isEmoji(text: string): boolean {
  return [...new Intl.Segmenter().segment(text)].length === 1 && /\p{Extended_Pictographic}/u.test(text)
}

function isHostAndPort(text: string): boolean {
  const url = /^(?:[\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i.test(text) ? URL.parse(`https://${text}`) : null
  return url !== null && url.pathname === '/'
}
