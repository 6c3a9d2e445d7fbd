import type { BinaryNode } from '@whiskeysockets/baileys'
import { confirmedBy } from '../inbound/receipts.ts'

export type AckAnswer =
  | 'closed'
  | 'silence'
  | 'aborted'
  | { readonly error?: string; readonly phash?: string }

export interface AwaitedAck {
  readonly answer: Promise<AckAnswer>
  /** Its reader has got it at an earlier attempt, though the server refused it: it need not go once more. */
  readonly hasArrived: boolean
  /** The stanza is written: from now on the server has its time. Before that it may have taken minutes to encrypt it. */
  written(): void
  cancel(): void
}

/** The server's word for a stanza that does not add up (lib/Utils/decode-wa-message.js, `SmaxInvalid`). */
const INVALID = '479'

/** Messages of ours that wait for the server's ack, on one connection. */
export class Acks {
  readonly #waiting = new Map<string, (answer: AckAnswer) => void>()
  /** Refused as invalid, and whether their reader has got them all the same, as was seen (whatsapp-rust #940). */
  readonly #refused = new Map<string, boolean>()
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
    const hasArrived = this.#hasArrived(id)
    if (hasArrived) settle({})
    return { answer: promise, hasArrived, written, cancel: () => settle('closed') }
  }

  take({ id = '', error, phash }: Readonly<Record<string, string | undefined>>): void {
    const hasArrived = this.#hasArrived(id)
    if (error === INVALID) this.#refused.set(id, hasArrived)
    else this.#refused.delete(id)
    const isRefused = error !== undefined && !(error === INVALID && hasArrived)
    this.#waiting.get(id)?.({ ...(isRefused && { error }), ...(phash !== undefined && { phash }) })
  }

  /** Somebody sends a receipt: they may have got what was refused. */
  confirm(receipt: BinaryNode): void {
    for (const id of confirmedBy(receipt))
      if (this.#waiting.has(id) || this.#refused.has(id)) this.#refused.set(id, true)
  }

  #hasArrived(id: string): boolean {
    return this.#refused.get(id) === true
  }

  close(): void {
    this.#isClosed = true
    for (const settle of [...this.#waiting.values()]) settle('closed')
  }
}
