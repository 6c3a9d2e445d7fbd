import * as z from 'zod/mini'
import type { Store } from '../../store/index.ts'
import { type ChatRef, isChatRef } from '../chat-ref.ts'
import { eventSchema } from '../event.ts'
import { readStored } from '../stored-json.ts'

const rowSchema = z.object({
  event: eventSchema,
  /** The jobs one of which may have sent the message that it names. Where they cannot be read, it waits for none. */
  jobs: z.catch(z.array(z.number()), []),
  /** Whether it waits for its message to come. */
  isAhead: z.catch(z.optional(z.boolean()), undefined),
  /** When it was kept back, in milliseconds since 1970. */
  at: z.catch(z.number(), 0),
  /**
   * What it goes to WhatsApp under, whenever it is taken in: a backup that is put back brings back what has gone since,
   * and under the same id that is the same message.
   */
  messageId: z.catch(z.optional(z.string()), undefined),
  /**
   * The WhatsApp chat to which words went from there when it was kept back: null for none, absent in what an earlier
   * version kept back and in what comes from WhatsApp.
   */
  to: z.catch(z.optional(z.nullable(z.custom<ChatRef>(isChatRef))), undefined),
  /** The network's own copy. */
  raw: z.catch(z.optional(z.string()), undefined),
})

type Row = z.infer<typeof rowSchema>

/** What waits until it is known what it is about. */
export interface Held extends Row {
  readonly id: string
}

/** In the order in which it came; `damaged` are the ids of those of which it cannot be read what they are. */
export const readHeld = (store: Pick<Store, 'held'>): { held: Held[]; damaged: string[] } => {
  const held: Held[] = []
  const damaged: string[] = []
  for (const { id, value } of store.held.list()) {
    const { success, data } = rowSchema.safeParse(readStored(value))
    if (success) held.push({ ...data, id })
    else damaged.push(id)
  }
  return { held, damaged }
}

export const addHeld = (row: Row, store: Pick<Store, 'held'>): void => store.held.add(JSON.stringify(row))
