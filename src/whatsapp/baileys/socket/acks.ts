import type { BinaryNode } from '@whiskeysockets/baileys'
import { confirmedBy } from '../inbound/receipts.ts'

export type AckAnswer =
  | 'closed'
  | 'silence'
  | 'aborted'
  | { readonly error?: string; readonly phash?: string }

export interface AwaitedAck {
  readonly answer: Promise<AckAnswer>
  /** The server has refused it at the last attempt as what does not add up. */
  readonly wasInvalid: boolean
  /** Its reader has got it all the same: it need not go once more. */
  readonly hasArrived: boolean
  /** The stanza is written: from now on the server has its time. Before that it may have taken minutes to encrypt it. */
  written(): void
  cancel(): void
}

export interface AckOptions {
  readonly signal: AbortSignal
  /** Whether a receipt is of somebody whom the message is for: the own phone confirms its copy, too. */
  readonly isReader: (receipt: BinaryNode) => boolean
}

interface Open {
  readonly isReader: AckOptions['isReader']
  hasArrived: boolean
}

/** The server's word for a stanza that does not add up (lib/Utils/decode-wa-message.js, `SmaxInvalid`). */
const INVALID = '479'

/** Messages of ours that wait for the server's ack, on one connection. */
export class Acks {
  readonly #waiting = new Map<string, (answer: AckAnswer) => void>()
  /** Those, and what was refused as invalid: their reader may get it all the same, as was seen (whatsapp-rust #940). */
  readonly #open = new Map<string, Open>()
  readonly #timeoutMs: number
  #isClosed = false

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Waits for the ack of a message that is about to be sent. */
  wait(id: string, { signal, isReader }: AckOptions): AwaitedAck {
    const last = this.#open.get(id)
    const hasArrived = last?.hasArrived ?? false
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
      if (typeof answer === 'string' || answer.error !== INVALID) this.#open.delete(id)
      resolve(answer)
    }
    this.#waiting.set(id, settle)
    this.#open.set(id, { isReader, hasArrived })
    signal.addEventListener('abort', onAbort)
    if (this.#isClosed) settle('closed')
    if (signal.aborted) settle('aborted')
    if (hasArrived) settle({})
    return {
      answer: promise,
      wasInvalid: last !== undefined,
      hasArrived,
      written,
      cancel: () => settle('closed'),
    }
  }

  take({ id = '', error, phash }: Readonly<Record<string, string | undefined>>): void {
    const isRefused = error !== undefined && !(error === INVALID && this.#open.get(id)?.hasArrived)
    this.#waiting.get(id)?.({ ...(isRefused && { error }), ...(phash !== undefined && { phash }) })
  }

  /** Somebody sends a receipt: they may have got what was refused. */
  confirm(receipt: BinaryNode): void {
    for (const id of confirmedBy(receipt)) {
      const open = this.#open.get(id)
      if (open?.isReader(receipt)) open.hasArrived = true
    }
  }

  close(): void {
    this.#isClosed = true
    for (const settle of [...this.#waiting.values()]) settle('closed')
  }
}
