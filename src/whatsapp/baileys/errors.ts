import { DeliveryError, offline, reject, retry, unsure, wait } from '../../bridge/verdict.ts'
import { isLid, isPhone } from '../address.ts'

interface Coded {
  readonly status?: number
  readonly data?: unknown
  readonly message: string
}

/** Baileys' errors are Booms: the code stands in `output.statusCode`, a server's error code in `data`. */
export const readError = (error: unknown): Coded => {
  const message = error instanceof Error ? error.message : String(error)
  if (error === null || typeof error !== 'object') return { message }
  const { output, data } = error as { output?: { statusCode?: unknown }; data?: unknown }
  const status = output?.statusCode
  return { message, data, ...(typeof status === 'number' && { status }) }
}

/** What WhatsApp says of the keys of a device that it knows no more. */
export const GONE = 406

/** A certificate that WhatsApp did not sign (lib/Utils/noise-handler.js). */
export const isForeignServer = (error: unknown): boolean => /certificat/i.test(readError(error).message)

/** An agreement to link that is not the phone's (lib/Utils/validate-connection.js). */
export const isForgedPhone = (error: unknown): boolean => /account signature/i.test(readError(error).message)

/** Longer numbers may be somebody's. */
export const maskNumbers = (text: string): string => text.replace(/\d{5,}/g, '…')

/** What is no answer to what was asked: too much at once, or trouble of the server's own. */
const refusedForNow = (code: number, cause?: unknown): DeliveryError | undefined => {
  if (code === 429) return wait(60, 'WhatsApp asks for a pause', cause)
  return code >= 500 && code < 600 ? retry(`WhatsApp has trouble (${code})`, cause) : undefined
}

/**
 * What a question to the server failed with. Its own no has a code, of which `no` makes words; all else is the way to it, of
 * which `silence` tells.
 */
export const refusedQuery = (
  error: unknown,
  { no, silence }: { no(code: number): string; silence: string },
): DeliveryError => {
  const { data } = readError(error)
  if (typeof data !== 'number') return retry(silence, error)
  return refusedForNow(data, error) ?? reject(no(data), error)
}

const closed = (code: number, cause?: unknown): DeliveryError =>
  new DeliveryError({ kind: 'reject' }, `WhatsApp says this chat cannot be written to (${code})`, {
    cause,
    chatUnreachable: true,
  })

/** Which code the server has for that is not published. */
const forAdmins = (): DeliveryError =>
  new DeliveryError({ kind: 'reject' }, 'Only administrators can write in this WhatsApp group', {
    chatUnreachable: true,
  })

interface WrongAddressOptions {
  readonly kind?: 'reject' | 'retry'
  readonly plainly?: string
}

/** Nothing has arrived, but it may under the other address of the same person. */
export class WrongAddress extends DeliveryError {
  /** What it is where something else has just gone to this address: a refusal of this message alone. */
  readonly plain: DeliveryError

  constructor(message: string, { kind = 'reject', plainly = message }: WrongAddressOptions = {}) {
    super({ kind }, message)
    this.plain = new DeliveryError({ kind }, plainly)
  }
}

/**
 * A refusal in the server's ack of a message (lib/Utils/decode-wa-message.js, SERVER_ERROR_CODES). 463 is for new contacts, and where
 * the token is missing by which somebody lets us write to them (Baileys #2688); an account that has moved to LIDs gets it for
 * numbers, one that has not 400 for LIDs (`send/addressing.ts`).
 */
export const refusedByAck = (
  code: string,
  {
    jid,
    hasMet,
    isMuted = false,
  }: {
    readonly jid: string
    readonly hasMet: boolean
    /** It is a group in which administrators alone write, and we are none. */
    readonly isMuted?: boolean
  },
): DeliveryError => {
  const number = Number(code)
  switch (number) {
    case 463: {
      const words = hasMet
        ? 'WhatsApp does not let linked devices write in this chat at the moment; write from the phone until they have answered'
        : 'WhatsApp does not let this account write to new contacts at the moment'
      return isPhone(jid) ? new WrongAddress(words) : reject(words)
    }
    case 400: {
      const plainly = `WhatsApp refused the message (${number})`
      if (!isLid(jid)) return reject(plainly)
      const words = 'WhatsApp lets this account write to phone numbers only, and this one is not known'
      return new WrongAddress(words, { plainly })
    }
    case 401:
    case 403:
      return isMuted ? forAdmins() : closed(number)
    case 404:
    case 410:
      return closed(number)
    // The group calls its members by other addresses now: the next attempt asks how.
    case 421:
    case 479:
    case 408:
      return retry(`WhatsApp refused the message for now (${code})`)
    default:
      if (isMuted) return refusedForNow(number) ?? forAdmins()
      return refusedForNow(number) ?? reject(`WhatsApp refused the message (${maskNumbers(code)})`)
  }
}

/**
 * WhatsApp names no device of the person, so nothing was sent; the list of devices is asked for anew at the next attempt.
 *
 * @param isCertain whether WhatsApp has said so, asked once more
 */
export const namesNobody = (jid: string, { isCertain }: { readonly isCertain: boolean }): DeliveryError => {
  const kind = isCertain ? 'reject' : 'retry'
  const words = 'WhatsApp names no device of this contact that the message could go to'
  return isPhone(jid) ? new WrongAddress(words, { kind }) : new DeliveryError({ kind }, words)
}

/** No device that needs a ciphertext of its own could be encrypted for (lib/Socket/messages-send.js). */
export const isForNobody = (error: unknown): boolean => readError(error).message === 'All encryptions failed'

/**
 * A failure before the server's ack. Sending again under the same id is the same message, so whatever is not certain is
 * `unsure`.
 */
export const failedToSend = (error: unknown): DeliveryError => {
  if (error instanceof DeliveryError) return error
  const { status, data } = readError(error)
  if (status === 428) return unsure('The connection closed while the message was sent', error)
  if (isForNobody(error)) return retry('No device of the chat could be encrypted for', error)
  if (data === 401 || data === 403 || data === 404 || data === 410) return closed(data, error)
  if (data === 429) return wait(60, 'WhatsApp asks for a pause', error)
  return unsure('It is not known whether the message was sent', error)
}

/** WhatsApp gives no keys of whoever a message is for, and says by a code why: 406 is somebody whom it knows no more. */
export const withoutKeys = (code: number, cause?: unknown): DeliveryError =>
  code === GONE
    ? closed(code, cause)
    : failedToSend(Object.assign(new Error('No keys', { cause }), { data: code }))

export const notConnected = (): DeliveryError => offline('WhatsApp is not connected')
