import { proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys'
import * as z from 'zod/mini'
import { readStored } from '../../../bridge/stored-json.ts'
import { toNumber } from '../parse/context.ts'

/** Base64; a larger one is no vote and no edit that anybody makes. */
const LONGEST = 256 * 1024
/** What was asked for and has not come in two weeks does not come. In milliseconds. */
const PATIENCE_MS = 14 * 86_400_000

interface Row {
  readonly key: WAMessageKey
  /** Seconds since 1970. */
  readonly sent: number
  readonly name?: string
  /** `proto.Message`, base64. */
  readonly message: string
  /** Since when it is kept, milliseconds since 1970. */
  readonly heldAt?: number | undefined
}

/** What was kept, read back. */
interface Kept {
  readonly web: WAMessage
  /** Since when it is kept, in milliseconds since 1970. */
  readonly since: number
}

/**
 * A change of a message as it came, to be read later, in the form in which it is kept on disk; undefined when it is too large.
 *
 * @param now what time it is, in milliseconds since 1970
 */
export const keptOf = (web: WAMessage, now: number): string | undefined => {
  const message = Buffer.from(proto.Message.encode(web.message ?? {}).finish()).toString('base64')
  if (message.length > LONGEST) return undefined
  const name = web.verifiedBizName || web.pushName
  const row: Row = {
    key: web.key,
    sent: toNumber(web.messageTimestamp) ?? 0,
    ...(name && { name }),
    message,
    heldAt: now,
  }
  return JSON.stringify(row)
}

const rowSchema = z.looseObject({
  key: z.looseObject({}),
  message: z.string(),
  sent: z.number(),
  heldAt: z.catch(z.optional(z.number()), undefined),
})

/**
 * The same read back. Undefined when it is damaged. It is kept since it was written down, which may be weeks behind its own time where
 * it had waited at WhatsApp; and not since before that, which a clock that is not set yet would say.
 */
export const readKept = (value: string): Kept | undefined => {
  const row = rowSchema.safeParse(readStored(value)).data as Row | undefined
  if (row === undefined) return undefined
  const { key, sent, name, message, heldAt = 0 } = row
  try {
    const web = {
      key,
      messageTimestamp: sent,
      ...(name !== undefined && { pushName: name }),
      message: proto.Message.decode(Buffer.from(message, 'base64')),
    }
    return { web, since: Math.max(sent * 1000, heldAt) }
  } catch {
    return undefined
  }
}

/**
 * Whether what it waits for comes no more. `told`: what time it is at WhatsApp, undefined where it has not said so in this run. By this
 * machine's clock, which may be wrong for a while, a change of this minute would be years old.
 */
export const isPast = ({ since }: Kept, told: number | undefined): boolean =>
  told !== undefined && since < told - PATIENCE_MS
