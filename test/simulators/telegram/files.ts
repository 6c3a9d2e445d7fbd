import { createHash, randomBytes } from 'node:crypto'

/** A file as it came in: its content is kept up to the cap, its size and hash always. */
export interface UploadedFile {
  /** Cleaned as the server cleans it. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Hex digits. */
  readonly sha256: string
  readonly head: Uint8Array
  /** Missing when larger than the cap. */
  readonly content?: Uint8Array
}

/** A file from its bytes. */
export function fileOf(bytes: Uint8Array, name: string): UploadedFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name, size: bytes.length, sha256, head: bytes.slice(0, 4096), content: bytes }
}

export interface StoredFile extends UploadedFile {
  readonly fileId: string
  readonly uniqueId: string
  readonly kind: string
  readonly mime: string
  readonly path: string
  readonly width?: number
  readonly height?: number
}

/** Files that the server holds, found again by `file_id` or by download path. */
export class FileStore {
  readonly #byId = new Map<string, StoredFile>()
  readonly #byPath = new Map<string, StoredFile>()
  #count = 0

  add(
    file: UploadedFile,
    facts: { kind: string; mime: string; width?: number; height?: number },
  ): StoredFile {
    this.#count += 1
    const extension = /\.[^.]{1,16}$/.exec(file.name)?.[0] ?? ''
    const stored: StoredFile = {
      ...file,
      ...facts,
      fileId: `${facts.kind}-${this.#count}-${randomBytes(12).toString('base64url')}`,
      uniqueId: createHash('sha256').update(`${facts.kind}:${file.sha256}`).digest('base64url').slice(0, 16),
      path: `${facts.kind}s/file_${this.#count}${extension}`,
    }
    this.#byId.set(stored.fileId, stored)
    this.#byPath.set(stored.path, stored)
    return stored
  }

  /** Stores a smaller size of a photo, which has an id of its own. */
  addSize(photo: StoredFile, file: UploadedFile, side: number): StoredFile {
    const stored: StoredFile = {
      ...photo,
      ...file,
      fileId: `${photo.fileId}-${side}`,
      uniqueId: `${photo.uniqueId}${side}`,
      path: photo.path.replace(/(\.\w+)?$/, `_${side}$1`),
    }
    this.#byId.set(stored.fileId, stored)
    this.#byPath.set(stored.path, stored)
    return stored
  }

  byId(fileId: string): StoredFile | undefined {
    return this.#byId.get(fileId)
  }

  byPath(path: string): StoredFile | undefined {
    return this.#byPath.get(path)
  }
}

/** What the server makes of an uploaded name: URL-decoded, then freed of awkward characters (64 + 16 characters). */
export function cleanFileName(raw: string): string {
  let name = raw
  try {
    name = decodeURIComponent(raw)
  } catch {
    // A stray percent sign stays as it is.
  }
  const plain = (part: string): string =>
    part
      .replace(/\p{Extended_Pictographic}|[\u{fe0f}\u{200d}]/gu, '')
      .replace(/[<>:"/\\|?*&`'\p{Cc}]+/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim()
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  const dot = base.lastIndexOf('.')
  const stem = plain(dot > 0 ? base.slice(0, dot) : base)
  const extension = dot > 0 ? plain(base.slice(dot + 1)) : ''
  const cut = (part: string, length: number): string => [...part].slice(0, length).join('')
  return extension === '' ? cut(stem, 64) : `${cut(stem, 64)}.${cut(extension, 16)}`
}
