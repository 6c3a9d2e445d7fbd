import type { InlineKeyboardMarkup, Message } from 'grammy/types'
import type { BotApi } from '../api.ts'
import { CallError } from '../call-error.ts'
import { isRefused, verdictOf } from '../errors.ts'

/**
 * What stands under an id: nothing that the bot can see, something that is not the bot's, or a message of the bot. A
 * `CallError`: the answer says nothing about that, in words that are not known.
 */
export type Found = 'nothing' | 'foreign' | 'own' | Message | CallError

/**
 * What the words of a refusal prove (telegram-bot-api 10.0, `Client.cpp`; TDLib `can_edit_message`). Which chat-wide
 * ones there are stands in `errors.ts`; they prove nothing about any message. Nor does anything else.
 */
const proofs: readonly (readonly [string, 'nothing' | 'foreign' | 'own'])[] = [
  // `MESSAGE_NOT_MODIFIED` in the server's words: Telegram itself looked, and let us edit it.
  ['message is not modified', 'own'],
  // TDLib could not get the message: the check of the server comes before anything is sent.
  ['message to edit not found', 'nothing'],
  // Telegram's own word for one that is deleted.
  ['MESSAGE_ID_INVALID', 'nothing'],
  ["message can't be edited", 'foreign'],
  ['MESSAGE_AUTHOR_REQUIRED', 'foreign'],
]

export interface ProbeContext {
  readonly api: BotApi
  readonly chatId: number | string
  readonly signal: AbortSignal
  /** The group has become a supergroup. */
  readonly isFormer?: boolean
}

/**
 * Asks what stands under an id with an edit that changes nothing: taking away the buttons of a message that has none.
 * A message comes back only when it did have a button, which is one of ours that a crash left there. Throws `CallError`
 * when the question itself was not answered, or the chat lets nobody ask.
 */
export const probe = async (id: number, context: ProbeContext): Promise<Found> => {
  try {
    return await setButtons(id, undefined, context)
  } catch (error) {
    return proofOf(error, context)
  }
}

const proofOf = (
  error: unknown,
  { isFormer = false }: Pick<ProbeContext, 'isFormer'>,
): Exclude<Found, Message> => {
  if (!(error instanceof CallError)) throw error
  // There it may be said of all that was written before (telegramdesktop/tdesktop issue 3002 has it of people's edits).
  if (isFormer && error.says('MESSAGE_ID_INVALID')) return error
  const proof = proofs.find(([words]) => error.says(words))?.[1]
  if (proof !== undefined) return proof
  if (isRefused(verdictOf(error, { sending: false }))) return error
  throw error
}

const button: InlineKeyboardMarkup = { inline_keyboard: [[{ text: '…', callback_data: 'wa2tg:settle' }]] }

/**
 * Reads a message of the bot. The Bot API cannot, but an edit that does change something returns the whole message: a
 * button is put under it, for the caller to take away (`leave`). What cannot be edited answers as to `probe`; `own`: one
 * that cannot be read, an item of an album. Clients show no buttons there, so that the server puts none, and nothing is
 * modified (tdlib/td issue 1463, pengrad/java-telegram-bot-api issue 338).
 */
export const read = async (id: number, context: ProbeContext): Promise<Found> => {
  try {
    return await readForEdit(id, context)
  } catch (error) {
    return proofOf(error, context)
  }
}

/** Takes the button away that `read` has put under a message, for those that belong there. */
export const leave = async (
  id: number,
  markup: InlineKeyboardMarkup | undefined,
  context: ProbeContext,
): Promise<void> => {
  try {
    await setButtons(id, markup, context)
  } catch (error) {
    // The button may be left there: whoever comes back to this id takes it away.
    if (proofOf(error, {}) instanceof CallError) throw error
  }
}

/**
 * The same of a message that is about to be edited. A try whose answer was lost may have put the button there, or taken it away:
 * that nothing is modified says that no button can stand there only where both were answered one behind the other.
 */
export const readForEdit = (id: number, context: ProbeContext): Promise<Message> =>
  repeated(async () => {
    try {
      return await setOnce(id, button, context)
    } catch (error) {
      if (!(error instanceof CallError && error.says('message is not modified'))) throw error
      // A crash, or the try before, has left it there: taking it away changes something, too.
      return await setOnce(id, undefined, context)
    }
  }, context)

/**
 * Gives a message these buttons, or takes away those that it has. Returns the message as it is then. "Message is not modified" may
 * be said of what this has done itself: a try whose answer was lost.
 */
export const setButtons = (
  id: number,
  markup: InlineKeyboardMarkup | undefined,
  context: ProbeContext,
): Promise<Message> => repeated(() => setOnce(id, markup, context), context)

const setOnce = async (
  id: number,
  markup: InlineKeyboardMarkup | undefined,
  { api, chatId, signal }: ProbeContext,
): Promise<Message> => {
  const payload = { chat_id: chatId, message_id: id, ...(markup && { reply_markup: markup }) }
  // `true` comes back for inline messages alone.
  return (await api.call('editMessageReplyMarkup', payload, { signal })) as Message
}

/**
 * So often the same is asked again at once where the line or the server failed, and behind the wait where Telegram asks for a short
 * one. A look is thirty questions and more, and begins anew behind the highest id known: where one of ten fails, next to none would
 * come to its end. What others write meanwhile has higher ids than what is looked for.
 */
const repeats = 3
/** Seconds of a wait behind which the look goes on: no other one in the id space can begin before. */
const longestWait = 30

const repeated = async <T>(ask: () => Promise<T>, { signal }: Pick<ProbeContext, 'signal'>): Promise<T> => {
  for (let left = repeats; ; left -= 1) {
    try {
      return await ask()
    } catch (error) {
      if (left === 0 || signal.aborted || !isPassing(error)) throw error
    }
  }
}

/** Whether the next try may well get an answer. A page of somebody else is one. No try goes before its time (`paced.ts`). */
const isPassing = (error: unknown): boolean =>
  error instanceof CallError &&
  (error.code >= 500 ||
    ['lost', 'cut', 'unreachable'].includes(error.failure.kind) ||
    (error.retryAfter ?? Number.POSITIVE_INFINITY) <= longestWait)

/** Gives a message the buttons back that a search has taken away, where they are not there again by now. */
export const giveBack = async (
  id: number,
  markup: InlineKeyboardMarkup,
  context: ProbeContext,
): Promise<void> => {
  try {
    await setButtons(id, markup, context)
  } catch (error) {
    if (!(error instanceof CallError && error.says('message is not modified'))) throw error
  }
}
