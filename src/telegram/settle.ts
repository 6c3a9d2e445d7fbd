import type { Delivery } from '../bridge/network.ts'
import { wait } from '../bridge/verdict.ts'
import { strikeWords } from './change/deletion.ts'
import type { Batch } from './send/call.ts'
import { currentPlace } from './send/context.ts'
import { readKept } from './send/kept.ts'
import { partsOf } from './send/kept-parts.ts'
import type { Part } from './send/part.ts'
import { renderParts } from './send/render.ts'
import { batchAt, report } from './send.ts'
import { findPart } from './settle/find-part.ts'
import type { SettleContext } from './settle/quest.ts'
import { lookInTurn } from './settle/turns.ts'

export type { SettleContext } from './settle/quest.ts'

/**
 * Finds out whether a message arrived whose answer was lost. Of an album all messages are looked for: it arrives as a
 * whole, and may have been recorded in part. So is one that could have taken the place of another (which is repeated):
 * that one may have been gone. Of what a backup brought back, all that stands behind it may have gone since, too.
 */
export const settleDelivery = async (
  delivery: Delivery,
  context: SettleContext,
): Promise<boolean | 'perhaps'> => {
  const { together: _, ...alone } = delivery
  const before = delivery.sent.length
  const isThere = await settleNext(delivery, context)
  if (isThere === true && delivery.restored && delivery.sent.length > before)
    await settleDelivery(alone, context)
  return isThere
}

/** The same of the first message that is not recorded, with its album. */
const settleNext = async (delivery: Delivery, context: SettleContext): Promise<boolean | 'perhaps'> => {
  const { sent, together } = delivery
  const batch = batchAt(partsOf(delivery, context), sent.length)
  if (batch === undefined) return true
  const [first, ...rest] = batch
  const since = delivery.restored ? becomeSince(first, { delivery, context }) : []
  const wanted = { ...first, ...(together && { together }), ...(since.length > 0 && { since }) }
  return await findBatch([wanted, ...rest], { delivery, context })
}

/** What the part that is looked for may have become since a backup was made, as far as the backup knows. */
const becomeSince = (part: Part, { delivery, context }: Settling): Part[] => {
  const { sent, event, edited = [], replyTo } = delivery
  const changed = edited.flatMap(
    each => renderParts({ ...delivery, event: each }, context)[sent.length] ?? [],
  )
  const group = event.album && sent.length === 0 ? readKept(replyTo?.raw)?.group : undefined
  const beside =
    group === undefined ? [] : [event, ...edited].flatMap(each => besideOthers(each, group, context))
  return [...changed, ...beside, ...[part, ...changed, ...beside].flatMap(struck)]
}

/** As it stands in an album behind the first picture, under which alone the sender is named. */
const besideOthers = (event: Delivery['event'], group: string, context: SettleContext): Part[] =>
  renderParts({ event }, context)
    .slice(0, 1)
    .map(part => ({ ...part, look: { ...part.look, group } }))

/** Struck through, as it is where deletions are shown so. */
const struck = ({ plainer: _, ...part }: Part): Part[] => {
  const { words } = part.look
  if (words.text === '') return []
  return [{ ...part, look: { ...part.look, words: strikeWords(words, part.head?.text.length ?? 0) } }]
}

interface Settling {
  readonly delivery: Delivery
  readonly context: SettleContext
}

/** Whether the search for the first message has come upon any that nobody knows by now; `perhaps`: it is just being sent. */
const hasSeenOthers = ({ delivery, context }: Settling): boolean | 'perhaps' => {
  const { chatId } = currentPlace(delivery, context.marks)
  const { others } = context.looked.of(delivery.messageId, `0 ${chatId}`)
  const unknown = [...others].filter(([id]) => !delivery.isKnown(String(id)))
  const isUnderWay = unknown.map(([, flights]) => flights.some(each => context.inFlight.has(each)))
  return isUnderWay.includes(false) || (isUnderWay.length > 0 && 'perhaps')
}

/** The album in which those were found that were in front of this part, where it leaves with them. */
const groupBefore = ({ album }: Part, { delivery, context }: Settling): string | undefined => {
  const { sent } = delivery
  const before = partsOf(delivery, context)[sent.length - 1]
  return album !== undefined && before?.album === album ? readKept(sent.at(-1)?.raw)?.group : undefined
}

/** The part in that album alone: behind the first picture, those of two albums may look the same. */
const besides = (part: Part, group: string): Part => ({
  ...part,
  look: { ...part.look, group },
  ...(part.plainer && { plainer: besides(part.plainer, group) }),
})

const findBatch = async (batch: Batch, { delivery, context }: Settling): Promise<boolean | 'perhaps'> => {
  const { sent, restored = false } = delivery
  const quest = { attempt: delivery, context }
  let found = 0
  let group = restored ? undefined : groupBefore(batch[0], { delivery, context })
  let isOpen: boolean | 'perhaps' = false
  const look = async (): Promise<boolean> => {
    let isWhole = true
    for (const part of batch.slice(found)) {
      const after = sent.map(({ id }) => Number(id))
      const message = await findPart(group === undefined ? part : besides(part, group), {
        ...quest,
        after,
        step: sent.length,
      })
      if (message === undefined) {
        isOpen = restored && sent.length === 0 && found === 0 && hasSeenOthers({ delivery, context })
        return false
      }
      if (message === 'taken back') {
        isWhole = false
        continue
      }
      report(message.part, message.message, { delivery, isFound: true })
      found += 1
      // What a backup brings back may have gone one by one, too.
      if (!restored) group ??= message.message.media_group_id
    }
    return isWhole
  }
  const isThere = (await lookInTurn(look, batch[0], quest)) || found > 0
  if (isThere || !isOpen) return isThere
  if (isOpen === 'perhaps') throw wait(1, 'Something else is on its way into that chat')
  return 'perhaps'
}
