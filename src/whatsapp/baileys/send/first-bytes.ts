/** Bytes by which a file is known. */
const headSize = 12

const has =
  (at: number, bytes: string) =>
  (head: string): boolean =>
    head.startsWith(bytes, at)
const isFilm = has(4, 'ftyp')
const isTagged = has(0, 'ID3')

/**
 * What files begin with of the types that phones show. Sound of MPEG comes in frames that begin with eleven bits that are set;
 * the two of their layer are 0 in AAC alone (ISO 13818-7, `adts_fixed_header`).
 */
const begins: Readonly<Record<string, (head: string) => boolean>> = {
  'image/jpeg': has(0, '\xff\xd8\xff'),
  'image/png': has(0, '\x89PNG\r\n\x1a\n'),
  'image/webp': head => head.startsWith('RIFF') && head.startsWith('WEBP', 8),
  'video/mp4': isFilm,
  'video/3gpp': isFilm,
  'audio/ogg': has(0, 'OggS'),
  'audio/mp4': isFilm,
  'audio/amr': has(0, '#!AMR'),
  'audio/aac': head => isTagged(head) || /^\xff[\xf0\xf1\xf8\xf9]/.test(head),
  'audio/mpeg': head => isTagged(head) || /^\xff[\xe2-\xe7\xea-\xef\xf2-\xf7\xfa-\xff]/.test(head),
}

/** Which of these types a file begins like; undefined where it is like none of them. */
export const typeAmong = (types: readonly string[], head: Buffer): string | undefined =>
  types.find(type => begins[type]?.(head.toString('latin1', 0, headSize)))

/** A file is not of the type that its message claims. */
export class Mistaken extends Error {
  /** What the message could claim in truth. */
  readonly type: string | undefined

  constructor(type: string | undefined) {
    super('The file is not what its message says')
    this.type = type
  }
}

/**
 * Hands a file on that begins as one of its type does. Throws `Mistaken` where another is right, or none: before anything is
 * handed on.
 */
export async function* trueTo(
  { claimed, others }: { claimed: string | undefined; others: readonly string[] },
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const check = (head: Buffer): Buffer => {
    const type = typeAmong(claimed === undefined ? others : [claimed, ...others], head)
    // That there is nothing in it is found by whoever counts.
    if (head.length > 0 && (type === undefined || (claimed !== undefined && type !== claimed)))
      throw new Mistaken(type)
    return head
  }
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const piece of pieces) {
    if (head === undefined) yield piece
    else {
      head = Buffer.concat([head, piece])
      if (head.length < headSize) continue
      yield check(head)
      head = undefined
    }
  }
  if (head !== undefined) yield check(head)
}
