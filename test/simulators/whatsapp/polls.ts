import { proto } from '@whiskeysockets/baileys'
import protobuf from 'protobufjs/minimal.js'
import type { Transmission } from './world.ts'

/**
 * A poll with what Baileys' protobuf knows nothing of (whatsmeow, WAWebProtobufsE2E.proto). In the simulator it stands in
 * `pollCreationMessageV3`, whichever version it goes out as.
 */
export interface Poll extends proto.Message.IPollCreationMessage {
  /** Milliseconds since 1970. */
  endTime?: number
  hideParticipantName?: boolean
  allowAddOption?: boolean
  /** 6: it goes as `pollCreationMessageV6`, which has the same fields. */
  version?: 6
}

/** Fields of `Message`: `pollCreationMessageV3`, `pollCreationMessageV6`, `pollAddOptionMessage`. */
const V3 = 64
const V6 = 119
const ADDED_OPTION = 121

const raw = Symbol('raw')

/** What goes out as these bytes, whatever they are: a phone that is no phone. */
export function rawMessage(bytes: Uint8Array): proto.IMessage {
  return Object.assign({ conversation: '' }, { [raw]: bytes })
}

/** A message as phones encode it. */
export function encodeMessage(message: proto.IMessage & { [raw]?: Uint8Array }): Uint8Array {
  if (message[raw] !== undefined) return message[raw]
  const { pollCreationMessageV3: poll, ...rest } = message as proto.IMessage & {
    pollCreationMessageV3?: Poll
  }
  if (!poll) return proto.Message.encode(message).finish()
  return Buffer.concat([
    proto.Message.encode(rest).finish(),
    field(poll.version === 6 ? V6 : V3, encodePoll(poll)),
  ])
}

/** What phones that can read it make of a message. */
export function readMessage(message: proto.IMessage): proto.IMessage {
  try {
    return proto.Message.decode(encodeMessage(message))
  } catch {
    return {}
  }
}

function encodePoll(poll: Poll): Buffer {
  const newer = protobuf.Writer.create()
  if (poll.endTime !== undefined) newer.uint32(9 * 8).int64(poll.endTime)
  if (poll.hideParticipantName) newer.uint32(10 * 8).bool(true)
  if (poll.allowAddOption) newer.uint32(11 * 8).bool(true)
  return Buffer.concat([proto.Message.PollCreationMessage.encode(poll).finish(), newer.finish()])
}

/** What is sealed when somebody adds an option to a poll (WhatsApp Web, `WAWebPollAddOptionDecryptedMsgDataConversion`). */
export function encodeAddedOption(pollCreationMessageKey: proto.IMessageKey, optionName: string): Buffer {
  const option = proto.Message.PollCreationMessage.Option.encode({ optionName }).finish()
  const key = proto.MessageKey.encode(pollCreationMessageKey).finish()
  return field(ADDED_OPTION, Buffer.concat([field(1, key), field(2, option)]))
}

function field(number: number, bytes: Uint8Array): Buffer {
  const writer = protobuf.Writer.create()
    .uint32(number * 8 + 2)
    .bytes(bytes)
  return Buffer.from(writer.finish())
}

export function pollOf({ message }: Transmission): Poll | undefined {
  return message.pollCreationMessage ?? message.pollCreationMessageV3 ?? undefined
}

/** The options of a poll with those that were added. */
export function optionsOf(line: Transmission): string[] {
  const own = pollOf(line)?.options?.map(({ optionName }) => optionName ?? '') ?? []
  return [...own, ...(line.addedOptions ?? [])]
}

/** Adds an option as phones do, which take no notice of what does not fit (`WAWebProcessEncryptedPollAddOptionMsgs`). */
export function addOption(line: Transmission, option: string, by: string): void {
  const poll = pollOf(line)
  const isAllowed = poll?.allowAddOption === true || line.author === by
  const isOver = poll?.endTime !== undefined && Date.now() > poll.endTime
  if (!poll || !isAllowed || isOver || optionsOf(line).includes(option)) return
  line.addedOptions = [...(line.addedOptions ?? []), option]
}
