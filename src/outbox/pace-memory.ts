import * as z from 'zod/mini'
import type { CommitOptions, SessionStore } from '../bridge/network.ts'
import { readStored } from '../bridge/stored-json.ts'
import type { Lesson } from './lesson.ts'

const lesson = z.object({
  passed: z.optional(z.number()),
  refused: z.optional(z.number()),
  held: z.optional(z.object({ most: z.number(), until: z.number(), span: z.number() })),
})

const schema = z.object({
  /** When each call went out (milliseconds since 1970) and as how many messages it counted. */
  calls: z.array(z.tuple([z.number(), z.number()])),
  /** As how many messages calls count that were under way, and of which nothing else says so. */
  open: z.optional(z.array(z.number())),
  /** After a refusal: until when the peer is left alone. */
  penalty: z.optional(z.object({ until: z.number() })),
  /** What refusals have taught (`lesson.ts`), by budget. */
  lessons: z.optional(z.readonly(z.array(lesson))),
})

/** What a peer has used up of its budgets. */
export type Used = z.infer<typeof schema>

/** Where the pace is kept between runs, so that a restart does not run into limits that the last run has used up. */
export interface PaceMemory {
  load(): Iterable<readonly [peer: string, used: Used]>
  /** With `flush: false` a power cut may forget it. */
  save(peer: string, used: Used, options?: CommitOptions): void
  drop(peer: string): void
}

const type = 'peer'

/**
 * `ahead` says by how many milliseconds the machine's clock is ahead of the steady one (`Clock`) that the pace goes by:
 * the next run begins with the former.
 */
export const openPaceMemory = (sessions: SessionStore, ahead: () => number = () => 0): PaceMemory => ({
  load: () =>
    [...sessions.list(type)].map(({ id, value }) => {
      // What an older or newer version wrote, or is damaged, is worth a slower start at most.
      const { data } = schema.safeParse(readStored(value))
      return [id, data ? moved(data, -ahead()) : { calls: [] }] as const
    }),
  save: (peer, used, options) =>
    sessions.set([{ type, id: peer, value: JSON.stringify(moved(used, ahead())) }], options),
  drop: peer => sessions.set([{ type, id: peer, value: null }]),
})

const moved = ({ calls, penalty, lessons, ...rest }: Used, by: number): Used => ({
  ...rest,
  calls: calls.map(([at, messages]) => [at + by, messages]),
  ...(penalty && { penalty: { until: penalty.until + by } }),
  ...(lessons && { lessons: lessons.map(lesson => later(lesson, by)) }),
})

const later = ({ held, ...rest }: Lesson, by: number): Lesson => ({
  ...rest,
  ...(held && { held: { ...held, until: held.until + by } }),
})
