import type { Place } from '../address.ts'
import type { Method, Payload } from '../api.ts'
import { CallError } from '../call-error.ts'
import { isRefused, verdictOf } from '../errors.ts'
import type { Errand } from './call.ts'
import type { SendContext } from './context.ts'

/**
 * What became of a call that leaves no message and may therefore be repeated: not before the server cannot be at work
 * on it any more, since it would undo what was done after it. `gone`: the message that it is about is not there any
 * more. `refused`: Telegram does not do that, now or ever.
 */
export type Outcome = 'done' | 'gone' | 'refused'

/** Where such calls go. */
export interface Desk extends Pick<Errand, 'messageId' | 'signal' | 'openMedia'> {
  readonly place: Place
  readonly context: SendContext
}

/** Runs such a call. Throws `DeliveryError` when it has to be tried again, or the chat is out of reach. */
export const outcomeOf = async (
  work: () => Promise<unknown>,
  { place, context, signal, upload = false }: Desk & { readonly upload?: boolean },
): Promise<Outcome> => {
  try {
    await work()
    return 'done'
  } catch (error) {
    if (!(error instanceof CallError)) {
      if (isRefused(error)) return 'refused'
      throw error
    }
    // The second is said of a pin (core.telegram.org/method/messages.updatePinnedMessage).
    if (error.says('message is not modified') || error.says('CHAT_NOT_MODIFIED')) return 'done'
    if (isGone(error)) return 'gone'
    context.failed(error, place)
    const failure = verdictOf(error, {
      sending: true,
      connected: context.connected(),
      upload: upload && !signal.aborted,
    })
    if (!isRefused(failure)) throw failure
    return 'refused'
  }
}

/** `message to edit not found`, `… to delete …`, `… react …`, `… pin …` (tdlib/telegram-bot-api `check_message`). */
const isGone = (error: CallError): boolean =>
  error.says('MESSAGE_ID_INVALID') ||
  (error.failure.kind === 'refused' && /message to \w+ not found/i.test(error.failure.description))

export const repeatable = <M extends Method>(
  method: M,
  payload: Omit<Payload<M>, 'chat_id'>,
  desk: Desk,
): Promise<Outcome> => {
  const { context, place, signal } = desk
  const whole = { chat_id: place.chatId, ...payload } as unknown as Payload<M>
  return outcomeOf(() => context.api.call(method, whole, { signal }), desk)
}
