import { inflateRawSync } from 'node:zlib'

/** Bytes of the record at the end of a zip, and of the comment that may follow it (APPNOTE.TXT 4.3.16). */
const endSize = 22
const longestComment = 0xffff
const signatures = { end: 0x06054b50, entry: 0x02014b50, file: 0x04034b50 } as const
/** Bytes of one file that are unpacked at most: a bomb is many times as large. */
const largest = 4 * 1024 * 1024

/** One file of a zip; undefined where there is none of that name, or the zip is damaged. */
export const readEntry = (zip: Buffer, name: string): Buffer | undefined => {
  try {
    return find(zip, name)
  } catch {
    // A length leads out of the file, or what is packed is damaged or too large.
    return undefined
  }
}

const find = (zip: Buffer, wanted: string): Buffer | undefined => {
  const end = endOf(zip)
  if (end === undefined) return undefined
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== signatures.entry) return undefined
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map(place => zip.readUInt16LE(at + place))
    const name = zip.toString('utf8', at + 46, at + 46 + (nameSize ?? 0))
    if (name === wanted) {
      const [method, packed] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)]
      return unpack(zip, { start: zip.readUInt32LE(at + 42), packed, method })
    }
    at += 46 + (nameSize ?? 0) + (extraSize ?? 0) + (commentSize ?? 0)
  }
  return undefined
}

const endOf = (zip: Buffer): number | undefined => {
  for (let at = zip.length - endSize; at >= Math.max(0, zip.length - endSize - longestComment); at -= 1) {
    if (zip.readUInt32LE(at) === signatures.end) return at
  }
  return undefined
}

const unpack = (
  zip: Buffer,
  { start, packed, method }: { start: number; packed: number; method: number },
): Buffer | undefined => {
  if (zip.readUInt32LE(start) !== signatures.file) return undefined
  const from = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28)
  const data = zip.subarray(from, from + packed)
  if (data.length < packed) return undefined
  if (method === 0) return data
  return method === 8 ? inflateRawSync(data, { maxOutputLength: largest }) : undefined
}
