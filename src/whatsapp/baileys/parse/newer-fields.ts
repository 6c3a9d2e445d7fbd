import protobuf from 'protobufjs/minimal.js'

/**
 * What phones send and the bundled WAProto does not know, so that Baileys drops it: read off the bytes
 * (field numbers: whatsmeow, WAWebProtobufsE2E.proto).
 */
export interface NewerPoll {
  /** The poll's own bytes. */
  readonly bytes: Uint8Array
  /** WAProto knows nothing of this version, not even the fields that all have. */
  readonly isUnknown: boolean
  /** When nobody may vote any more; seconds or milliseconds since 1970. */
  readonly endTime?: number
  /** Nobody is shown who chose what. */
  readonly hideParticipantName?: boolean
  /** Everybody may add options. */
  readonly allowAddOption?: boolean
}

/** Fields of `Message`: polls of all versions, and what wraps them, with the field that the message is in. */
const UNKNOWN_POLL = 119
const POLLS: ReadonlySet<number> = new Set([49, 60, 64, 111, UNKNOWN_POLL])
const WRAPPERS: ReadonlyMap<number, number> = new Map([
  [31, 2],
  [40, 1],
  [58, 1],
  [93, 1],
])
const MOST_WRAPPERS = 4
/** Fields of a poll. */
const [END_TIME, HIDE_NAMES, ALLOW_ADDING] = [9, 10, 11]

/** The poll that a message is, by its bytes. */
export const newerPollIn = (bytes: Uint8Array): NewerPoll | undefined => {
  const found = contentIn(bytes, field => POLLS.has(field))
  return found && readNewer(found.value, found.field === UNKNOWN_POLL)
}

/** What a message holds in the first of the wanted fields, also where it is wrapped. */
const contentIn = (
  bytes: Uint8Array,
  isWanted: (field: number) => boolean,
  depth = 0,
): { field: number; value: Uint8Array } | undefined => {
  for (const { field, value } of fieldsOf(bytes)) {
    if (!(value instanceof Uint8Array)) continue
    if (isWanted(field)) return { field, value }
    const wrapped = WRAPPERS.get(field)
    if (wrapped === undefined || depth === MOST_WRAPPERS) continue
    for (const inner of fieldsOf(value)) {
      if (inner.field !== wrapped || !(inner.value instanceof Uint8Array)) continue
      const found = contentIn(inner.value, isWanted, depth + 1)
      if (found !== undefined) return found
    }
  }
  return undefined
}

const readNewer = (bytes: Uint8Array, isUnknown: boolean): NewerPoll => {
  const endTime = numberAt(bytes, END_TIME)
  return {
    bytes,
    isUnknown,
    ...(endTime !== undefined && { endTime }),
    ...(numberAt(bytes, HIDE_NAMES) && { hideParticipantName: true }),
    ...(numberAt(bytes, ALLOW_ADDING) && { allowAddOption: true }),
  }
}

/** `Message.pollAddOptionMessage`, and its fields: the key of the poll, of which the id counts, and the option's name. */
const ADDED_OPTION = 121
const [KEY, OPTION] = [1, 2]
const [KEY_ID, OPTION_NAME] = [3, 1]

/** The option that a message adds to a poll. */
export const addedOptionIn = (bytes: Uint8Array): { poll: string; name: string } | undefined => {
  const added = contentIn(bytes, field => field === ADDED_OPTION)?.value
  if (added === undefined) return undefined
  return {
    poll: textOf(bytesAt(bytesAt(added, KEY) ?? NOTHING, KEY_ID)),
    name: textOf(bytesAt(bytesAt(added, OPTION) ?? NOTHING, OPTION_NAME)),
  }
}

const NOTHING: Uint8Array = new Uint8Array()
const textOf = (bytes = NOTHING): string => Buffer.from(bytes).toString('utf8')

const numberAt = (bytes: Uint8Array, wanted: number): number | undefined => {
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === wanted && typeof value === 'number' && value > 0) return value
  }
  return undefined
}

const bytesAt = (bytes: Uint8Array, wanted: number): Uint8Array | undefined => {
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === wanted && value instanceof Uint8Array) return value
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
