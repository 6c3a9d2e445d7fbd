import type { Delivery } from '../bridge/network.ts'
import type { Batch } from './send/call.ts'
import { readKept } from './send/kept.ts'
import { partsOf } from './send/kept-parts.ts'
import type { Part } from './send/part.ts'
import { renderParts } from './send/render.ts'
import { batchAt, report } from './send.ts'
import { findPart, type SettleContext } from './settle/find-part.ts'
import { lookInTurn } from './settle/turns.ts'

export type { SettleContext } from './settle/find-part.ts'

/**
 * Finds out whether a message arrived whose answer was lost. Of an album all messages are looked for: it arrives as a
 * whole, and may have been recorded in part. So is one that could have taken the place of another (which is repeated): that one
 * may have been gone.
 */
export const settleDelivery = async (delivery: Delivery, context: SettleContext): Promise<boolean> => {
  const { sent, together } = delivery
  const batch = batchAt(partsOf(delivery, context), sent.length)
  if (batch === undefined) return true
  const [first, ...rest] = batch
  const since = becomeSince(delivery, context)
  const looked = { ...first, ...(together && { together }), ...(since.length > 0 && { since }) }
  return await findBatch([looked, ...rest], { delivery, context })
}

/** What the part that is looked for may have become since a backup was made. */
const becomeSince = (delivery: Delivery, context: SettleContext): Part[] => {
  const { sent, event, edited = [], inAlbum, replyTo } = delivery
  const changed = edited.flatMap(
    each => renderParts({ ...delivery, event: each }, context)[sent.length] ?? [],
  )
  const group = inAlbum && sent.length === 0 ? readKept(replyTo?.raw)?.group : undefined
  if (group === undefined) return changed
  // The name of the sender stands under the first picture there.
  const beside = [event, ...edited].flatMap(each => renderParts({ event: each }, context)[0] ?? [])
  return [...changed, ...beside.map(part => ({ ...part, look: { ...part.look, group } }))]
}

const findBatch = async (
  batch: Batch,
  { delivery, context }: { delivery: Delivery; context: SettleContext },
): Promise<boolean> => {
  const { sent } = delivery
  const quest = { attempt: delivery, context }
  let found = 0
  const look = async (): Promise<boolean> => {
    let isWhole = true
    for (const part of batch.slice(found)) {
      const after = sent.map(({ id }) => Number(id))
      const message = await findPart(part, { ...quest, after, step: sent.length })
      if (message === undefined) return false
      if (message === 'taken back') {
        isWhole = false
        continue
      }
      report(message.part, message.message, { delivery, isFound: true })
      found += 1
    }
    return isWhole
  }
  return (await lookInTurn(look, batch[0], quest)) || found > 0
}
