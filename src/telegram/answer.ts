import * as z from 'zod/mini'

/** The longest wait that is believed, in seconds; flood waits of Telegram's are under a day. */
const longestWait = 86_400

const refusalSchema = z.object({
  ok: z.literal(false),
  error_code: z.number(),
  description: z.string(),
  parameters: z.optional(
    z.object({
      retry_after: z.optional(z.number().check(z.nonnegative(), z.maximum(longestWait))),
      migrate_to_chat_id: z.optional(z.number()),
    }),
  ),
})

/** What the Bot API answers (core.telegram.org/bots/api#making-requests). */
const answerSchema = z.union([z.object({ ok: z.literal(true), result: z.unknown() }), refusalSchema])

/** The answer of a Bot API server; undefined when it is something else: a proxy's page, or no JSON at all. */
export const readAnswer = (text: string): unknown => {
  try {
    return answerSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** An id is kept, counted on from and searched behind: it must be one. */
const messageSchema = z.object({
  message_id: z.int().check(z.nonnegative()),
  chat: z.object({ id: z.int() }),
})
const chatSchema = z.object({ type: z.string() })
const fileSchema = z.object({ file_path: z.optional(z.string()) })
const updatesSchema = z.array(z.object({ update_id: z.number() }))

/**
 * Whether a result can be worked with: what a method that sends or edits returns must say under which id it stands. Of other
 * results nothing is read that could break.
 */
export const seemsRight = (method: string, result: unknown): boolean => {
  if (method === 'getUpdates') return updatesSchema.safeParse(result).success
  if (method === 'getChat') return chatSchema.safeParse(result).success
  if (method === 'getFile') return fileSchema.safeParse(result).success
  if (method === 'sendMediaGroup') return z.array(messageSchema).safeParse(result).success
  // Of edits `true` comes back for inline messages alone, and we have none.
  const isMessage = /^(send(?!ChatAction)|editMessage|stopMessageLiveLocation)/.test(method)
  return !isMessage || messageSchema.safeParse(result).success
}
