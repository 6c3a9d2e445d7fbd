import type { Delivery } from '../bridge/network.ts'
import { idSpace } from './address.ts'
import { CallError } from './call-error.ts'
import { verdictOf } from './errors.ts'
import type { Batch } from './send/call.ts'
import { currentPlace } from './send/context.ts'
import { takesPlace } from './send/placeholder.ts'
import { renderParts } from './send/render.ts'
import { batchAt, report } from './send.ts'
import { findPart, type Quest, type SettleContext } from './settle/find-part.ts'

export type { SettleContext } from './settle/find-part.ts'

/**
 * Finds out whether a message arrived whose answer was lost. Of an album all messages are looked for: it arrives as a
 * whole, and may have been recorded in part.
 */
export const settleDelivery = async (delivery: Delivery, context: SettleContext): Promise<boolean> => {
  const { sent } = delivery
  const batch = batchAt(renderParts(delivery, context), sent.length)
  if (batch === undefined) return true
  // Taking the place of another message is no sending: it is repeated.
  if (takesPlace(batch[0], delivery)) return false
  return inTurn(() => findBatch(batch, { delivery, context }), { attempt: delivery, context })
}

const findBatch = async (
  batch: Batch,
  { delivery, context }: { delivery: Delivery; context: SettleContext },
): Promise<boolean> => {
  const { sent } = delivery
  for (const [index, part] of batch.entries()) {
    const after = sent.map(({ id }) => Number(id))
    const found = await findPart(part, { attempt: delivery, after, context, step: sent.length })
    if (found === undefined) return index > 0
    report(found.part, found.message, delivery)
  }
  return true
}

/** One search at a time in an id space: two must not take the same message for theirs. */
export const inTurn = async <T>(
  search: () => Promise<T>,
  { attempt, context }: Pick<Quest, 'attempt' | 'context'>,
): Promise<T> => {
  const place = currentPlace(attempt, context.marks)
  const space = idSpace(place.chatId)
  const turn = (context.searches.get(space) ?? Promise.resolve()).catch(() => undefined).then(search)
  context.searches.set(space, turn)
  try {
    return await turn
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    context.failed(error, place)
    throw verdictOf(error, { sending: false, connected: context.connected() })
  }
}
