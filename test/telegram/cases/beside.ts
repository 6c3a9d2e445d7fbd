import type { Call } from '../../simulators/telegram/index.ts'
import type { Carried } from './stage.ts'

/**
 * Calls that a case does not name, and why they may be there. Everything else that is called is one too many: a reader
 * would see something that nobody wrote.
 */
const allowed: readonly ((call: Call, around: { before: readonly Call[] } & Carried) => boolean)[] = [
  // Refused, as the case says: nobody has seen it.
  (call, { which }) => call.method in (which.context.telegramAnswers ?? {}) && isRefused(call),
  // The name above what has no words of its own.
  (call, { which, calls }) => {
    const { method, senderShown } = which.expect
    const [place, next] = [calls.indexOf(call), calls[calls.indexOf(call) + 1]]
    return place === 0 && next?.method === method && senderShown !== undefined && textOf(call) === senderShown
  },
  // The mark of an edit that is under way, which goes with it (src/telegram/marks.ts).
  (call, { calls }) =>
    call.method === 'editMessageReplyMarkup' &&
    JSON.stringify(call.params['reply_markup']).includes('wa2tg:settle') &&
    calls[calls.indexOf(call) + 1]?.params['message_id'] === call.params['message_id'],
  // The reaction that one person had, where those of several become a line.
  (call, { calls }) =>
    call.method === 'setMessageReaction' &&
    JSON.stringify(call.params['reaction']) === '[]' &&
    textOf(calls.at(-1)) !== undefined,
  // What was said with a position, which has no caption in Telegram.
  (call, { which, before }) =>
    which.id === 'wa-live-location' &&
    textOf(call) === 'on my way' &&
    before.at(-1)?.method === 'sendLocation',
]

/** The calls that neither the case nor the list above explains. */
export const unexplained = (carried: Carried, explained: ReadonlySet<Call>): Call[] =>
  carried.calls.filter(
    (call, index) =>
      !explained.has(call) &&
      !allowed.some(is => is(call, { ...carried, before: carried.calls.slice(0, index) })),
  )

const isRefused = ({ response }: Call): boolean => (response as { ok?: boolean } | undefined)?.ok === false

const textOf = (call: Call | undefined): unknown =>
  call?.method === 'sendMessage' ? call.params['text'] : undefined
