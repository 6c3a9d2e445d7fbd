import type { proto } from '@whiskeysockets/baileys'
import protobuf from 'protobufjs/minimal.js'

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
  const reader = protobuf.Reader.create(bytes)
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      const [field, type] = [tag >>> 3, tag & 7]
      if (type === 0) yield { field, value: Number(reader.uint64()) }
      else if (type === 2) yield { field, value: reader.bytes() }
      else reader.skipType(type)
    }
  } catch {
    // Cut off, or no protobuf at all.
  }
}
