import type { proto } from '@whiskeysockets/baileys'
import { CASES } from '../cases/case.ts'

/** One case of something that happens in Telegram, as far as it is looked at here. */
export interface OutgoingCase {
  readonly id: string
  readonly what: string
  /** Updates of the Bot API, in order. */
  readonly updates: readonly Record<string, unknown>[]
  readonly context: OutgoingContext
  readonly expect: OutgoingExpected
}

export interface OutgoingContext {
  /** WhatsApp chats by Telegram topic. */
  readonly threads: Readonly<Record<string, string>>
  readonly waChat?: { readonly expiration: number }
  readonly group?: { readonly readOnly?: boolean }
  readonly links?: readonly OutgoingLink[]
  readonly secrets?: readonly { readonly id: string; readonly secret: string }[]
  readonly files?: { readonly bytes: string; readonly mime?: string }
  /** What WhatsApp answers; `throw` where it fails. */
  readonly waAnswers?: { readonly sendMessage?: { readonly throw?: string } }
  /** Seconds since 1970. */
  readonly now?: number
  /** Messages that still wait to be sent. */
  readonly queue?: readonly {
    readonly tgMessageId: number
    readonly content: { readonly text: string }
  }[]
}

export interface OutgoingLink {
  readonly wa: {
    readonly chat: string
    readonly id: string
    readonly fromMe: boolean
    readonly author: string
  }
  readonly tg: { readonly message_id: number }
  readonly direction: 'wa2tg' | 'tg2wa'
  /** Seconds since 1970. */
  readonly ts: number
  readonly text?: string
  readonly fileUniqueId?: string
  readonly storedMessage?: proto.IMessage
}

export interface OutgoingExpected {
  readonly method: string
  readonly fields?: Readonly<Record<string, unknown>>
  readonly textIncludes?: readonly string[]
  readonly fieldsAbsent?: readonly string[]
  readonly acceptAlso?: readonly string[]
  readonly then?: readonly OutgoingExpected[]
  readonly calls?: number
  readonly pollValuesUnique?: boolean
  readonly state?: { readonly secretStored?: true }
}

export const OUTGOING: readonly OutgoingCase[] = CASES.filter(({ direction }) => direction === 'tg2wa').map(
  ({ id, what, input, context, expect }) => ({
    id,
    what,
    updates: [input].flat(),
    context: context as unknown as OutgoingContext,
    expect: expect as OutgoingExpected,
  }),
)
