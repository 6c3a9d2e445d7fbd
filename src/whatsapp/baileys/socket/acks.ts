export type AckAnswer =
  | 'closed'
  | 'silence'
  | 'aborted'
  | { readonly error?: string; readonly phash?: string }

export interface AwaitedAck {
  readonly answer: Promise<AckAnswer>
  /** The stanza is written: from now on the server has its time. Before that it may have taken minutes to encrypt it. */
  written(): void
  cancel(): void
}

/** Messages of ours that wait for the server's ack, on one connection. */
export class Acks {
  readonly #waiting = new Map<string, (answer: AckAnswer) => void>()
  readonly #timeoutMs: number
  #isClosed = false

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Waits for the ack of a message that is about to be sent. */
  wait(id: string, signal: AbortSignal): AwaitedAck {
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
      resolve(answer)
    }
    this.#waiting.set(id, settle)
    signal.addEventListener('abort', onAbort)
    if (this.#isClosed) settle('closed')
    if (signal.aborted) settle('aborted')
    return { answer: promise, written, cancel: () => settle('closed') }
  }

  take({ id, error, phash }: Readonly<Record<string, string | undefined>>): void {
    const answer = { ...(error !== undefined && { error }), ...(phash !== undefined && { phash }) }
    this.#waiting.get(id ?? '')?.(answer)
  }

  close(): void {
    this.#isClosed = true
    for (const settle of [...this.#waiting.values()]) settle('closed')
  }
}
