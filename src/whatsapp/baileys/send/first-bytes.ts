/**
 * Bytes by which a file is known. A stream of frames may be cut anywhere: within so many the next one begins (the
 * longest are those of AAC, whose length has 13 bits).
 */
const headSize = 8192

const has =
  (at: number, bytes: string) =>
  (head: string): boolean =>
    head.startsWith(bytes, at)
const isLike =
  (pattern: RegExp) =>
  (head: string): boolean =>
    pattern.test(head)
/**
 * Sound and films of MP4 and 3GP alike. Boxes may stand before `ftyp` or in its place (ISO 14496-12, 4.3: as early as
 * possible; QuickTime had none), each behind its size.
 */
const isFilm = isLike(/^[\0-\x1f].{3}(?:ftyp|styp|moov|moof|mdat|free|skip|wide|pnot|uuid)/s)
const isTagged = has(0, 'ID3')
/** Of what is in an Ogg, WhatsApp takes Opus alone (its Cloud API, "Supported media types"). */
const isOtherOgg = isLike(/^OggS.{24}.?(?:vorbis|theora|FLAC|Speex|fishead)/s)

/**
 * What files begin with of the types that phones show. Sound of MPEG comes in frames that begin with eleven bits that
 * are set; the two of their layer are 0 in AAC alone (ISO 13818-7, `adts_fixed_header`), which may come as LATM, too
 * (ISO 14496-3, `AudioSyncStream`); and MP3 in a RIFF, where 0x55 stands for it.
 */
const begins: Readonly<Record<string, (head: string) => boolean>> = {
  'image/jpeg': has(0, '\xff\xd8\xff'),
  'image/png': has(0, '\x89PNG\r\n\x1a\n'),
  'image/webp': head => head.startsWith('RIFF') && head.startsWith('WEBP', 8),
  'video/mp4': isFilm,
  'video/3gpp': isFilm,
  'audio/ogg': head => head.startsWith('OggS') && !isOtherOgg(head),
  'audio/mp4': isFilm,
  'audio/amr': has(0, '#!AMR'),
  'audio/aac': head => isTagged(head) || /^(?:\xff[\xf0\xf1\xf8\xf9]|\x56[\xe0-\xff]|ADIF)/.test(head),
  'audio/mpeg': head =>
    isTagged(head) ||
    /^(?:\xff[\xe2-\xe7\xea-\xef\xf2-\xf7\xfa-\xff]|RIFF.{4}(?:WAVEfmt .{4}\x55\0|RMP3))/s.test(head),
}

/** Which of these types a file begins like; undefined where it is like none of them. */
export const typeAmong = (types: readonly string[], head: Buffer): string | undefined => {
  const text = head.toString('latin1', 0, headSize)
  return types.find(type => begins[type]?.(text))
}

/** What files of no type that phones show begin with, such as could stand in the place of sound. */
const foreign = [
  isLike(/^(?:\xef\xbb\xbf)?\s*(?:<[!?a-z]|\{\s*")/i),
  isLike(/^(?:%PDF|PK|MZ|\x7fELF|\x1f\x8b|Rar!|7z|BZh|\xfd7zXZ|\xd0\xcf\x11\xe0|GIF8|BM|II\*|MM\0\*)/),
  isLike(/^(?:\x1aE\xdf\xa3|RIFF|FORM|fLaC|MThd|MAC |wvpk|0&\xb2u|FLV|\0\0\x01[\xb3\xba])/),
]

/**
 * Whether it may be sound of MPEG all the same, for players look for the first frame: one that was cut, or that stands
 * behind zeros or a tag of APE.
 */
const mayPlay = (type: string | undefined, head: string): boolean =>
  (type === 'audio/mpeg' || type === 'audio/aac') &&
  ![...Object.values(begins), isOtherOgg, ...foreign].some(isIt => isIt(head)) &&
  /^(?:\0{16}|APETAGEX)|\xff[\xe2-\xff]/.test(head)

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
    if (mayPlay(claimed, head.toString('latin1', 0, headSize))) return head
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
