import * as z from 'zod/mini'
import { DeliveryError, reject, wait } from '../../../bridge/verdict.ts'
import type { Secrets } from '../keys/secrets.ts'
import { openMediaHosts, type Query } from './hosts.ts'
import { isMediaUrl } from './http.ts'
import { deriveMediaKeys, type MediaKind } from './keys.ts'
import { type Measured, measure, sealAgain } from './seal.ts'
import { type Answer, post, type UploadLimits } from './upload-http.ts'

/** What a message says of an uploaded file: fields that all media messages of `proto.Message` share. */
export interface Uploaded {
  readonly url?: string
  readonly directPath: string
  readonly mediaKey: Uint8Array
  readonly fileSha256: Uint8Array
  readonly fileEncSha256: Uint8Array
  readonly fileLength: number
  /** Seconds since 1970. */
  readonly mediaKeyTimestamp: number
}

export interface Upload {
  readonly kind: MediaKind
  /** Opens the file from its beginning, at every call. `signal` closes it. */
  open(signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Says which file it is. */
  readonly name: string
  /** Id of the message that the file is for. */
  readonly messageId: string
  readonly query: Query
  /** Whether there is a connection to WhatsApp now, so that what fails is a matter of this file, or of files. */
  isConnected(): boolean
  readonly signal: AbortSignal
}

export interface UploaderOptions extends UploadLimits {
  /** `host:port` of a private test server. */
  readonly mediaHost: string | undefined
  readonly secrets: Secrets
}

/** Bytes of an encrypted file that is kept in memory between the two readings; most photos and voice notes are smaller. */
const KEEP = 1024 * 1024
/** Hosts that are tried in one attempt: each costs a large file another download. */
const MOST_HOSTS = 2
/** Uploads whose outcome is remembered. */
const REMEMBERED = 100

/** Last part of the address, by kind (Baileys lib/Defaults/index.js, `MEDIA_PATH_MAP`; whatsmeow download.go). */
const PATHS: Readonly<Record<MediaKind, string>> = {
  Image: 'image',
  Video: 'video',
  Audio: 'audio',
  Document: 'document',
}

/**
 * Uploads files to WhatsApp's media hosts, encrypted on the way, never as a whole in memory (but small ones) or on disk.
 * What it returns throws `DeliveryError`: nothing that goes wrong here leaves a message behind.
 *
 * The address to upload to holds the hash of the encrypted file, so a file is read twice: to measure it, and to send it. A
 * message sent again under its id must be the same message: the media key is derived from that id, and what was uploaded
 * for it once is not uploaded again.
 */
export const openUploader = (options: UploaderOptions) => {
  const hosts = openMediaHosts(options.mediaHost)
  const done = new Map<string, Uploaded>()

  const send = async (measured: Measured, body: () => AsyncIterable<Buffer>, upload: Upload) => {
    const { auth, hosts: names } = await hosts.find(upload.query).catch(error => {
      throw isRetried(error) ? failed(error.message, { upload, cause: error }) : error
    })
    const tried = names.slice(0, MOST_HOSTS)
    let answer: Answer = { status: 0, text: '' }
    for (const host of tried) {
      const url = new URL(
        `https://${host}/mms/${PATHS[upload.kind]}/${measured.sealedSha256.toString('base64url')}`,
      )
      url.search = String(new URLSearchParams({ auth, token: measured.sealedSha256.toString('base64url') }))
      answer = await post(url, body(), { ...options, length: measured.sealedSize, signal: upload.signal })
      if (answer.status !== 0 && answer.status < 500) break
    }
    if (answer.status === 0 || answer.status >= 500) hosts.avoid(tried)
    if (answer.status === 401 || answer.status === 403) hosts.forget()
    if (answer.status !== 200) throw refusedWith(answer, upload)
    return readPlace(answer.text, upload, options.mediaHost)
  }

  return async (upload: Upload): Promise<Uploaded> => {
    const { kind, messageId, name } = upload
    const key = JSON.stringify([messageId, kind, name])
    const known = done.get(key)
    if (known !== undefined) return known
    const mediaKey = options.secrets.derive(messageId, `media ${kind} ${name}`)
    const keys = deriveMediaKeys(mediaKey, kind)
    const attempt = new AbortController()
    const signal = AbortSignal.any([upload.signal, attempt.signal])
    try {
      const measured = await measure(upload.open(signal), { keys, keep: KEEP })
      const { sealed } = measured
      const body = () =>
        sealed === undefined ? sealAgain(upload.open(signal), { keys, measured }) : iterate(sealed)
      const uploaded = {
        ...(await send(measured, body, upload)),
        mediaKey,
        fileSha256: measured.sha256,
        fileEncSha256: measured.sealedSha256,
        fileLength: measured.size,
        mediaKeyTimestamp: Math.floor(Date.now() / 1000),
      }
      done.set(key, uploaded)
      const [oldest] = done.keys()
      if (done.size > REMEMBERED && oldest !== undefined) done.delete(oldest)
      return uploaded
    } finally {
      attempt.abort()
    }
  }
}

export type Uploader = ReturnType<typeof openUploader>

async function* iterate(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}

const isRetried = (error: unknown): error is DeliveryError =>
  error instanceof DeliveryError && error.verdict.kind === 'retry'

/** It is tried again, but not for ever where WhatsApp is connected and nobody stopped it. */
const failed = (message: string, { upload, cause }: { upload: Upload; cause?: unknown }): DeliveryError => {
  const ownFailure = upload.isConnected() && !upload.signal.aborted
  return new DeliveryError({ kind: 'retry' }, message, { cause, ownFailure })
}

const refusedWith = ({ status, cause }: Answer, upload: Upload): DeliveryError => {
  if (status === 0) return failed('The upload to WhatsApp was cut off', { upload, cause })
  if (status === 413) return reject('The file is too large for WhatsApp')
  if (status === 429) return wait(60, 'WhatsApp asks for a pause')
  // 408: the host did not want to wait for a slow line.
  return status >= 500 || [401, 403, 408].includes(status)
    ? failed(`WhatsApp's media host has trouble (${status})`, { upload })
    : reject(`WhatsApp's media host refused the file (${status})`)
}

const answerSchema = z.object({
  url: z.optional(z.string()),
  direct_path: z.string().check(z.startsWith('/')),
})

/** The path counts; the address is passed on only where it leads to a media host. */
const readPlace = (
  text: string,
  upload: Upload,
  mediaHost: string | undefined,
): Pick<Uploaded, 'url' | 'directPath'> => {
  try {
    const { url, direct_path: directPath } = answerSchema.parse(JSON.parse(text))
    return { directPath, ...(url !== undefined && isMediaUrl(url, mediaHost) && { url }) }
  } catch (error) {
    throw failed("WhatsApp's media host did not say where it put the file", { upload, cause: error })
  }
}
