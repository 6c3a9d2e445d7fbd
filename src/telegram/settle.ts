import type { Delivery } from '../bridge/network.ts'
import { wait } from '../bridge/verdict.ts'
import { strikeWords } from './change/deletion.ts'
import type { Batch } from './send/call.ts'
import { currentPlace } from './send/context.ts'
import { partsOf } from './send/kept-parts.ts'
import type { Part } from './send/part.ts'
import { renderParts } from './send/render.ts'
import { batchAt, report } from './send.ts'
import { findPart, knownIn } from './settle/find-part.ts'
import { askForMove } from './settle/missed-move.ts'
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
  await askForMove(delivery, context)
  return await settleOn(delivery, context)
}

/** The same, and then of what stands behind it. */
const settleOn = async (delivery: Delivery, context: SettleContext): Promise<boolean | 'perhaps'> => {
  const { together: _, ...alone } = delivery
  const before = delivery.sent.length
  const isThere = await settleNext(delivery, context)
  if (isThere === true && delivery.restored && delivery.sent.length > before) await settleOn(alone, context)
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
  const { sent, edited = [] } = delivery
  const changed = edited.flatMap(
    each => renderParts({ ...delivery, event: each }, context)[sent.length] ?? [],
  )
  return [...changed, ...[part, ...changed].flatMap(struck)]
}

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
  const { marks, looked } = context
  const { chatId } = currentPlace(delivery, marks)
  const unknown = [chatId, marks.former(delivery.mark, chatId) ?? []].flat().flatMap(each => {
    const isKnown = knownIn({ chatId: each }, { attempt: delivery, context })
    return [...looked.of(delivery.messageId, `0 ${each}`).others].filter(([id]) => !isKnown(id))
  })
  const isUnderWay = unknown.map(([, flights]) => flights.some(each => context.inFlight.has(each)))
  return isUnderWay.includes(false) || (isUnderWay.length > 0 && 'perhaps')
}

const findBatch = async (batch: Batch, { delivery, context }: Settling): Promise<boolean | 'perhaps'> => {
  const { sent, restored = false } = delivery
  const quest = { attempt: delivery, context }
  const isAlbum = batch[0].album !== undefined
  let found = 0
  let behind: readonly number[] = []
  let isApart = false
  let isOpen: boolean | 'perhaps' = false
  let isBack = false
  const look = async (): Promise<boolean> => {
    // What else nobody can read there is of other albums.
    if (isBack) return false
    let isWhole = true
    for (const part of batch.slice(found)) {
      const [id, ...others] = behind
      const after = sent.map(each => Number(each.id))
      const items = restored ? ('restored' as const) : batch.length - found
      const all = isAlbum && !isApart ? { items } : {}
      const there =
        id === undefined
          ? await findPart(part, { ...quest, ...all, after, step: sent.length })
          : { id, part, behind: others }
      if (there === undefined) {
        isOpen = restored && sent.length === 0 && found === 0 && hasSeenOthers({ delivery, context })
        return false
      }
      if (there === 'album taken back') {
        isBack = true
        return false
      }
      if (there === 'taken back') {
        isWhole = false
        continue
      }
      report(there, { delivery, isFound: true })
      found += 1
      behind = there.behind ?? []
      // It went by itself, and so do those behind it.
      isApart ||= there.message !== undefined
    }
    return isWhole
  }
  const isThere = (await lookInTurn(look, batch[0], quest)) || found > 0
  if (isThere || !isOpen) return isThere
  if (isOpen === 'perhaps') throw wait(1, 'Something else is on its way into that chat')
  return 'perhaps'
}
