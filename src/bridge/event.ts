import * as z from 'zod/mini'
import { type ChatRef, isChatRef } from './chat-ref.ts'
import { contentSchema } from './content.ts'
import { parseStored, readStored } from './stored-json.ts'

export type { Content, Media, MediaContent } from './content.ts'

/**
 * What crosses the bridge: a message, or a change of one that crossed before. A job stores it as JSON, so the shapes
 * only grow; a change of what is there already needs a migration.
 */
const chatRefSchema = z.custom<ChatRef>(isChatRef)

const senderSchema = z.object({
  /** The person, under the network's canonical address. */
  person: chatRefSchema,
  /** What they call themselves (push name, Telegram name); what the owner calls them is in the chat book. */
  name: z.optional(z.string()),
  /** Whether it is the owner of the bridge, on another device. */
  me: z.boolean(),
})

/** What somebody means who points at a message. */
const pickedFields = {
  /** The words picked out of it, where the sender picked some. */
  quote: z.optional(z.string()),
  /** Where they begin in it, in UTF-16 units. */
  quoteAt: z.optional(z.number()),
  /** Of a message of the bridge: what it said when the sender saw it, which may be something else by now. */
  seen: z.optional(
    z.object({
      text: z.string(),
      /** The line in bold that stood last above those words; where none were picked out, last in all of it. */
      line: z.optional(z.string()),
    }),
  ),
}

const replySchema = z.object({
  /** Id of the message replied to, in the same chat as the event. */
  id: z.string(),
  /** Who wrote that message, when known. */
  person: z.optional(chatRefSchema),
  /** Whether the bridge has sent it, where its network says so. */
  byBridge: z.optional(z.boolean()),
  /** When that was written, in milliseconds since 1970, where its network says so. */
  at: z.optional(z.number()),
  /** What that message said, after who said it where that is known, for when it was never bridged. */
  excerpt: z.optional(z.string()),
  ...pickedFields,
})

/** Which message a change is about: its id, in the same chat as the event. */
const targetSchema = z.object({
  id: z.string(),
  /** Who wrote it, when known; networks are not reliable in naming authors. */
  person: z.optional(chatRefSchema),
  /** Whether the bridge has sent it, where its network says so. */
  byBridge: z.optional(z.boolean()),
  ...pickedFields,
})

const head = {
  version: z.literal(1),
  chat: chatRefSchema,
  /** The message's id in that chat, given by its network; a change has an id of its own. */
  id: z.string(),
  sender: senderSchema,
  /** Milliseconds since 1970, as claimed by the sender: shown, never used to sort. */
  sentAt: z.number(),
  /** Deliver without a sound. */
  silent: z.optional(z.boolean()),
}

const messageSchema = z.object({
  ...head,
  kind: z.literal('message'),
  content: contentSchema,
  replyTo: z.optional(replySchema),
  /** The id of the message whose file it is now: one that cannot be replaced on the other side, where it goes anew. */
  replaces: z.optional(z.string()),
  /** The sender passed on somebody else's message; `often`: one that has gone through many hands. */
  forwarded: z.optional(z.union([z.boolean(), z.literal('often')])),
  /** What the public channel is called that it was first said in. */
  forwardedFrom: z.optional(z.string()),
  /** A picture or film of an album, or (content `album` without items) the album's own announcement. */
  album: z.optional(z.object({ id: z.string(), index: z.optional(z.number()) })),
  /** A backup brought it back, and it may have been there, and been changed or deleted since: it may come once more. */
  again: z.optional(z.boolean()),
  /** Stands for a message that cannot be read yet: one with the same id comes later and takes its place. */
  pending: z.optional(z.boolean()),
  /** Its file has come after all: it takes the place of the words about it, if there are any. */
  late: z.optional(z.boolean()),
  /** When the message is to vanish, in milliseconds since 1970. */
  expiresAt: z.optional(z.number()),
})

const change = { ...head, target: targetSchema }

const changeSchema = z.discriminatedUnion('kind', [
  /**
   * Text in place of the text or caption that was there; a file in place of the file; or a whole poll, appointment or
   * position.
   */
  z.object({ ...change, kind: z.literal('edit'), content: contentSchema }),
  z.object({
    ...change,
    kind: z.literal('deletion'),
    /** By whom: its author, an administrator (checked by the network), or time: it was a disappearing message. */
    by: z.enum(['author', 'admin', 'time']),
  }),
  /** The one reaction that a person has on a message; an empty `emoji` takes it back. */
  z.object({ ...change, kind: z.literal('reaction'), emoji: z.string() }),
  z.object({
    ...change,
    kind: z.literal('pin'),
    pinned: z.boolean(),
    /** For how long; absent: until it is unpinned. */
    seconds: z.optional(z.number()),
  }),
  /** What a person chooses in a poll or answers to an appointment; replaces what they chose before. */
  z.object({
    ...change,
    kind: z.literal('vote'),
    /** Positions of the options chosen. With `toggle`: the one position that was pressed. */
    choice: z.array(z.number()),
    toggle: z.optional(z.boolean()),
    /** People whom they bring along, beside themselves. */
    guests: z.optional(z.number()),
  }),
  /** One more option of a poll, behind those that are there. */
  z.object({ ...change, kind: z.literal('option'), option: z.string() }),
  /** A disappearing message is kept from disappearing, or goes after all when its time is up. */
  z.object({
    ...change,
    kind: z.literal('kept'),
    kept: z.boolean(),
    /** Who may say so: anyone, or (where the chat forbids it to others) its author, and only that it goes. */
    by: z.enum(['anyone', 'author']),
  }),
  /** Accepts the invitation that a message is. */
  z.object({ ...change, kind: z.literal('join') }),
  /** What became of a message that the bridge sent for its owner. */
  z.object({ ...change, kind: z.literal('receipt'), state: z.enum(['delivered', 'read', 'failed']) }),
])

export const eventSchema = z.discriminatedUnion('kind', [messageSchema, ...changeSchema.def.options])

export type MessageEvent = z.infer<typeof messageSchema>
export type ChangeEvent = z.infer<typeof changeSchema>
export type ChangeOf<Kind extends ChangeEvent['kind']> = Extract<ChangeEvent, { kind: Kind }>
export type BridgeEvent = MessageEvent | ChangeEvent
export type Sender = z.infer<typeof senderSchema>
export type Reply = z.infer<typeof replySchema>
export type Target = z.infer<typeof targetSchema>

/** The id of a receipt: each state of a message is told once. */
export const receiptId = (message: string, state: 'delivered' | 'read'): string => `${message}.${state}`

export const isMessage = (event: BridgeEvent): event is MessageEvent => event.kind === 'message'

/** The id of the message that it is, or is about. */
export const subjectId = (event: BridgeEvent): string => (isMessage(event) ? event.id : event.target.id)

/** Reads an event back from a job. Throws when it has not the shape of one: that is a bug or a damaged file. */
export const parseEvent = (json: string): BridgeEvent => eventSchema.parse(parseStored(json))

/** The same where things go on without: undefined when it is damaged. */
export const readEvent = (json: string): BridgeEvent | undefined =>
  eventSchema.safeParse(readStored(json)).data
