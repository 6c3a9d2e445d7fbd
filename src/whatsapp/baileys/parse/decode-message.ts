import { proto } from '@whiskeysockets/baileys'
import { newerPollIn } from './newer-fields.ts'
import { pollOf } from './poll.ts'
import { unwrap } from './unwrap.ts'

/**
 * Reads the bytes of a message, with what Baileys' protobuf does not know put where it belongs: fields of polls, and a
 * poll of a newer version as one of the third, which has the same fields. Throws when the bytes are no protobuf.
 */
export const decodeMessage = (bytes: Uint8Array): proto.IMessage => {
  const message: proto.IMessage = proto.Message.decode(bytes)
  const newer = newerPollIn(bytes)
  if (newer === undefined) return message
  const { bytes: own, isUnknown, ...fields } = newer
  const inner = unwrap(message).message
  if (isUnknown && pollOf(inner) === undefined) inner.pollCreationMessageV3 = decodePoll(own)
  Object.assign(pollOf(inner) ?? {}, fields)
  return message
}

const decodePoll = (bytes: Uint8Array): proto.Message.IPollCreationMessage | null => {
  try {
    return proto.Message.PollCreationMessage.decode(bytes)
  } catch {
    return null
  }
}
