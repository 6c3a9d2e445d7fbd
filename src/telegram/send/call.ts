import type { Message } from 'grammy/types'
import type { Delivery, Picked } from '../../bridge/network.ts'
import type { Place } from '../address.ts'
import type { InputFile, Payload } from '../api.ts'
import { CallError } from '../call-error.ts'
import { verdictOf } from '../errors.ts'
import { giveBack } from '../settle/probe.ts'
import { assertTopics, withdraw } from './astray.ts'
import { currentPlace, type SendContext } from './context.ts'
import { openUpload } from './open-upload.ts'
import type { Part } from './part.ts'
import { quoteFields } from './quote.ts'

/** What a call needs to know beside the parts that it sends. */
export interface Errand
  extends Pick<Delivery, 'chat' | 'messageId' | 'openMedia' | 'signal' | 'beforeSending'> {
  readonly silent: boolean
  /** What it answers, and the words picked out of that. */
  readonly reply?: {
    readonly id: number
    readonly quote?: Picked
    /** It says nothing by itself: where what it answers is gone, it is not sent. */
    readonly only?: boolean | undefined
  }
}

/** One part, or several that go together as an album. */
export type Batch = readonly [Part, ...Part[]]

/**
 * Sends parts in one call. Throws `DeliveryError`; then none or all of them arrived. No messages come back where what
 * they would answer is gone, and they go only as answers.
 */
export const sendBatch = async (batch: Batch, errand: Errand, context: SendContext): Promise<Message[]> => {
  errand.beforeSending?.()
  const place = currentPlace(errand, context.marks)
  // An answer stays with what it answers.
  if (errand.reply === undefined) await assertTopics(place, context, errand.signal)
  const flight = { place, parts: batch }
  let isOver = false
  const mayArrive = (): void => {
    // A last byte that still waits when the call has failed goes nowhere.
    if (!isOver) context.inFlight.add(flight)
  }
  // Of files nothing can stand there before their last byte is out, which may take long.
  if (batch.every(({ file }) => file === undefined)) mayArrive()
  try {
    const messages = await callBatch(batch, place, { errand, context, mayArrive })
    const [first, ...rest] = messages
    if (place.threadId !== undefined && first && first.message_thread_id !== place.threadId) {
      await withdraw([first, ...rest], context)
    }
    for (const { chat, message_id: id } of messages) {
      context.marks.raise(chat.id, id)
      context.marks.posts.noteChannel(chat.id, chat.type === 'channel')
    }
    await keepButtons(batch, messages, { errand, context })
    return messages
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    context.failed(error, place)
    throw verdictOf(error, {
      sending: true,
      items: batch.length,
      connected: context.connected(),
      upload: batch.some(({ file }) => file !== undefined) && !errand.signal.aborted,
    })
  } finally {
    isOver = true
    context.inFlight.delete(flight)
  }
}

/** A search that came past meanwhile has taken them away. That they cannot be given back is no failure of the message. */
const keepButtons = async (
  batch: Batch,
  messages: readonly Message[],
  { errand: { signal }, context: { api, buttons } }: Omit<CallContext, 'mayArrive'>,
): Promise<void> => {
  for (const [index, message] of messages.entries()) {
    const markup = batch[index]?.markup
    if (markup === undefined || !buttons.sent(message, markup)) continue
    const probing = { api, chatId: message.chat.id, signal }
    await giveBack(message.message_id, markup, probing).catch(() => undefined)
  }
}

interface CallContext {
  readonly errand: Errand
  readonly context: SendContext
  /** Called before the last byte of files goes out. */
  readonly mayArrive: () => void
}

/** Calls once, and once more where the refusal names something that can simply be left out or followed. */
const callBatch = async (
  batch: Batch,
  place: Place,
  { errand, context, mayArrive }: CallContext,
): Promise<Message[]> => {
  const where = {
    chat_id: place.chatId,
    ...(place.threadId !== undefined && { message_thread_id: place.threadId }),
    ...(errand.silent && { disable_notification: true }),
  }
  const call = (parts: Batch, extra: Record<string, unknown>) =>
    callOnce(parts, { ...where, ...extra }, { errand, context, mayArrive })
  try {
    return await call(batch, replyOf(errand, { quoted: true }))
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (errand.reply?.only && isUnderNothing(error)) return []
    const again = nextTry(error)
    if (again === 'plain') return await call(withoutEntities(batch), replyOf(errand, { quoted: false }))
    if (again === 'unquoted') return await call(batch, replyOf(errand, { quoted: false }))
    if (again === 'unanswering') return await call(batch, {})
    if (again === 'moved' && error.failure.kind === 'refused' && error.failure.migrateTo !== undefined) {
      const to = { chatId: error.failure.migrateTo }
      context.moved(place, to)
      // Old message ids are void in the new chat, and so is what was answered.
      return await call(batch, { chat_id: to.chatId, message_thread_id: undefined })
    }
    throw error
  }
}

const nextTry = (error: CallError): 'plain' | 'unquoted' | 'unanswering' | 'moved' | undefined => {
  if (error.failure.kind !== 'refused') return undefined
  if (error.failure.migrateTo !== undefined) return 'moved'
  if (error.says(goneWord)) return 'unanswering'
  if (error.says('QUOTE_TEXT_INVALID') || isUnderNothing(error)) return 'unquoted'
  return isAboutEntities(error) ? 'plain' : undefined
}

/**
 * Telegram's own word: bots do not hear that a message was deleted, so that the server may know what is answered from before
 * and send what may go without it all the same (tdlib/telegram-bot-api issue 469).
 */
const goneWord = 'REPLY_MESSAGE_ID_INVALID'

const isUnderNothing = (error: CallError): boolean =>
  error.says('message to be replied not found') || error.says(goneWord)

/** The marks in a text are refused: it goes without them. */
export const isAboutEntities = ({ failure }: CallError): boolean =>
  failure.kind === 'refused' &&
  failure.code === 400 &&
  /entit(y|ies)(?! too large)/i.test(failure.description)

const withoutEntities = ([first, ...rest]: Batch): Batch => {
  const plain = ({ payload: { entities: _, caption_entities: __, ...payload }, ...part }: Part): Part => ({
    ...part,
    payload,
  })
  return [plain(first), ...rest.map(plain)]
}

const callOnce = async (
  batch: Batch,
  extra: Record<string, unknown>,
  { errand, context: { api, uploadLimit, atWork }, mayArrive }: CallContext,
): Promise<Message[]> => {
  const { signal, openMedia, messageId } = errand
  const [part] = batch
  const alone = { ...part.payload, ...extra, ...(part.markup && { reply_markup: part.markup }) }
  const { file, method } = part
  if (file === undefined) {
    const payload = alone as unknown as Payload<typeof method>
    return [(await api.call(method, payload, { signal })) as Message]
  }
  const uploads = batch.flatMap(({ file: each }) =>
    each ? [openUpload(each, { openMedia, limit: uploadLimit })] : [],
  )
  try {
    return await atWork.follow(messageId, async onLastByte => {
      const options = { signal, beforeLastByte: async () => mayArrive(), onLastByte }
      if (batch.length === 1) {
        const one = ([input]: readonly InputFile[]) => ({ ...alone, [file.field]: input })
        return [(await api.upload(method, uploads, one, options)) as Message]
      }
      const many = (inputs: readonly InputFile[]) => ({ ...extra, media: inputMedia(batch, inputs) })
      return (await api.upload('sendMediaGroup', uploads, many, options)) as Message[]
    })
  } finally {
    for (const upload of uploads) upload.close()
  }
}

export const inputMedia = (parts: readonly Part[], inputs: readonly InputFile[]): Record<string, unknown>[] =>
  parts.map(({ file, payload }, index) => ({ type: file?.field, media: inputs[index], ...payload }))

/** `allow_sending_without_reply`: the answer matters more than what it points at, but for what says nothing by itself. */
const replyOf = ({ reply }: Errand, { quoted }: { quoted: boolean }): Record<string, unknown> =>
  reply === undefined
    ? {}
    : {
        reply_parameters: {
          message_id: reply.id,
          allow_sending_without_reply: !reply.only,
          ...(quoted && reply.quote && quoteFields(reply.quote)),
        },
      }
