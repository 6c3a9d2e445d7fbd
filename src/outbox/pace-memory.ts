import * as z from 'zod/mini'
import type { SessionStore } from '../bridge/network.ts'
import { readStored } from '../bridge/stored-json.ts'

const schema = z.object({
  /** When each call went out (milliseconds since 1970) and as how many messages it counted. */
  calls: z.array(z.tuple([z.number(), z.number()])),
  /** After a refusal: until when the peer is left alone, and how many times longer its windows are. */
  penalty: z.optional(z.object({ until: z.number(), stretch: z.number() })),
})

/** What a peer has used up of its budgets. */
export type Used = z.infer<typeof schema>

/** Where the pace is kept between runs, so that a restart does not run into limits that the last run has used up. */
export interface PaceMemory {
  load(): Iterable<readonly [peer: string, used: Used]>
  save(peer: string, used: Used): void
  drop(peer: string): void
}

const type = 'peer'

export const openPaceMemory = (sessions: SessionStore): PaceMemory => ({
  load: () =>
    [...sessions.list(type)].map(({ id, value }) => {
      // What an older or newer version wrote, or is damaged, is worth a slower start at most.
      const { data } = schema.safeParse(readStored(value))
      return [id, data ?? { calls: [] }] as const
    }),
  save: (peer, used) => sessions.set([{ type, id: peer, value: JSON.stringify(used) }]),
  drop: peer => sessions.set([{ type, id: peer, value: null }]),
})
