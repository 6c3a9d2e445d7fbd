import * as z from 'zod/mini'
import { type ChatRef, isChatRef } from './chat-ref.ts'
import { richTextSchema } from './rich-text.ts'
import { parseStored, readStored } from './stored-json.ts'

/**
 * What a message holds, in a shape that neither network owns. Jobs store it as JSON, so the shapes only grow; a change
 * of what is there already needs a migration.
 */

/** A small picture of a file that its network keeps beside it: opened like the file itself. */
const stillSchema = z.object({
  source: z.string(),
  /** Bytes. */
  size: z.optional(z.number()),
  /** Pixels. */
  width: z.optional(z.number()),
  height: z.optional(z.number()),
})

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
  /** Where there is a preview that has to be fetched. */
  still: z.optional(stillSchema),
  /** Loudness over time of a voice note: 64 numbers of 0–100. */
  waveform: z.optional(z.array(z.number())),
  animated: z.optional(z.boolean()),
  viewOnce: z.optional(z.boolean()),
  /** What a sticker stands for. */
  emoji: z.optional(z.string()),
  /** What a sticker shows, in words. */
  label: z.optional(z.string()),
})

const mediaContentSchema = z.object({
  kind: z.literal('media'),
  as: z.enum(['image', 'video', 'animation', 'video-note', 'voice', 'audio', 'document', 'sticker']),
  media: mediaSchema,
  caption: richTextSchema,
})

const contactSchema = z.object({ name: z.string(), phones: z.array(z.string()), vcard: z.string() })

/** What a button of a card does: opens an address, copies a text, accepts an invitation, or only stands there to be read. */
const buttonSchema = z.object({
  label: z.string(),
  url: z.optional(z.string()),
  copy: z.optional(z.string()),
  join: z.optional(z.boolean()),
})

/** Words with buttons, and a picture or film where there is one. */
const cardFields = {
  body: richTextSchema,
  buttons: z.array(buttonSchema),
  media: z.optional(mediaContentSchema),
}

/** One text of several in one message, with the id and author of its own message, by which it is found again. */
const joinedItemSchema = z.object({
  id: z.string(),
  person: z.custom<ChatRef>(isChatRef),
  /** Who said it and when, as shown above it: `Anna · 14:03`. */
  line: z.string(),
  body: richTextSchema,
  /** What the message that it answers said. */
  excerpt: z.optional(z.string()),
  forwarded: z.optional(z.union([z.boolean(), z.literal('often')])),
  forwardedFrom: z.optional(z.string()),
  /** It was taken back. */
  deleted: z.optional(z.boolean()),
})

export const contentSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    body: richTextSchema,
    previewUrl: z.optional(z.string()),
    /** UTF-16 units at its beginning that are the bridge's own, and stay when the words are edited. */
    own: z.optional(z.number()),
  }),
  mediaContentSchema,
  /** Pictures and films that belong together. Made by `receive` of messages that name the same `album`. */
  z.object({
    kind: z.literal('album'),
    /** Each with the id of its own message; `index`: the place that its sender gave it. */
    items: z.array(z.extend(mediaContentSchema, { id: z.string(), index: z.optional(z.number()) })),
    /** How many there will be, where the sender said so. */
    expected: z.optional(z.number()),
    /** Each by itself, and words in place of one that cannot be had: they could not go together. */
    apart: z.optional(z.boolean()),
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
    /** A position that moves: for how many seconds from now; 0 when it has come to its end. */
    live: z.optional(z.number()),
    /** Degrees clockwise from north. */
    heading: z.optional(z.number()),
  }),
  z.object({ kind: z.literal('contacts'), contacts: z.array(contactSchema) }),
  z.object({
    kind: z.literal('poll'),
    question: z.string(),
    options: z.array(z.string()),
    /** How many options one person may choose; 0 is any number. */
    choices: z.number(),
    /** A quiz has a right answer, which is not ours to tell. */
    quiz: z.optional(z.boolean()),
    /** Milliseconds since 1970. */
    endsAt: z.optional(z.number()),
    /** Who chose what is nobody's business. */
    anonymous: z.optional(z.boolean()),
    /** Everybody may add options, not its author alone. */
    open: z.optional(z.boolean()),
  }),
  /** A date to meet, with people who say whether they come: a vote among `appointmentAnswers`. */
  z.object({
    kind: z.literal('appointment'),
    title: z.string(),
    description: z.optional(richTextSchema),
    /** Milliseconds since 1970. */
    start: z.optional(z.number()),
    end: z.optional(z.number()),
    place: z.optional(z.string()),
    latitude: z.optional(z.number()),
    longitude: z.optional(z.number()),
    /** Where one joins a call. */
    link: z.optional(z.string()),
    cancelled: z.optional(z.boolean()),
  }),
  /** What businesses send, invitations, products; of a carousel the first card, with all others behind it. */
  z.object({
    kind: z.literal('card'),
    ...cardFields,
    more: z.optional(z.array(z.object(cardFields))),
  }),
  /** Texts that came one after the other, in one message (`deliver/join.ts`). */
  z.object({ kind: z.literal('joined'), items: z.array(joinedItemSchema) }),
  /** Stands for what cannot cross: `label` says in a few words what it was, for instance `Poll: Where do we eat?`. */
  z.object({
    kind: z.literal('placeholder'),
    label: z.string(),
    /** Why not, as a sentence for the owner without its full stop. */
    why: z.optional(z.string()),
  }),
  /** The bridge itself speaks: about a message that could not be delivered, for instance. */
  z.object({
    kind: z.literal('notice'),
    text: z.string(),
    /** The chat whose trouble it tells of, where that is not told twice in an hour. */
    about: z.optional(z.custom<ChatRef>(isChatRef)),
    /** The id of the message under which it stands. */
    answers: z.optional(z.string()),
  }),
])

/** What people call a file that is shown as this. */
export const mediaNames: Readonly<Record<MediaContent['as'], string>> = {
  image: 'Photo',
  video: 'Video',
  animation: 'GIF',
  'video-note': 'Video message',
  voice: 'Voice message',
  audio: 'Audio',
  document: 'Document',
  sticker: 'Sticker',
}

/** What an answer to an appointment may be, in the order in which votes count them. */
export const appointmentAnswers = ['Going', 'Maybe', 'Not going'] as const

export type Content = z.infer<typeof contentSchema>
export type ContentOf<Kind extends Content['kind']> = Extract<Content, { kind: Kind }>
export type MediaContent = ContentOf<'media'>
export type AlbumContent = ContentOf<'album'>
export type AlbumItem = AlbumContent['items'][number]
export type LocationContent = ContentOf<'location'>
export type Contact = z.infer<typeof contactSchema>
export type PollContent = ContentOf<'poll'>
export type AppointmentContent = ContentOf<'appointment'>
export type JoinedContent = ContentOf<'joined'>
export type JoinedItem = z.infer<typeof joinedItemSchema>
export type CardContent = ContentOf<'card'>
/** One card of a carousel. */
export type Card = Omit<CardContent, 'kind' | 'more'>
/** What is shown anew as a whole when somebody votes, and therefore remembered. */
export type VotableContent = PollContent | AppointmentContent
export type Media = z.infer<typeof mediaSchema>
export type Still = z.infer<typeof stillSchema>

/** Reads content back from the store. Throws when it has not the shape of one: that is a bug or a damaged file. */
export const parseContent = (json: string): Content => contentSchema.parse(parseStored(json))

/** The same where things go on without: undefined when it is damaged. */
export const readContent = (json: string): Content | undefined =>
  contentSchema.safeParse(readStored(json)).data

/** Whether a place is one that a map has: what is claimed may be anything. */
export const isOnEarth = ({ latitude, longitude }: Record<'latitude' | 'longitude', unknown>): boolean =>
  isWithin(latitude, 90) && isWithin(longitude, 180)

const isWithin = (degrees: unknown, most: number): boolean =>
  typeof degrees === 'number' && Math.abs(degrees) <= most

/** Where a map shows it. */
export const mapLink = ({ latitude, longitude }: Pick<LocationContent, 'latitude' | 'longitude'>): string =>
  `https://maps.google.com/?q=${latitude},${longitude}`

/** Whether nobody may vote any more. */
export const isOver = (content: Content, now: number): boolean =>
  content.kind === 'poll' && content.endsAt !== undefined && content.endsAt <= now

export const isVotable = (content: Content): content is VotableContent =>
  content.kind === 'poll' || content.kind === 'appointment'
