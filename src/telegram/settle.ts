import type { Message } from 'grammy/types'
import type { Delivery } from '../bridge/network.ts'
import { wait } from '../bridge/verdict.ts'
import type { Clock } from '../support/clock.ts'
import { idSpace, type Place } from './address.ts'
import { CallError } from './call-error.ts'
import { verdictOf } from './errors.ts'
import type { Part } from './send/part.ts'
import { renderParts } from './send/render.ts'
import { currentPlace, type SendContext } from './send.ts'
import { findTop } from './settle/find-top.ts'
import { matchMessage } from './settle/match.ts'
import { type ProbeContext, probe, readOwn } from './settle/probe.ts'

/**
 * Finds out whether a message arrived whose answer was lost.
 *
 * A message of ours has an id above every id that the chat's id space had before the attempt (`Delivery.mark`). So every id
 * from there on is asked for, those known already excepted, until a run of empty ones lies behind the highest id known
 * anywhere in that space. Ids in between are not ours to skip: other people write, and in the space that private chats
 * share, other chats take ids that look empty from here.
 *
 *   nothing there              → go on
 *   somebody else's            → go on
 *   ours, reads as another one → go on (a command's answer, another lane's message)
 *   ours, reads as the part    → recorded; it arrived
 *   end of the run             → it did not arrive, the bridge sends again
 *   the question fails         → the verdict of that failure; asked again later, where it stopped
 */
export interface SettleContext extends SendContext {
  readonly clock: Clock
  /** When the last attempt in the chat may have ended, in milliseconds since 1970. */
  readonly lastDoubt: (place: Place) => number
  /** For how long after that the server may still be at work on it. */
  readonly graceMs: number
  /** One search at a time in an id space: two must not take the same message for theirs. */
  readonly searches: Map<string, Promise<unknown>>
  /** Ids that a search interrupted by a failure need not ask for again, by job. */
  readonly ruledOut: Map<string, Set<number>>
}

/**
 * Empty ids in a row that end the search. In a chat with a counter of its own, only messages deleted in the meantime are
 * empty: 10 in one go are unlikely. In the shared space messages of other chats look empty too, and those that their
 * updates have not told us of yet can be a burst: 30.
 */
const runEnd = { own: 10, shared: 30 }
/** How far below a top that had to be guessed the message may stand: others may have written since. */
const guessReach = 30

export const settleDelivery = async (delivery: Delivery, context: SettleContext): Promise<boolean> => {
  const part = renderParts(delivery, context)[delivery.sent.length]
  if (part === undefined) return true
  const place = currentPlace(delivery, context.marks)
  const space = idSpace(place.chatId)
  const search = (context.searches.get(space) ?? Promise.resolve())
    .catch(() => undefined)
    .then(() => settlePart(part, { delivery, place, context }))
  context.searches.set(space, search)
  try {
    return await search
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    context.failed(error, place)
    throw verdictOf(error, { sending: false, connected: context.connected() })
  }
}

interface Search {
  readonly delivery: Delivery
  readonly place: Place
  readonly context: SettleContext
}

const settlePart = async (part: Part, search: Search): Promise<boolean> => {
  const { delivery, place, context } = search
  const probing = { api: context.api, chatId: place.chatId, signal: delivery.signal }
  const job = `${delivery.chat} ${delivery.messageId} ${delivery.sent.length}`
  const ruledOut = context.ruledOut.get(job) ?? new Set()
  context.ruledOut.set(job, ruledOut)
  const look = () => findPart(part, { ...search, probing, ruledOut })
  // What is found needs no more waiting; what is not may still be under way.
  const found = (await look()) ?? ((await waitOutGrace(search)) ? await look() : undefined)
  context.ruledOut.delete(job)
  if (found === undefined) return false
  if (hasTwin(part, search)) throw wait(5, 'The same text is on its way from another chat')
  delivery.onSent({ id: String(found.message_id) })
  context.marks.raise(place.chatId, found.message_id)
  return true
}

/** Waits until the server cannot be at work on the attempt any more; whether there was anything to wait for. */
const waitOutGrace = async ({ delivery, place, context }: Search): Promise<boolean> => {
  const left = context.lastDoubt(place) + context.graceMs - context.clock.now()
  if (left > 0) await context.clock.sleep(left, delivery.signal)
  return left > 0
}

/** Whether another lane is just sending the same into the same chat: what was found may be that one. */
const hasTwin = (part: Part, { place, context }: Search): boolean =>
  [...context.inFlight].some(
    other =>
      other.place.chatId === place.chatId &&
      other.part.method === part.method &&
      other.part.look.words.text === part.look.words.text,
  )

const findPart = async (
  part: Part,
  search: Search & { probing: ProbeContext; ruledOut: Set<number> },
): Promise<Message | undefined> => {
  const { delivery, place, context, probing, ruledOut } = search
  const { top } = context.marks
  const run = idSpace(place.chatId) === 'shared' ? runEnd.shared : runEnd.own
  let empty = 0
  let almost: Message | undefined
  for (let id = (await firstId(search)) + 1; empty < run || id <= top(place.chatId); id++) {
    if (delivery.isKnown(String(id)) || context.marks.isTaken(place.chatId, id)) {
      empty = 0
      continue
    }
    if (ruledOut.has(id)) continue
    const found = await probe(id, probing)
    if (found === 'nothing') {
      empty++
      // Behind the top the message may still turn up there.
      if (id <= top(place.chatId)) ruledOut.add(id)
      continue
    }
    empty = 0
    const message = found === 'own' ? await readOwn(id, probing) : found
    const match = message === 'foreign' ? undefined : matchMessage(message, part.look, place)
    if (message === 'foreign' || match === undefined) ruledOut.add(id)
    else if (match === 'exact' && !delivery.isKnown(String(id))) return message
    else almost ??= message
  }
  return almost && delivery.isKnown(String(almost.message_id)) ? undefined : almost
}

/** The id behind which the search begins: the mark or the last part sent, whichever is higher. */
const firstId = async ({
  delivery,
  place,
  context,
  probing,
}: Search & { probing: ProbeContext }): Promise<number> => {
  const sent = delivery.sent.map(({ id }) => Number(id))
  const known = Math.max(context.marks.read(delivery.mark, place.chatId) ?? 0, ...sent)
  if (known > 0) return known
  const top = context.marks.top(place.chatId)
  if (top > 0) return Math.max(0, top - guessReach)
  return Math.max(0, (await findTop(probing)) - guessReach)
}
