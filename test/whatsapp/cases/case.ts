import { readFileSync } from 'node:fs'
import { proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys'

/** One case of `fixtures/content-cases.json`, as far as it is looked at here. */
export interface Case {
  readonly id: string
  readonly direction: 'wa2tg' | 'tg2wa'
  readonly what: string
  readonly input: Record<string, unknown>
  readonly context: Context
  readonly expect: Expected
}

interface Context {
  readonly chat: string
  readonly key: WAMessageKey
  readonly timestamp: number
  readonly pushName?: string
  readonly stub?: { readonly messageStubType: number; readonly messageStubParameters?: string[] }
  readonly messageAbsent?: boolean
  readonly links?: readonly CaseLink[]
  readonly secrets?: readonly { readonly id: string; readonly sender: string; readonly secret: string }[]
  readonly contacts?: Readonly<Record<string, string>>
  readonly lidMap?: Readonly<Record<string, string>>
  readonly admins?: readonly string[]
  /** Chats by the topic that they are mapped to, where a case has mappings of its own. */
  readonly threads?: Readonly<Record<string, string>>
  readonly poll?: { readonly options: readonly string[] }
  /** In words. */
  readonly following?: string
  readonly preceding?: readonly { readonly input: Record<string, unknown>; readonly key: WAMessageKey }[]
  /** Ids of messages that were taken back before they came. */
  readonly tombstones?: readonly string[]
  /** Ids of messages that are on their way out. */
  readonly sentByBridge?: readonly string[]
  /** What Telegram answers to the first calls of a method. */
  readonly telegramAnswers?: Readonly<Record<string, unknown>>
  /** The file of the message as it lies at the media host, base64, and how the host behaves. */
  readonly media?: { readonly encrypted: string; readonly behaviour: string }
  /** Emoji by message and person. */
  readonly reactions?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface CaseLink {
  readonly wa: {
    readonly chat: string
    readonly id: string
    readonly fromMe: boolean
    readonly author: string
  }
  readonly tg: { readonly message_id: number; readonly parts?: readonly number[] }
  readonly kind: string
  readonly direction: 'wa2tg' | 'tg2wa'
  readonly state?: string
  readonly text?: string
}

export interface Expected {
  readonly method: string
  readonly fields?: Readonly<Record<string, unknown>>
  readonly textIncludes?: readonly string[]
  readonly textExcludes?: readonly string[]
  readonly entities?: readonly {
    readonly type: string
    readonly text?: string
    readonly textIncludes?: string
  }[]
  readonly then?: readonly Expected[]
  readonly acceptAlso?: readonly string[]
  readonly mediaCount?: number
  readonly calls?: number
  readonly captionMax?: number
  readonly filenameNot?: readonly string[]
  readonly filenameMaxBytes?: number
  readonly senderShown?: string
  /** What is kept: a number of messages (a text has `>=` before it), a state, or one for each child of an album. */
  readonly link?: { readonly parts?: number | string; readonly state?: string; readonly perChild?: true }
  readonly state?: {
    readonly secretStored?: true
    readonly tombstone?: string
    /** Seconds. */
    readonly chatExpiration?: number
  }
  /** `chat:` and an address, or `status-topic`. */
  readonly route?: string
  readonly withinMs?: number
  readonly notBeforeMs?: number
  readonly mustNotUpload?: true
  /** Hosts. */
  readonly mustNotFetch?: readonly string[]
  /** In code points. */
  readonly maxTextLength?: number
  /** A pattern for their beginning. */
  readonly keyboardUrlsOnly?: string
  /** Functions of Baileys. */
  readonly waCalls?: readonly string[]
  readonly processMustSurvive?: true
  readonly alsoCalls?: readonly Expected[]
}

export const CASES: readonly Case[] = JSON.parse(
  readFileSync(new URL('../fixtures/content-cases.json', import.meta.url), 'utf8'),
)

/** The words in which a case says what it expects, of what follows as well. */
export const keysOf = (expected: { readonly then?: readonly object[] }): string[] => [
  ...Object.keys(expected),
  ...(expected.then ?? []).flatMap(next => keysOf(next)),
]

/** Bytes stand as base64 in the file, which is what `fromObject` reads; then once over the wire. */
const messageOf = (input: Record<string, unknown>): proto.IMessage =>
  proto.Message.decode(proto.Message.encode(proto.Message.fromObject(input)).finish())

/** The messages of a case in the order in which they come, its own last but for what follows it. */
export const messagesOf = ({ input, context }: Case): WAMessage[] => {
  const { key, timestamp: messageTimestamp, pushName, stub, messageAbsent, preceding = [] } = context
  const common = { messageTimestamp, ...(pushName !== undefined && { pushName }) }
  const before = preceding.map(each => ({ ...common, key: each.key, message: messageOf(each.input) }))
  const own: WAMessage = { ...common, ...stub, key, ...(!messageAbsent && { message: messageOf(input) }) }
  return [...before, own, ...childrenOf(context).map(child => ({ ...common, ...child }))]
}

/** The one case that says in words what follows: twelve pictures of the album that it announces. */
const childrenOf = ({ following, key }: Context): Pick<WAMessage, 'key' | 'message'>[] => {
  if (following === undefined) return []
  const count = Number(/^generate (\d+) imageMessage children/.exec(following)?.[1])
  const mediaKey = Buffer.alloc(32, 1).toString('base64')
  return Array.from({ length: count }, (_, index) => ({
    key: { ...key, id: `${key.id}-${index}` },
    message: messageOf({
      imageMessage: { directPath: `/v/${index}`, mediaKey, mimetype: 'image/jpeg' },
      messageContextInfo: { messageAssociation: { associationType: 'MEDIA_ALBUM', parentMessageKey: key } },
    }),
  }))
}
