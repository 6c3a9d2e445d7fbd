import {
  decryptMediaRetryData,
  encryptMediaRetryRequest,
  proto,
  type WAMessageKey,
} from '@whiskeysockets/baileys'
import { reject, retry } from '../../../bridge/verdict.ts'
import type { Socket } from '../socket.ts'
import type { MediaSource } from './source.ts'

/** What the phone answers, as Baileys hands it out (`messages.media-update`). */
export interface MediaUpdate {
  readonly key: WAMessageKey
  readonly media?: { readonly ciphertext: Uint8Array; readonly iv: Uint8Array }
}

type MessageKey = NonNullable<MediaSource['message']>

/** Somebody who wants the file of a message. */
interface Waiting {
  readonly id: string
  /** When the phone has been asked for it; rejects with a `DeliveryError` where it could not be. */
  readonly asked: Promise<void>
  readonly answer: (update: MediaUpdate) => void
}

/**
 * Files that WhatsApp's hosts have deleted (after about two weeks, or when somebody else was faster) lie on the owner's
 * phone still. It is asked to put one up again; Baileys' own `updateMediaMessage` waits for ever when the phone is off.
 */
export class Reuploads {
  /** A file of a message may be wanted by several: its chat may be mapped to more than one. The phone is asked once. */
  readonly #waiting = new Set<Waiting>()
  readonly #patienceMs: number
  /** The phone has let a question pass, and answered none since: it is off, and what it is asked now comes when it is on. */
  #isSilent = false

  /** Milliseconds: a phone that is on answers within seconds; one that is off, when it is on again. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs
  }

  /** Where the file lies anew. Throws `DeliveryError`: the phone has it no more, does not answer, or could not be asked now. */
  async ask(
    source: MediaSource,
    { socket, me, signal }: { socket: Socket; me: string; signal: AbortSignal },
  ): Promise<string> {
    const { message, key } = source
    if (message === undefined || key === undefined) throw gone()
    const mediaKey = Buffer.from(key, 'base64')
    const answer = Promise.withResolvers<MediaUpdate | undefined>()
    const giveUp = () => answer.resolve(undefined)
    const fallSilent = (): void => {
      this.#isSilent = true
      giveUp()
    }
    const asked = this.#waitingFor(message.id)[0]?.asked ?? send(socket, { message, mediaKey, me })
    const waiting: Waiting = { id: message.id, asked, answer: answer.resolve }
    this.#waiting.add(waiting)
    signal.addEventListener('abort', giveUp, { once: true })
    let timer: NodeJS.Timeout | undefined
    try {
      await asked
      timer = setTimeout(fallSilent, this.#patienceMs * (this.#isSilent ? silentShare : 1))
      const update = await answer.promise
      if (update === undefined)
        throw reject('WhatsApp has deleted the file, and the phone does not answer; it comes when it does')
      return pathIn(update, mediaKey) ?? fail()
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      this.#waiting.delete(waiting)
    }
  }

  /** The phone has answered; whether somebody was still waiting for it. */
  answered(update: MediaUpdate): boolean {
    this.#isSilent = false
    const waiting = this.#waitingFor(update.key.id)
    for (const { answer } of waiting) answer(update)
    return waiting.length > 0
  }

  #waitingFor(message: string | null | undefined) {
    return [...this.#waiting].filter(({ id }) => id === message)
  }
}

/** How much of its patience a phone gets that is off: files that wait for it hold up others, of all chats. */
const silentShare = 0.1

const send = async (
  { sock }: Socket,
  { message, mediaKey, me }: { message: MessageKey; mediaKey: Buffer; me: string },
): Promise<void> => {
  try {
    await sock.sendNode(encryptMediaRetryRequest(keyOf(message), mediaKey, me))
  } catch (error) {
    // The connection has just broken: over the next one it can be.
    throw retry('The phone could not be asked for a file that WhatsApp has deleted', error)
  }
}

const fail = (): never => {
  throw gone()
}

const gone = () => reject('Neither WhatsApp nor the phone has the file any more')

const keyOf = ({ jid, id, fromMe, participant }: MessageKey): WAMessageKey => ({
  remoteJid: jid,
  id,
  fromMe: fromMe ?? false,
  ...(participant !== undefined && { participant }),
})

/** The new path in a phone's answer; undefined when it has the file no more, or the answer is not for this key. */
const pathIn = ({ key, media }: MediaUpdate, mediaKey: Uint8Array): string | undefined => {
  if (media === undefined) return undefined
  try {
    const { result, directPath } = decryptMediaRetryData(media, mediaKey, key.id ?? '')
    const { SUCCESS } = proto.MediaRetryNotification.ResultType
    return result === SUCCESS && directPath ? directPath : undefined
  } catch {
    return undefined
  }
}

interface Located {
  mediaKey?: Uint8Array | null
  directPath?: string | null
  url?: string | null
}

/** The message with its file at the new place; undefined when the answer does not fit any file in it. */
export const relocate = (message: proto.IMessage, update: MediaUpdate): proto.IMessage | undefined => {
  for (const value of Object.values(message)) {
    if (value === null || typeof value !== 'object' || !('mediaKey' in value)) continue
    const file = value as Located
    const path = file.mediaKey?.length ? pathIn(update, file.mediaKey) : undefined
    if (path === undefined) continue
    file.directPath = path
    file.url = null
    return message
  }
  return undefined
}
