import type { Message } from 'grammy/types'
import type { Delivery } from '../bridge/network.ts'
import { DeliveryError, reject } from '../bridge/verdict.ts'
import { type Place, placeOf } from './address.ts'
import type { BotApi, Payload } from './api.ts'
import { CallError } from './call-error.ts'
import { type ErrorContext, verdictOf } from './errors.ts'
import type { Marks } from './marks.ts'
import { checkPhoto } from './send/media.ts'
import { openUpload } from './send/open-upload.ts'
import type { Part, RenderOptions } from './send/part.ts'
import { renderParts } from './send/render.ts'

export interface SendContext extends RenderOptions {
  readonly api: BotApi
  readonly marks: Marks
  /** Parts that are on their way right now. */
  readonly inFlight: Set<InFlight>
  readonly connected: () => boolean
  /** Called with every failure before it becomes a verdict. */
  readonly failed: (error: CallError, place: Place) => void
  /** Called when a group turns out to have become a supergroup. */
  readonly moved: (from: Place, to: Place) => void
}

export interface InFlight {
  readonly place: Place
  readonly part: Part
}

/** Where messages for a chat go today: its supergroup, when it became one (the topic is void then). */
export const currentPlace = (delivery: Pick<Delivery, 'chat'>, marks: Marks): Place => {
  const place = placeOf(delivery.chat)
  const chatId = marks.current(place.chatId)
  return chatId === place.chatId ? place : { chatId }
}

/** Sends what of the delivery has not been sent yet, part by part, and reports each at once. */
export const sendDelivery = async (delivery: Delivery, context: SendContext): Promise<void> => {
  const ids = delivery.sent.map(({ id }) => Number(id))
  for (const part of renderParts(delivery, context).slice(ids.length)) {
    if (part.file) checkPhoto(part.file.content)
    const message = await sendPart(part, { delivery, context, firstId: ids[0] })
    ids.push(message.message_id)
    delivery.onSent({ id: String(message.message_id) })
    context.marks.raise(message.chat.id, message.message_id)
  }
}

interface PartContext {
  readonly delivery: Delivery
  readonly context: SendContext
  readonly firstId: number | undefined
}

const sendPart = async (part: Part, { delivery, context, firstId }: PartContext): Promise<Message> => {
  const place = currentPlace(delivery, context.marks)
  const flight = { place, part }
  context.inFlight.add(flight)
  try {
    const message = await callPart(part, place, { delivery, context, firstId })
    if (place.threadId !== undefined && message.message_thread_id !== place.threadId) {
      await withdraw(message, context)
    }
    return message
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    context.failed(error, place)
    throw verdictOf(error, errorContext(context))
  } finally {
    context.inFlight.delete(flight)
  }
}

/** Sends one part, and once more where the refusal names something that can simply be left out or followed. */
const callPart = async (part: Part, place: Place, parts: PartContext): Promise<Message> => {
  const { delivery, context, firstId } = parts
  const reply = renderReply(part, delivery, firstId)
  const where = {
    chat_id: place.chatId,
    ...(place.threadId !== undefined && { message_thread_id: place.threadId }),
    ...(delivery.event.silent === true && { disable_notification: true }),
  }
  const call = (payload: Record<string, unknown>) => callOnce(part, payload, parts)
  try {
    return await call({ ...where, ...part.payload, ...reply(true) })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    const again = nextTry(error)
    if (again === 'plain') return await call({ ...where, ...withoutEntities(part.payload), ...reply(false) })
    if (again === 'unquoted') return await call({ ...where, ...part.payload, ...reply(false) })
    if (again === 'moved' && error.failure.kind === 'refused' && error.failure.migrateTo !== undefined) {
      const to = { chatId: error.failure.migrateTo }
      context.moved(place, to)
      // Old message ids are void in the new chat, and so is what was answered.
      return await call({ ...where, ...part.payload, chat_id: to.chatId, message_thread_id: undefined })
    }
    throw error
  }
}

const nextTry = (error: CallError): 'plain' | 'unquoted' | 'moved' | undefined => {
  if (error.failure.kind !== 'refused') return undefined
  if (error.failure.migrateTo !== undefined) return 'moved'
  if (error.says('QUOTE_TEXT_INVALID') || error.says('message to be replied not found')) return 'unquoted'
  return error.code === 400 && /entit/i.test(error.failure.description) ? 'plain' : undefined
}

const withoutEntities = ({ entities: _, caption_entities: __, ...payload }: Part['payload']) => payload

const callOnce = async (
  part: Part,
  payload: Record<string, unknown>,
  { delivery, context }: PartContext,
): Promise<Message> => {
  const { api } = context
  const { signal } = delivery
  if (part.file === undefined) {
    return (await api.call(part.method, payload as Payload<typeof part.method>, { signal })) as Message
  }
  const upload = await openUpload(part.file, { delivery, limit: context.uploadLimit })
  try {
    return (await api.upload(part.method, payload, upload, signal)) as Message
  } finally {
    upload.close()
  }
}

/** `allow_sending_without_reply`: the answer matters more than what it points at. */
const renderReply =
  (part: Part, { event, replyTo }: Delivery, firstId: number | undefined) =>
  (quoted: boolean): Record<string, unknown> => {
    const target = part.answers === 'first' ? firstId : part.answers && Number(replyTo?.id ?? 0)
    if (!target) return {}
    const quote = part.answers === 'target' && quoted ? event.replyTo?.quote : undefined
    return {
      reply_parameters: {
        message_id: target,
        allow_sending_without_reply: true,
        ...(quote !== undefined && quote !== '' && { quote: [...quote].slice(0, 1024).join('') }),
      },
    }
  }

const errorContext = (context: SendContext): ErrorContext => ({
  sending: true,
  connected: context.connected(),
})

/**
 * The message landed outside its topic: topics were switched off, or the topic was deleted (telegram.md §1.5, §1.6). It
 * is taken back where that works, for it would stand among messages of another chat.
 */
const withdraw = async (message: Message, { api, marks }: SendContext): Promise<never> => {
  marks.raise(message.chat.id, message.message_id)
  await api
    .call('deleteMessage', { chat_id: message.chat.id, message_id: message.message_id })
    .catch(() => undefined)
  const gone = reject('The Telegram topic is gone: map the chat to another one')
  throw new DeliveryError(gone.verdict, gone.message, { chatUnreachable: true })
}
