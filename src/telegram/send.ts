import type { Message } from 'grammy/types'
import type { Content } from '../bridge/event.ts'
import type { Delivery } from '../bridge/network.ts'
import { plainText } from '../bridge/rich-text.ts'
import { DeliveryError } from '../bridge/verdict.ts'
import { CallError } from './call-error.ts'
import { isInPart, isRefused } from './errors.ts'
import { type Batch, type Errand, sendBatch } from './send/call.ts'
import { currentPlace, type SendContext } from './send/context.ts'
import { keep } from './send/kept.ts'
import { partsOf } from './send/kept-parts.ts'
import type { Part } from './send/part.ts'
import { removePlaceholders, replacePlaceholder } from './send/placeholder.ts'

/** Sends what of the delivery has not been sent yet, in order, and reports each message at once. */
export const sendDelivery = async (delivery: Delivery, context: SendContext): Promise<void> => {
  const { messageId, signal, openMedia, placeholder } = delivery
  const parts = partsOf(delivery, context)
  const desk = { place: currentPlace(delivery, context.marks), context, messageId, signal, openMedia }
  const [first] = parts
  if (first && placeholder) await replacePlaceholder(first, delivery, desk)
  for (let at = delivery.sent.length, batch = batchAt(parts, at); batch; batch = batchAt(parts, at)) {
    await sendNext(batch, { delivery, context })
    at += batch.length
  }
  if (placeholder) await removePlaceholders(delivery, desk)
}

/** The part at a position, with those behind it that belong to the same album. */
export const batchAt = (parts: readonly Part[], at: number): Batch | undefined => {
  const [first, ...rest] = parts.slice(at)
  if (first === undefined) return undefined
  const end = rest.findIndex(({ album }) => album === undefined || album !== first.album)
  return [first, ...(end === -1 ? rest : rest.slice(0, end))]
}

export interface Made {
  /** The part as it went out: itself, or a plainer form of it. */
  readonly part: Part
  readonly id: number
  /** Absent where it cannot be read. */
  readonly message?: Message
}

/** Records that a part became a message, just now or as was found out later. */
export const report = (
  { part, id, message }: Made,
  {
    delivery: { onSent },
    isFound,
  }: { readonly delivery: Pick<Delivery, 'onSent'>; readonly isFound: boolean },
): void =>
  onSent({
    id: String(id),
    raw: keep(message, part, { isFound }),
    ...(part.item !== undefined && { item: part.item }),
    ...(part.lost && { lost: true }),
    ...(part.together && { together: part.together }),
  })

interface Sending {
  readonly delivery: Delivery
  readonly context: SendContext
}

/** Times that an album of which some was not sent is tried as one. */
const mostInPart = 3

/**
 * An album that is refused as a whole, for which one bad picture is enough, goes item by item; and so does one of which
 * Telegram says again and again that some was not sent, where nothing of it is there.
 */
const sendNext = async (batch: Batch, sending: Sending): Promise<void> => {
  const { delivery, context } = sending
  const isAlbum = batch.length > 1 && (context.inPart.get(delivery.messageId) ?? 0) < mostInPart
  const together = isAlbum ? await trySending(batch, sending) : undefined
  if (together) {
    batch.forEach((part, index) => {
      const message = together[index]
      if (message) report({ part, id: message.message_id, message }, { delivery, isFound: false })
    })
  } else {
    for (const part of batch) report(await sendOne(part, sending), { delivery, isFound: false })
  }
  context.inPart.delete(delivery.messageId)
}

const trySending = async (batch: Batch, sending: Sending): Promise<Message[] | undefined> => {
  const { delivery, context } = sending
  try {
    return await sendBatch(batch, errandFor(batch[0], sending), context)
  } catch (error) {
    if (isRefused(error)) return undefined
    if (error instanceof DeliveryError && error.cause instanceof CallError && isInPart(error.cause))
      context.inPart.set(delivery.messageId, (context.inPart.get(delivery.messageId) ?? 0) + 1)
    throw error
  }
}

/** Sends one part, in a plainer form where it has one and is refused. */
const sendOne = async (part: Part, sending: Sending): Promise<Made> => {
  try {
    const [message] = await sendBatch([part], errandFor(part, sending), sending.context)
    if (message === undefined) throw new Error(`${part.method} gave no message`)
    return { part, id: message.message_id, message }
  } catch (error) {
    const plainer = isRefused(error)
      ? part.plainer
      : cannotBeHad(error, sending)
        ? withoutFile(part)
        : undefined
    if (plainer === undefined) throw error
    const { answers, item } = part
    const place = { ...(answers !== undefined && { answers }), ...(item !== undefined && { item }) }
    return await sendOne({ ...plainer, ...place }, sending)
  }
}

/** A file of several that go one by one failed at its source: the others do not wait for it. */
const cannotBeHad = (error: unknown, { delivery: { event } }: Sending): boolean =>
  isSeveral(event.content) &&
  error instanceof DeliveryError &&
  error.verdict.kind === 'retry' &&
  !(error.cause instanceof CallError)

const isSeveral = (content: Content): boolean =>
  content.kind === 'album' ? content.apart === true : content.kind === 'card' && content.more !== undefined

const withoutFile = ({ plainer }: Part): Part | undefined => (plainer?.file ? withoutFile(plainer) : plainer)

const errandFor = ({ answers }: Part, { delivery }: Sending): Errand => {
  const { chat, messageId, openMedia, signal, beforeSending, event, replyTo, sent } = delivery
  const target = answers === 'target' ? replyTo : answers === undefined ? undefined : sent[answers]
  const picked = event.replyTo?.quote
  const words = picked === undefined ? replyTo?.words : { said: plainText(picked) }
  const quote = answers === 'target' ? words : undefined
  const id = Number(target?.id)
  return {
    chat,
    messageId,
    openMedia,
    signal,
    ...(beforeSending && { beforeSending }),
    silent: event.silent === true,
    ...(id > 0 && { reply: { id, ...(quote !== undefined && { quote }) } }),
  }
}
