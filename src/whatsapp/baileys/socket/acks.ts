export type AckAnswer =
  | 'closed'
  | 'silence'
  | 'aborted'
  | { readonly error?: string; readonly phash?: string }

export interface AwaitedAck {
  readonly answer: Promise<AckAnswer>
  /** The server has refused it at the last attempt as what does not add up. */
  readonly wasInvalid: boolean
  /** The stanza is written: from now on the server has its time. Before that it may have taken minutes to encrypt it. */
  written(): void
  cancel(): void
}

/** The server's word for a stanza that does not add up (lib/Utils/decode-wa-message.js, `SmaxInvalid`). */
const INVALID = '479'

/** Messages of ours that wait for the server's ack, on one connection. */
export class Acks {
  readonly #waiting = new Map<string, (answer: AckAnswer) => void>()
  readonly #invalid = new Set<string>()
  readonly #timeoutMs: number
  #isClosed = false

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Waits for the ack of a message that is about to be sent. */
  wait(id: string, signal: AbortSignal): AwaitedAck {
    const wasInvalid = this.#invalid.delete(id)
    const { promise, resolve } = Promise.withResolvers<AckAnswer>()
    const onAbort = () => settle('aborted')
    let timer: NodeJS.Timeout | undefined
    const written = (): void => {
      if (this.#waiting.get(id) === settle) timer = setTimeout(() => settle('silence'), this.#timeoutMs)
    }
    const settle = (answer: AckAnswer): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      this.#waiting.delete(id)
      if (typeof answer !== 'string' && answer.error === INVALID) this.#invalid.add(id)
      resolve(answer)
    }
    this.#waiting.set(id, settle)
    signal.addEventListener('abort', onAbort)
    if (this.#isClosed) settle('closed')
    if (signal.aborted) settle('aborted')
    return { answer: promise, wasInvalid, written, cancel: () => settle('closed') }
  }

  take({ id = '', error, phash }: Readonly<Record<string, string | undefined>>): void {
    this.#waiting.get(id)?.({ ...(error !== undefined && { error }), ...(phash !== undefined && { phash }) })
  }

  close(): void {
    this.#isClosed = true
    for (const settle of [...this.#waiting.values()]) settle('closed')
  }
}
