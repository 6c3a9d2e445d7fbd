import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What may happen in a chat. */
export type Kind =
  | 'text'
  | 'reply'
  | 'photo'
  | 'video'
  | 'voice'
  | 'document'
  | 'sticker'
  | 'album'
  | 'location'
  | 'live'
  | 'contact'
  | 'poll'
  | 'move'
  | 'vote'
  | 'reaction'
  | 'edit'
  | 'deletion'

/**
 * One event: milliseconds after the first one; position of its chat; what it is; characters of a text, kilobytes of a file or
 * pictures of an album (0 where nothing is to be said); and for what answers or changes a message, that message's row.
 */
export type Row = readonly [at: number, chat: number, kind: Kind, size: number, about?: number]

/** A WhatsApp chat, how many write in it, and where it is shown: `group 1`, `topic 1/4` or `private 2`, by any numbers. */
export interface TracedChat {
  readonly name: string
  readonly people: number
  readonly telegram: string
}

/** What came in over some minutes. */
export interface Trace {
  readonly about: string
  /** Of the random numbers that made it; none where it was recorded. */
  readonly seed?: number
  readonly chats: readonly TracedChat[]
  readonly rows: readonly Row[]
}

export const traceNames = [
  'family-evening',
  'school-class',
  'monday-work',
  'holiday-albums',
  'night-backlog',
  'quiet-chats',
  'edits-and-reactions',
  'live-locations',
  'forum-topics',
  'everything-at-once',
] as const

export type TraceName = (typeof traceNames)[number]

export const traceFile = (name: TraceName): string => join(import.meta.dirname, 'fixtures', `${name}.json`)

export const readTrace = (name: TraceName): Trace => readTraceFile(traceFile(name))

export const readTraceFile = (file: string): Trace => JSON.parse(readFileSync(file, 'utf8'))

const recordedFolder = join(import.meta.dirname, 'fixtures/recorded')

/** The recorded traces that are kept here. */
export const recordedFiles: readonly string[] = readdirSync(recordedFolder)
  .sort()
  .map(name => join(recordedFolder, name))

/** One row a line, so that a difference can be read. */
export const renderTrace = ({ about, seed, chats, rows }: Trace): string =>
  [
    '{',
    `"about": ${JSON.stringify(about)},`,
    ...(seed === undefined ? [] : [`"seed": ${seed},`]),
    `"chats": [\n${chats.map(chat => JSON.stringify(chat)).join(',\n')}\n],`,
    `"rows": [\n${rows.map(row => JSON.stringify(row)).join(',\n')}\n]`,
    '}',
    '',
  ].join('\n')

/** Whether it changes another message instead of being one. */
export const isChange = (kind: Kind): boolean => changes.has(kind)

const changes: ReadonlySet<Kind> = new Set(['move', 'vote', 'reaction', 'edit', 'deletion'])
