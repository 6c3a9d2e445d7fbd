import * as z from 'zod/mini'

/**
 * The highest id of a message: Telegram's are whole numbers of 32 bits (TDLib `ServerMessageId`). Who says more
 * would have us look for messages where none can be.
 */
export const highestId = 2 ** 31 - 1

const refusalSchema = z.object({
  ok: z.literal(false),
  error_code: z.number(),
  description: z.string(),
  parameters: z.optional(
    z.object({
      // That it must wait holds, even where for how long is nothing that can be.
      retry_after: z.catch(z.optional(z.number().check(z.nonnegative())), undefined),
      migrate_to_chat_id: z.optional(z.number()),
    }),
  ),
})

/** What the Bot API answers (core.telegram.org/bots/api#making-requests). */
const answerSchema = z.union([z.object({ ok: z.literal(true), result: z.unknown() }), refusalSchema])

/** The answer of a Bot API server; undefined when it is something else: a proxy's page, or no JSON at all. */
export const readAnswer = (text: string): unknown => {
  try {
    return answerSchema.parse(JSON.parse(text, withEnd))
  } catch {
    return undefined
  }
}

/** JSON has numbers that are larger than any; they could not be stored as JSON again. */
const withEnd = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? Math.sign(value) * Number.MAX_VALUE : value

/** An id is kept, counted on from and searched behind: it must be one. */
const messageSchema = z.object({
  message_id: z.int().check(z.nonnegative(), z.maximum(highestId)),
  chat: z.object({ id: z.int() }),
})
const botSchema = z.object({ id: z.int() })
const chatSchema = z.object({ type: z.string() })
const fileSchema = z.object({ file_path: z.optional(z.string()) })
const updatesSchema = z.array(z.object({ update_id: z.number() }))

/**
 * Whether a result can be worked with: what a method that sends or edits returns must say under which id it stands. Of other
 * results nothing is read that could break.
 */
export const seemsRight = (method: string, result: unknown): boolean => {
  if (method === 'getUpdates') return updatesSchema.safeParse(result).success
  if (method === 'getMe') return botSchema.safeParse(result).success
  if (method === 'getChat') return chatSchema.safeParse(result).success
  if (method === 'getFile') return fileSchema.safeParse(result).success
  if (method === 'sendMediaGroup') return z.array(messageSchema).safeParse(result).success
  // Of edits `true` comes back for inline messages alone, and we have none.
  const isMessage = /^(send(?!ChatAction)|editMessage|stopMessageLiveLocation)/.test(method)
  return !isMessage || messageSchema.safeParse(result).success
}
