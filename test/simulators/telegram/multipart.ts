import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ApiError, badRequest } from './errors.ts'
import { cleanFileName, type UploadedFile } from './files.ts'

export const mostFileBytes = 50 * 1024 * 1024
const mostParamBytes = 1024 * 1024
const headBytes = 4096

export interface Form {
  readonly args: Map<string, string>
  readonly files: Map<string, UploadedFile>
}

interface Part {
  readonly name: string
  readonly fileName: string | undefined
  readonly hash: ReturnType<typeof createHash>
  readonly chunks: Buffer[]
  size: number
}

export interface FormOptions {
  /** Bytes of a file that are kept; of a larger one only hash, size and beginning. */
  readonly keep: number
  /** Called with the plain fields when the first file begins: they always come before the files. */
  readonly onFields?: (args: ReadonlyMap<string, string>) => void
}

/**
 * Reads a form as grammY writes it (`core/payload.js`): chunked, no space after `content-disposition:`, the file name
 * unquoted up to `;` or the end of the line. A file is never held whole unless it is small enough to keep. The body is
 * read to its end even when a file is too big, so that the refusal can be read.
 */
export async function readForm(
  request: IncomingMessage,
  boundary: string,
  options: FormOptions,
): Promise<Form> {
  const form: Form = { args: new Map(), files: new Map() }
  const separator = Buffer.from(`\r\n--${boundary}`)
  let rest: Buffer = Buffer.from('\r\n')
  let part: Part | undefined
  let ended = false
  let tooBig = false
  let announced = false
  const state = {
    take: (bytes: Buffer): void => void (part !== undefined && append(part, bytes, options.keep)),
  }
  const finishPart = (): void => {
    if (part === undefined) return
    if (part.fileName === undefined) form.args.set(part.name, Buffer.concat(part.chunks).toString('utf8'))
    else form.files.set(part.name, finishFile(part, options.keep))
    tooBig ||= part.size > (part.fileName === undefined ? mostParamBytes : mostFileBytes)
    part = undefined
  }
  for await (const chunk of request as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (!ended) {
      const found = rest.indexOf(separator)
      if (found < 0) {
        const safe = Math.max(0, rest.length - separator.length)
        state.take(rest.subarray(0, safe))
        rest = rest.subarray(safe)
        break
      }
      const after = found + separator.length
      const headerEnd = rest.indexOf('\r\n\r\n', after)
      const last = rest.subarray(after, after + 2).toString() === '--'
      if (!last && headerEnd < 0) {
        state.take(rest.subarray(0, found))
        rest = rest.subarray(found)
        break
      }
      state.take(rest.subarray(0, found))
      finishPart()
      if (last) {
        ended = true
        break
      }
      part = parseHeader(rest.subarray(after, headerEnd).toString('utf8'))
      if (part.fileName !== undefined && !announced) {
        announced = true
        options.onFields?.(form.args)
      }
      rest = rest.subarray(headerEnd + 4)
    }
    if (ended) rest = Buffer.alloc(0)
  }
  if (!ended) throw badRequest("Can't parse multipart/form-data: unexpected end of the request")
  if (tooBig) throw new ApiError({ code: 413, description: 'Request Entity Too Large' })
  return form
}

function parseHeader(header: string): Part {
  const disposition = header.split('\r\n').find(line => /^content-disposition:/i.test(line)) ?? ''
  const name = /;\s*name="([^"]*)"/i.exec(disposition)?.[1] ?? /;\s*name=([^;]*)/i.exec(disposition)?.[1]
  const raw = /;\s*filename=(.*)$/i.exec(disposition)?.[1]
  if (name === undefined || name === '')
    throw badRequest("Can't parse multipart header: field name not found")
  let fileName = raw?.split(';')[0]?.trim()
  if (fileName?.startsWith('"')) {
    const closing = raw?.indexOf('"', 1) ?? -1
    if (closing < 0) throw badRequest('Unterminated quoted file name in the multipart header')
    fileName = raw?.slice(1, closing)
  }
  return { name, fileName, hash: createHash('sha256'), chunks: [], size: 0 }
}

function append(part: Part, bytes: Buffer, keep: number): void {
  if (bytes.length === 0) return
  part.size += bytes.length
  part.hash.update(bytes)
  const kept = part.size - bytes.length
  const most = part.fileName === undefined ? mostParamBytes : Math.max(keep, headBytes)
  if (kept < most) part.chunks.push(Buffer.from(bytes.subarray(0, most - kept)))
}

function finishFile(part: Part, keep: number): UploadedFile {
  const content = Buffer.concat(part.chunks)
  return {
    name: cleanFileName(part.fileName ?? ''),
    size: part.size,
    sha256: part.hash.digest('hex'),
    head: Uint8Array.prototype.slice.call(content, 0, headBytes),
    ...(part.size <= Math.max(keep, headBytes) && { content }),
  }
}
