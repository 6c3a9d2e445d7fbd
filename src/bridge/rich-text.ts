import * as z from 'zod/mini'

/**
 * Text with spans. Offsets and lengths count UTF-16 code units, as both networks do. Spans of the styles `code` and
 * `pre` hold no other span; `quote` may hold anything but a quote; the rest may nest and overlap.
 */
const spanSchema = z.object({
  start: z.number(),
  length: z.number(),
  style: z.enum([
    'bold',
    'italic',
    'underline',
    'strike',
    'spoiler',
    'code',
    'pre',
    'quote',
    'link',
    'mention',
  ]),
  /** `link` only: where it leads. */
  url: z.optional(z.string()),
  /** `pre` only: the language named after the fence. */
  language: z.optional(z.string()),
  /** `mention` only: the chat ref of the person meant. */
  person: z.optional(z.string()),
  /** `mention` only: the owner of the bridge is meant. */
  me: z.optional(z.boolean()),
})

export const richTextSchema = z.object({ text: z.string(), spans: z.array(spanSchema) })

export type Span = z.infer<typeof spanSchema>
export type RichText = z.infer<typeof richTextSchema>

/** `before` in front of a text, on the same line. */
export const prefixed = (before: string, { text, spans }: RichText): RichText => ({
  text: before + text,
  spans: spans.map(span => ({ ...span, start: span.start + before.length })),
})

export const plainText = (text: string): RichText => ({ text, spans: [] })

export const italicText = (text: string): RichText => ({
  text,
  spans: [{ start: 0, length: text.length, style: 'italic' }],
})

/** Other people's words in one harmless line: no breaks, no direction or zero-width controls, joiners of emoji kept. */
export const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu, '')
    .trim()
