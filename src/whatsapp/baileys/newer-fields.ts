import type { proto } from '@whiskeysockets/baileys'

/** A poll as phones make it; the bundled WAProto ends at field 8 and drops the rest (whatsmeow WAWebProtobufsE2E.proto). */
export type Poll = proto.Message.IPollCreationMessage & {
  /** When nobody may vote any more; seconds or milliseconds since 1970. */
  endTime?: number
}

const END_TIME = 9
/** Fields of `Message`: polls of all versions, and what wraps them, with the field that the message is in. */
const POLLS: ReadonlySet<number> = new Set([49, 60, 64, 111, 119])
const WRAPPERS: ReadonlyMap<number, number> = new Map([
  [31, 2],
  [40, 1],
  [58, 1],
  [93, 1],
])
const MOST_WRAPPERS = 4

/** Reads off a message's bytes when the poll in it ends. */
export const pollEndIn = (bytes: Uint8Array, depth = 0): number | undefined => {
  for (const { field, value } of fieldsOf(bytes)) {
    if (!(value instanceof Uint8Array)) continue
    if (POLLS.has(field)) return numberAt(value, END_TIME)
    const inner = WRAPPERS.get(field)
    if (inner === undefined || depth === MOST_WRAPPERS) continue
    for (const each of fieldsOf(value)) {
      if (each.field !== inner || !(each.value instanceof Uint8Array)) continue
      const found = pollEndIn(each.value, depth + 1)
      if (found !== undefined) return found
    }
  }
  return undefined
}

const numberAt = (bytes: Uint8Array, wanted: number): number | undefined => {
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === wanted && typeof value === 'number' && value > 0) return value
  }
  return undefined
}

/** The fields of a protobuf, up to the first that is none: numbers, and bytes with a length. */
function* fieldsOf(bytes: Uint8Array): Generator<{ field: number; value: number | Uint8Array }> {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; at < bytes.length && shift < 64; shift += 7) {
      const byte = bytes[at] ?? 0
      at += 1
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return Number.NaN
  }
  while (at < bytes.length) {
    const tag = varint()
    const field = Math.floor(tag / 8)
    switch (tag % 8) {
      case 0: {
        const value = varint()
        if (Number.isNaN(value)) return
        yield { field, value }
        break
      }
      case 1:
        at += 8
        break
      case 2: {
        const length = varint()
        if (!(at + length <= bytes.length)) return
        yield { field, value: bytes.subarray(at, at + length) }
        at += length
        break
      }
      case 5:
        at += 4
        break
      default:
        return
    }
  }
}
