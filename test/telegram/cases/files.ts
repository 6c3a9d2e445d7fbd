import { Readable } from 'node:stream'
import type { Media } from '../../../src/bridge/event.ts'
import { parseSource } from '../../../src/whatsapp/baileys/media/source.ts'
import { openMedia } from '../../../src/whatsapp/baileys/media.ts'
import { jpeg, ogg, webp } from '../../simulators/telegram/helpers.ts'
import type { MediaServer } from '../../simulators/whatsapp/media-server.ts'
import type { Case } from '../../whatsapp/cases/case.ts'

/** The file of a case, at a media host that behaves as the case says; fetched, checked and decrypted for real. */
export class CaseFiles implements AsyncDisposable {
  readonly #case: Case
  readonly #host: MediaServer
  /** How often the phone was asked to put the file up again. */
  reuploads = 0

  constructor(which: Case, host: MediaServer) {
    this.#case = which
    this.#host = host
  }

  async open(media: Media): Promise<Readable> {
    const { context, input } = this.#case
    const { key, path } = parseSource(media.source)
    // Beside it the case may speak of files that it does not bring.
    if (context.media === undefined || (key !== undefined && !JSON.stringify(input).includes(key)))
      return fileOf(media)
    const { encrypted, behaviour } = context.media
    if (path !== undefined) this.#place(path, Buffer.from(encrypted, 'base64'), behaviour)
    return openMedia(media, {
      signal: new AbortController().signal,
      mediaHost: this.#host.host,
      ...(behaviour === '410-then-reupload' && {
        reupload: async () => {
          this.reuploads += 1
          return this.#host.putAgain(path ?? '') ?? ''
        },
      }),
    })
  }

  #place(path: string, bytes: Buffer, behaviour: string): void {
    this.#host.place(path, bytes)
    if (behaviour.startsWith('410')) this.#host.expire(path)
    if (behaviour === 'truncated')
      this.#host.fault({ directPath: path }, { kind: 'cut', after: Math.floor(bytes.length / 2) })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#host[Symbol.asyncDispose]()
  }
}

/** Any file of its kind. */
export const fileOf = ({ mimeType = '' }: Media): Readable => {
  if (mimeType.startsWith('image/webp')) return Readable.from([webp()])
  return Readable.from([mimeType.startsWith('image/') ? jpeg(64, 48) : ogg()])
}
