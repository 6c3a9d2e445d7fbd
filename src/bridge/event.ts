import * as z from 'zod/mini'
import { type ChatRef, isChatRef } from './chat-ref.ts'
import { richTextSchema } from './rich-text.ts'

/**
 * What crosses the bridge, in a shape that neither network owns. A job stores it as JSON, so the shapes only grow; a
 * change of what is there already needs a migration.
 */
const chatRefSchema = z.custom<ChatRef>(isChatRef)

/**
 * A file that stays where it is until it is delivered. `source` is opaque: only the network that the event came from
 * reads it, in `openMedia`. Everything else is what the sender claims: hints, not facts.
 */
const mediaSchema = z.object({
  source: z.string(),
  mimeType: z.optional(z.string()),
  fileName: z.optional(z.string()),
  /** Bytes. */
  size: z.optional(z.number()),
  /** Pixels. */
  width: z.optional(z.number()),
  height: z.optional(z.number()),
  /** Length of sound or film, in seconds. */
  seconds: z.optional(z.number()),
  /** Sender's preview, JPEG, base64. */
  thumbnail: z.optional(z.string()),
  /** Loudness over time of a voice note: 64 numbers of 0–100. */
  waveform: z.optional(z.array(z.number())),
  animated: z.optional(z.boolean()),
  viewOnce: z.optional(z.boolean()),
})

const contactSchema = z.object({ name: z.string(), phones: z.array(z.string()), vcard: z.string() })

export const contentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), body: richTextSchema, previewUrl: z.optional(z.string()) }),
  z.object({
    kind: z.literal('media'),
    as: z.enum(['image', 'video', 'animation', 'video-note', 'voice', 'audio', 'document', 'sticker']),
    media: mediaSchema,
    caption: richTextSchema,
  }),
  z.object({
    kind: z.literal('location'),
    latitude: z.number(),
    longitude: z.number(),
    /** Metres. */
    accuracy: z.optional(z.number()),
    name: z.optional(z.string()),
    address: z.optional(z.string()),
    comment: z.optional(z.string()),
  }),
  z.object({ kind: z.literal('contacts'), contacts: z.array(contactSchema) }),
  /** Stands for what cannot cross: `label` says in a few words what it was, for instance `Poll: Where do we eat?`. */
  z.object({ kind: z.literal('placeholder'), label: z.string() }),
  /** The bridge itself speaks: about a message that could not be delivered, for instance. */
  z.object({ kind: z.literal('notice'), text: z.string() }),
])

const senderSchema = z.object({
  /** The person, under the network's canonical address. */
  person: chatRefSchema,
  /** What they call themselves (push name, Telegram name); what the owner calls them is in the chat book. */
  name: z.optional(z.string()),
  /** Whether it is the owner of the bridge, on another device. */
  me: z.boolean(),
})

const replySchema = z.object({
  /** Id of the message replied to, in the same chat as the event. */
  id: z.string(),
  /** Who wrote that message, when known. */
  person: z.optional(chatRefSchema),
  /** What that message said, for when it was never bridged. */
  excerpt: z.optional(z.string()),
  /** The words picked out of it, where the sender picked some. */
  quote: z.optional(z.string()),
})

export const eventSchema = z.object({
  version: z.literal(1),
  kind: z.literal('message'),
  chat: chatRefSchema,
  /** The message's id in that chat, given by its network. */
  id: z.string(),
  sender: senderSchema,
  /** Milliseconds since 1970, as claimed by the sender: shown, never used to sort. */
  sentAt: z.number(),
  content: contentSchema,
  replyTo: z.optional(replySchema),
  /** The sender passed on somebody else's message. */
  forwarded: z.optional(z.boolean()),
  /** Deliver without a sound. */
  silent: z.optional(z.boolean()),
})

export type BridgeEvent = z.infer<typeof eventSchema>
export type Content = z.infer<typeof contentSchema>
export type MediaContent = Extract<Content, { kind: 'media' }>
export type Media = z.infer<typeof mediaSchema>
export type Sender = z.infer<typeof senderSchema>
export type Reply = z.infer<typeof replySchema>

/** Reads an event back from a job. Throws when it has not the shape of one: that is a bug or a damaged file. */
export const parseEvent = (json: string): BridgeEvent => eventSchema.parse(JSON.parse(json))
