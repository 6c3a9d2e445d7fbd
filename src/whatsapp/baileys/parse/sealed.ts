import { createHash } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import { addressOf } from '../../../bridge/chat-ref.ts'
import { oneLine } from '../../../bridge/rich-text.ts'
import { normalizeAddress } from '../../address.ts'
import { type Sealed, type SealPurpose, unseal } from '../keys/sealing.ts'
import { editOf, reactionTo, sentAtOf } from './change.ts'
import { addressesOf, rawOf, readRaw } from './context.ts'
import { decodeMessage } from './decode-message.ts'
import { addedOptionIn } from './newer-fields.ts'
import { pollOf, pollOptions, readPoll, withPoll } from './poll.ts'
import type { Field, Ignored, Said, SaidChange, SaidMessage, Scene } from './said.ts'

type Key = proto.IMessageKey | null | undefined

/** What was encrypted a second time, with the secret of the message it is about (sealing.ts). */
interface Opened {
  readonly plain: Buffer
  readonly id: string
  /** The message it is about. */
  readonly about: proto.IMessage
}

const unknown: Ignored = { ignored: 'about a message that is not known here' }
/** Ignored for now: it is read again when the message with this id has come. */
const tooEarly = (id: string): Ignored => ({
  ignored: 'about a message that has not come yet',
  holds: id,
})
const garbled: Ignored = { ignored: 'sealed with keys that do not fit' }

const open = (
  key: Key,
  { encPayload, encIv }: Partial<Sealed> | { encPayload?: Uint8Array | null; encIv?: Uint8Array | null },
  purpose: SealPurpose,
  scene: Scene,
): Opened | Ignored | 'no secret' => {
  if (!key?.id) return unknown
  if (scene.isAwaited({ chat: scene.chat, id: key.id })) return tooEarly(key.id)
  const found = scene.findMessage({ chat: scene.chat, id: key.id })
  if (found === undefined || found.deleted) return unknown
  const about = found.raw === undefined ? {} : readRaw(found.raw)
  const secret = about.messageContextInfo?.messageSecret
  if (!secret?.length) return 'no secret'
  if (!encPayload || !encIv) return garbled
  const author = found.me || found.byBridge ? normalizeAddress(scene.me.pn) : writer(found.author, key, scene)
  const authors = author === undefined ? [] : addressesOf(author, scene)
  const seal = { purpose, secret, targetId: key.id }
  const plain = unseal({ encPayload, encIv }, seal, { authors, senders: scene.sender.addresses })
  return plain === undefined ? garbled : { plain, id: key.id, about }
}

const writer = (
  author: Scene['chat'] | undefined,
  key: proto.IMessageKey,
  scene: Scene,
): string | undefined =>
  author === undefined ? normalizeAddress(key.participant ?? scene.key.remoteJid) : addressOf(author)

const decode = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** A remark about a message, for what cannot be opened though the message is there. */
const remark = (label: string, { id }: { id?: string | null } = {}): SaidMessage => ({
  content: { kind: 'placeholder', label },
  silent: true,
  ...(id && { about: id }),
})

/**
 * How a change is sealed, by `SecretEncryptedMessage.SecretEncType` (whatsmeow, WAWebProtobufsE2E.proto; Baileys knows
 * the first two). How 3 is sealed, a message for later, no source says: neither WhatsApp Web nor whatsmeow nor
 * whatsapp-rust opens it.
 */
const SEALED_CHANGES: Readonly<Record<number, SealPurpose>> = {
  1: 'Event Edit',
  2: 'Message Edit',
  4: 'Poll Edit',
  5: 'Poll Add Option',
}

export const readSecretEdit = (message: Field<'secretEncryptedMessage'>, scene: Scene): Said => {
  const { targetMessageKey: key, secretEncType: type } = message
  const purpose = SEALED_CHANGES[type ?? 0]
  if (purpose === undefined)
    return { ignored: `a sealed change of the kind "${type}", of which nobody says how to open it` }
  const opened = open(key, message, purpose, scene)
  if (opened === 'no secret')
    return remark(`${WITHOUT_SECRET[purpose] ?? '✏️ Edited'}; see it on the phone`, key ?? {})
  if ('ignored' in opened) return opened
  if (purpose === 'Poll Add Option') return addedTo(opened)
  const inner = decode(() => decodeMessage(opened.plain))
  if (inner === undefined) return garbled
  const edit = scene.peel(inner).message.protocolMessage
  if (edit == null) return purpose === 'Poll Edit' ? garbled : editOf(opened.id, inner, scene)
  if (edit.key?.id !== opened.id) return { ignored: 'an edit that is sealed for another message' }
  return purpose === 'Poll Edit'
    ? renamed(opened, edit.editedMessage, scene)
    : editOf(opened.id, edit.editedMessage, scene)
}

const WITHOUT_SECRET: Partial<Record<SealPurpose, string>> = { 'Poll Add Option': '📊 Added an option' }

/** Of an edited poll the question alone counts (WhatsApp Web, `WAWebPollEditDecryptedMsgDataConversion`). */
const renamed = (
  { id, about }: Opened,
  edited: proto.IMessage | null | undefined,
  scene: Scene,
): SaidChange | Ignored => {
  const { name } = (edited && pollOf(scene.peel(edited).message)) ?? {}
  const poll = pollOf(about)
  if (!name?.trim() || poll === undefined) return { ignored: 'an edit of a poll without a question' }
  const content = readPoll({ ...poll, name })
  return { change: { kind: 'edit', target: { id }, content }, raw: rawOf(withPoll(about, { name })) }
}

/** The most options that WhatsApp Web lets a poll have, whatever its server allows (`getMaxPollOptionCount`). */
const MOST_OPTIONS = 20
/** Characters of an option that comes in (`getMaxPollOptionLengthForIncomingMessages`). */
const LONGEST_OPTION = 2500

/** Checked as WhatsApp Web does (`WAWebProcessEncryptedPollAddOptionMsgs`); who may, and until when, `receive` knows. */
const addedTo = ({ id, about, plain }: Opened): SaidChange | Ignored => {
  const added = addedOptionIn(plain)
  const poll = pollOf(about)
  if (added === undefined || poll === undefined) return garbled
  if (added.poll !== id) return { ignored: 'an option that is sealed for another poll' }
  const { name } = added
  const names = pollOptions(about)
  if (name === '' || name.length > LONGEST_OPTION) return { ignored: 'an option of no length, or too long' }
  if (names.includes(name)) return { ignored: 'an option that the poll has already' }
  if (names.length >= MOST_OPTIONS) return { ignored: 'an option too many' }
  const options = [...(poll.options ?? []), { optionName: name }]
  return {
    change: { kind: 'option', target: { id }, option: oneLine(name) },
    raw: rawOf(withPoll(about, { options })),
  }
}

export const readVote = (message: Field<'pollUpdateMessage'>, scene: Scene): Said => {
  const opened = open(message.pollCreationMessageKey, message.vote ?? {}, 'Poll Vote', scene)
  if (opened === 'no secret') return unknown
  if ('ignored' in opened) return opened
  const vote = decode(() => proto.Message.PollVoteMessage.decode(opened.plain))
  if (vote === undefined) return garbled
  const hashes = pollOptions(opened.about).map(option => createHash('sha256').update(option).digest('hex'))
  const chosen = (vote.selectedOptions ?? []).map(hash => hashes.indexOf(Buffer.from(hash).toString('hex')))
  const choice = [...new Set(chosen)].filter(option => option >= 0)
  if (chosen.length > 0 && choice.length === 0) return { ignored: 'a vote for what is no option' }
  return {
    change: { kind: 'vote', target: { id: opened.id }, choice, ...sentAtOf(message.senderTimestampMs) },
  }
}

/** Positions in `appointmentAnswers` by `EventResponseMessage.EventResponseType`: going, not going, maybe. */
const ANSWERS: Readonly<Record<number, number>> = { 1: 0, 2: 2, 3: 1 }

export const readAnswer = (message: Field<'encEventResponseMessage'>, scene: Scene): Said => {
  const opened = open(message.eventCreationMessageKey, message, 'Event Response', scene)
  if (opened === 'no secret') return unknown
  if ('ignored' in opened) return opened
  const answer = decode(() => proto.Message.EventResponseMessage.decode(opened.plain))
  if (answer === undefined) return garbled
  const position = ANSWERS[answer.response ?? 0]
  const guests = answer.extraGuestCount ?? 0
  return {
    change: {
      kind: 'vote',
      target: { id: opened.id },
      choice: position === undefined ? [] : [position],
      ...(guests > 0 && { guests }),
      ...sentAtOf(answer.timestampMs),
    },
  }
}

export const readSealedReaction = (message: Field<'encReactionMessage'>, scene: Scene): Said => {
  const opened = open(message.targetMessageKey, message, 'Enc Reaction', scene)
  if (opened === 'no secret') return unknown
  if ('ignored' in opened) return opened
  const reaction = decode(() => proto.Message.ReactionMessage.decode(opened.plain))
  return reaction === undefined ? garbled : reactionTo(message.targetMessageKey, reaction, scene)
}

/** A comment is a message of its own: it leaves a trace even when it cannot be opened. */
export const readSealedComment = (message: Field<'encCommentMessage'>, scene: Scene): Said => {
  const key = message.targetMessageKey ?? {}
  const opened = open(key, message, 'Enc Comment', scene)
  const closed = remark('Commented; see it on the phone', key)
  if (opened === 'no secret') return closed
  if ('ignored' in opened) return opened.holds === undefined ? closed : { ...closed, holds: opened.holds }
  const inner = decode(() => decodeMessage(opened.plain))
  const said = inner === undefined ? closed : scene.say(scene.peel(inner).message)
  return 'content' in said ? { ...said, about: opened.id } : closed
}
