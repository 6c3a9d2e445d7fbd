/**
 * What a failed delivery asks for. The question behind the five words is: do we know for certain that nothing arrived?
 *
 * | verdict   | certain? | what happens to the job                                                      |
 * |-----------|----------|------------------------------------------------------------------------------|
 * | `retry`   | yes      | one attempt more is counted, next one after a backoff                        |
 * | `wait`    | yes      | runs again after `seconds`; no attempt is counted                            |
 * | `offline` | yes      | the network's lanes pause until it is back; no attempt is counted            |
 * | `reject`  | yes      | once more in a plainer form where one exists, else `failed`; the lane goes on |
 * | `unsure`  | no       | settled before anything else is sent in that lane                            |
 */
export type Verdict =
  | { readonly kind: 'retry' }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'offline' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'unsure' }

/**
 * The one error that a network's `send`, `settle` and `openMedia` throw. The message is for the owner: it names neither
 * secrets nor message text. Anything else thrown from there is a bug and is treated as `unsure`.
 */
export class DeliveryError extends Error {
  readonly verdict: Verdict
  /** Whether the failure means the whole chat cannot be reached (bot removed, chat gone), not just this message. */
  readonly chatUnreachable: boolean
  /** Whether something in front of the network, which is online, refused it: perhaps for what is in it. */
  readonly page: boolean
  /** Whether the network, which is online, failed at it, or the line to it did at its file: perhaps at what is in it. */
  readonly ownFailure: boolean
  /** Whether what became of it will never be known: asked again, the answer would be the same. */
  readonly neverKnown: boolean

  constructor(
    verdict: Verdict,
    message: string,
    options: {
      cause?: unknown
      chatUnreachable?: boolean
      page?: boolean
      ownFailure?: boolean
      neverKnown?: boolean
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'DeliveryError'
    this.verdict = verdict
    this.chatUnreachable = options.chatUnreachable ?? false
    this.page = options.page ?? false
    this.ownFailure = options.ownFailure ?? false
    this.neverKnown = options.neverKnown ?? false
  }
}

export const retry = (message: string, cause?: unknown) =>
  new DeliveryError({ kind: 'retry' }, message, { cause })
export const wait = (seconds: number, message: string, cause?: unknown) =>
  new DeliveryError({ kind: 'wait', seconds }, message, { cause })
export const offline = (message: string, cause?: unknown) =>
  new DeliveryError({ kind: 'offline' }, message, { cause })
export const reject = (message: string, cause?: unknown) =>
  new DeliveryError({ kind: 'reject' }, message, { cause })
export const unsure = (message: string, cause?: unknown) =>
  new DeliveryError({ kind: 'unsure' }, message, { cause })
