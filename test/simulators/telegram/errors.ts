/** An answer that is not `ok`. `parameters` is Bot API's ResponseParameters. */
export interface ErrorAnswer {
  readonly code: number
  readonly description: string
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number }
}

/** Thrown by a method to refuse a request; the server turns it into the JSON answer. */
export class ApiError extends Error {
  readonly answer: ErrorAnswer

  constructor(answer: ErrorAnswer) {
    super(answer.description)
    this.name = 'ApiError'
    this.answer = answer
  }
}

/**
 * A refusal as telegram-bot-api words it: the first letter goes to lower case unless a capital or `_` follows
 * (`fail_query_with_error` in its Client.cpp).
 */
export const badRequest = (message: string): ApiError =>
  new ApiError({ code: 400, description: `Bad Request: ${lowerFirst(message)}` })

export const forbidden = (message: string): ApiError =>
  new ApiError({ code: 403, description: `Forbidden: ${lowerFirst(message)}` })

export const conflict = (message: string): ApiError =>
  new ApiError({ code: 409, description: `Conflict: ${message}` })

/** `seconds` is what the client has to wait. */
export const tooManyRequests = (seconds: number): ApiError =>
  new ApiError({
    code: 429,
    description: `Too Many Requests: retry after ${seconds}`,
    parameters: { retry_after: seconds },
  })

export const notModified = (): ApiError =>
  badRequest(
    'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
  )

const lowerFirst = (message: string): string =>
  /^.[A-Z_]/.test(message) ? message : message.charAt(0).toLowerCase() + message.slice(1)
