import { proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys'
import * as z from 'zod/mini'
import { readStored } from '../../../bridge/stored-json.ts'
import { toNumber } from '../parse/context.ts'

/** Base64; a larger one is no vote and no edit that anybody makes. */
const LONGEST = 256 * 1024
/** WhatsApp keeps what it could not deliver for two weeks: what has not come by then does not come. In milliseconds. */
const PATIENCE_MS = 14 * 86_400_000

interface Row {
  readonly key: WAMessageKey
  /** Seconds since 1970. */
  readonly sent: number
  readonly name?: string
  /** `proto.Message`, base64. */
  readonly message: string
}

/** A change of a message as it came, to be read later, in the form in which it is kept on disk; undefined when it is too large. */
export const keptOf = (web: WAMessage): string | undefined => {
  const message = Buffer.from(proto.Message.encode(web.message ?? {}).finish()).toString('base64')
  if (message.length > LONGEST) return undefined
  const name = web.verifiedBizName || web.pushName
  const row: Row = {
    key: web.key,
    sent: toNumber(web.messageTimestamp) ?? 0,
    ...(name && { name }),
    message,
  }
  return JSON.stringify(row)
}

const rowSchema = z.looseObject({ key: z.looseObject({}), message: z.string(), sent: z.number() })

/** The same read back. Undefined when it is damaged. */
export const readKept = (value: string): WAMessage | undefined => {
  const row = rowSchema.safeParse(readStored(value)).data as Row | undefined
  if (row === undefined) return undefined
  const { key, sent, name, message } = row
  try {
    return {
      key,
      messageTimestamp: sent,
      ...(name !== undefined && { pushName: name }),
      message: proto.Message.decode(Buffer.from(message, 'base64')),
    }
  } catch {
    return undefined
  }
}

/**
 * Whether what it waits for comes no more. Both times are WhatsApp's: by this machine's clock, which may be wrong for a while, a change
 * of this minute would be years old.
 */
export const isPast = ({ messageTimestamp }: WAMessage, now: number): boolean =>
  (toNumber(messageTimestamp) ?? 0) * 1000 < now - PATIENCE_MS
