import type { Message } from 'grammy/types'
import * as z from 'zod/mini'
import { type RichText, richTextSchema } from '../../bridge/rich-text.ts'
import type { Part } from './part.ts'

/**
 * What is remembered of a sent message (`SentPart.raw`), because Telegram does not let a bot read its own messages: how its
 * words can be edited, and which of them are the bridge's own.
 *
 * - `text`, `caption`: it has words, edited by a method each. `file`: it is words that went as a file.
 * - `bare`: it has none: a sticker, a place, a contact, a video note.
 * - `pin`, `deleted`: the bridge's remark that the message was pinned or deleted; no part of what was said.
 * - `reacted`: whether a reaction of the bot may stand on it; absent where that is not known: earlier versions wrote
 *   nothing of it, and one that is found later may have got one in between, when a backup was put back.
 * - `group`: the album in which it stands. `words`: what it says there, for it takes no button to be read by.
 */
const keptSchema = z.object({
  as: z.enum(['text', 'caption', 'file', 'bare', 'pin', 'deleted']),
  head: z.optional(richTextSchema),
  reacted: z.optional(z.boolean()),
  group: z.optional(z.string()),
  words: z.optional(richTextSchema),
})

export type Kept = z.infer<typeof keptSchema>

/** An item of an album (`probe.ts`): of which one, it does not say. */
const unknownGroup = ''

/** What to remember of a part that became this message (undefined: it cannot be read): just now, or it was found later. */
export const keep = (
  message: Message | undefined,
  part: Part,
  { isFound }: { readonly isFound: boolean },
): string => {
  const reacted = isFound ? undefined : false
  if (part.remark) return keepAs(part, reacted, part.remark)
  if (message?.text !== undefined || (part.file && 'bytes' in part.file.source)) return keepAs(part, reacted)
  if (message === undefined) return keepAs(part, reacted, undefined, unknownGroup)
  const captioned = ['photo', 'video', 'animation', 'audio', 'voice', 'document'] as const
  const as = captioned.some(kind => message[kind] !== undefined) ? 'caption' : 'bare'
  return keepAs(part, reacted, as, message.media_group_id)
}

/** What to remember of a message that the owner typed; undefined where that is nothing. */
export const keepTyped = ({ media_group_id: group }: Message): string | undefined =>
  group === undefined ? undefined : JSON.stringify({ as: 'caption', group } satisfies Kept)

/** The same without its message: as what it went out. */
export const keepAs = (
  { file, head, look: { words } }: Part,
  reacted: Kept['reacted'],
  as: Kept['as'] = wordsOf(file),
  group?: string,
): string =>
  keepReacted(
    { as, ...(head && as !== 'bare' && { head }), ...(group !== undefined && { group, words }) },
    reacted,
  )

const wordsOf = (file: Part['file']): Kept['as'] => {
  if (file === undefined) return 'text'
  return 'bytes' in file.source ? 'file' : 'caption'
}

/** The same with word of whether a reaction of the bot may stand on it. */
export const keepReacted = ({ reacted: _, ...kept }: Kept, reacted: Kept['reacted']): string =>
  JSON.stringify({ ...kept, ...(reacted !== undefined && { reacted }) } satisfies Kept)

/** The same where it says something else now; undefined where that is not kept. */
export const keepWords = (kept: Kept | undefined, words: RichText): string | undefined =>
  kept?.words && JSON.stringify({ ...kept, words } satisfies Kept)

/** The same where it begins with words of the bridge's own now, which its words hold already. */
export const keepHead = (kept: Kept, head: RichText, words: RichText): string =>
  JSON.stringify({ ...kept, head, ...(kept.words && { words }) } satisfies Kept)

/** Undefined for a message of which nothing was kept: one from an earlier version. */
export const readKept = (raw: string | undefined): Kept | undefined => {
  if (raw === undefined) return undefined
  try {
    return keptSchema.parse(JSON.parse(raw))
  } catch {
    return undefined
  }
}
