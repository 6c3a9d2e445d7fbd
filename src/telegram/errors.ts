import { DeliveryError, offline, reject, retry, unsure, wait } from '../bridge/verdict.ts'
import type { CallError } from './call-error.ts'

const mayNotWrite = 'The bot may not write in the Telegram chat: allow it to send messages'
const mayNotSend =
  'The bot may not send this kind of message in the Telegram chat: allow it in the permissions'

/** The owner's remedy for each refusal, matched by substring, in any case (telegram-bot-api `Client.cpp`). */
const unreachable: readonly (readonly [string, string])[] = [
  ['bot was blocked', 'You blocked the bot in Telegram: unblock it and press Start'],
  ['user is deactivated', 'That Telegram account is deleted: map the chat to another one'],
  ["can't initiate conversation", 'Open the chat with the bot in Telegram and press Start'],
  ['bot was kicked', 'The bot was removed from the Telegram chat: add it again'],
  ['bot is not a member', 'The bot is not in the Telegram chat: add it there'],
  ['chat was deleted', 'The Telegram group was deleted: map the chat to another one'],
  ['chat not found', 'Telegram does not know that chat, or the bot was never in it: add the bot there'],
  ['chat_id is empty', 'Telegram does not know that chat: map it again'],
  ['upgraded to a supergroup', 'The Telegram group became a supergroup: map the chat to its new id'],
  // Of a topic whose first message the server does not get any more, too (tdlib/telegram-bot-api issue 596).
  ['thread not found', 'The Telegram topic is gone, or too old for bots: map the chat to another one'],
  ['TOPIC_DELETED', 'The Telegram topic is gone: map the chat to another one'],
  ['TOPIC_ID_INVALID', 'The Telegram topic is gone: map the chat to another one'],
  ['TOPIC_CLOSED', 'The Telegram topic is closed: reopen it, or let the bot manage topics'],
  [
    'chat is not a forum',
    'Topics are switched off in the Telegram group: switch them on or map the chat itself',
  ],
  ['CHAT_WRITE_FORBIDDEN', mayNotWrite],
  // Telegram's own words where the server knew of no rule yet (core.telegram.org/method/messages.sendMessage).
  ['CHAT_SEND_PLAIN_FORBIDDEN', mayNotWrite],
  ['CHANNEL_PRIVATE', 'The bot is not in the Telegram chat: add it there'],
  // TDLib `DialogManager.cpp`.
  ['no write access', mayNotWrite],
  ['need administrator rights', 'The bot must be an administrator of the Telegram channel: make it one'],
  ['CHAT_ADMIN_REQUIRED', 'The bot must be an administrator of the Telegram chat: make it one'],
  ['send text messages', mayNotWrite],
]

const messageOnly: readonly (readonly [string, string])[] = [
  ['not enough rights', mayNotSend],
  ['CHAT_SEND_', mayNotSend],
  [
    'VOICE_MESSAGES_FORBIDDEN',
    'The Telegram account takes no voice messages: allow them in its privacy settings',
  ],
  ['too big for a photo', 'The picture is too big for a Telegram photo'],
  ['PHOTO_', 'Telegram does not take the picture as a photo'],
  ['IMAGE_PROCESS_FAILED', 'Telegram does not take the picture as a photo'],
  ['Request Entity Too Large', 'The file is too big for Telegram'],
  ['file must be non-empty', 'The file is empty, and Telegram takes no empty files'],
  ['text is empty', 'The message has no text that Telegram shows'],
  ['must be non-empty', 'The message has no text that Telegram shows'],
  ['too long', 'The message is too long for Telegram'],
]

export interface ErrorContext {
  /** Whether the call would have left something to see, so that a 5xx leaves it in doubt, and what is in it may be disliked. */
  readonly sending: boolean
  /** How many messages it would have left; 1 where nothing is said. */
  readonly items?: number
  /** Whether the update loop reaches Telegram, so that an unreachable server is a matter of this call alone. */
  readonly connected?: boolean
  /** Whether it carried a file, and nobody stopped it: what breaks the line each time may be its size. */
  readonly upload?: boolean
}

/** The verdict on a failed call. */
export const verdictOf = (
  error: CallError,
  { sending, items = 1, connected = true, upload = false }: ErrorContext,
): DeliveryError => {
  const { failure } = error
  if (failure.kind === 'page' && connected) {
    const message = `Something between this machine and Telegram refuses it (${error.message})`
    return new DeliveryError({ kind: 'retry' }, message, { cause: error, page: sending })
  }
  if (failure.kind === 'unreachable' || failure.kind === 'page') {
    const message = `Telegram cannot be reached (${error.message})`
    return connected ? retry(message, error) : offline(message, error)
  }
  const options = { cause: error, ownFailure: upload && connected }
  if (failure.kind === 'cut') {
    return new DeliveryError(
      { kind: 'retry' },
      `The connection to Telegram broke (${error.message})`,
      options,
    )
  }
  if (failure.kind === 'lost') {
    const message = `Telegram gave no answer (${error.message})`
    return new DeliveryError({ kind: sending ? 'unsure' : 'retry' }, message, options)
  }
  const { code, description } = failure
  const { retryAfter: seconds } = error
  if (sending && isInPart(error)) return unsure('Telegram may have taken a part of the album', error)
  if (seconds !== undefined) {
    return wait(seconds, `Telegram asks to wait ${seconds} s`, error)
  }
  if (code === 401 || (code === 404 && /^not found$/i.test(description))) return offline(tokenRefused, error)
  if (code === 413) return reject('The file is too big for Telegram', error)
  if (code === 409 || code === 421) return retry(`Telegram is busy elsewhere: ${description}`, error)
  if (error.says('immediately deleted')) {
    const message =
      'Something in the Telegram chat deletes at once what the bot writes: let it, or map the chat elsewhere'
    // Of an album some may stand all the same.
    const options = { cause: error, chatUnreachable: true, neverKnown: items > 1 }
    return new DeliveryError({ kind: 'reject' }, message, options)
  }
  if (code >= 500) {
    const message = `Telegram had a failure of its own (${code})`
    if (!sending) return retry(message, error)
    return new DeliveryError({ kind: 'unsure' }, message, { cause: error, ownFailure: connected })
  }
  const gone = find(unreachable, error)
  if (gone !== undefined || code === 403) {
    return new DeliveryError({ kind: 'reject' }, gone ?? `Telegram refuses the chat: ${description}`, {
      cause: error,
      chatUnreachable: true,
    })
  }
  return reject(find(messageOnly, error) ?? `Telegram refuses the message: ${description}`, error)
}

/** Of an album some items may stand there, whatever is said of the others (TDLib `SendMultiMediaQuery`; TelegramBots #1520). */
export const isInPart = (error: CallError): boolean =>
  error.says('message was not sent') ||
  (error.says('failed to send message #') && error.says('too many requests'))

export const tokenRefused =
  'Telegram refuses the bot token: get a new one from @BotFather with /token and put it into the config'

const find = (rows: readonly (readonly [string, string])[], error: CallError): string | undefined =>
  rows.find(([text]) => error.says(text))?.[1]

/** Whether it is this message, or what was asked for it, that is refused, and not the whole chat. */
export const isRefused = (error: unknown): boolean =>
  error instanceof DeliveryError && error.verdict.kind === 'reject' && !error.chatUnreachable
