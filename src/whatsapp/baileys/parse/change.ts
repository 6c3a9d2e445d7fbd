import type { proto } from '@whiskeysockets/baileys'
import { type ChatRef, chatRef } from '../../../bridge/chat-ref.ts'
import type { Content } from '../../../bridge/event.ts'
import { plainText } from '../../../bridge/rich-text.ts'
import { isGroup, normalizeAddress } from '../../address.ts'
import { canonical, type LongNumber, toNumber } from './context.ts'
import type { Field, Ignored, Said, SaidChange, Scene } from './said.ts'
import { textOf } from './text.ts'

/** A moment as the sender claims it, milliseconds since 1970. */
export const sentAtOf = (time: LongNumber): { sentAt?: number } => {
  const milliseconds = toNumber(time) ?? 0
  return milliseconds > 0 ? { sentAt: milliseconds } : {}
}

/** No emoji is as long: families of four with skin tones have 25 units. */
const LONGEST_REACTION = 64

export const reactionTo = (
  key: proto.IMessageKey | null | undefined,
  { text, senderTimestampMs }: Field<'reactionMessage'>,
  scene: Scene,
): SaidChange | Ignored => {
  const emoji = text ?? ''
  if (!key?.id) return { ignored: 'a reaction that does not say to what' }
  if (emoji.length > LONGEST_REACTION) return { ignored: 'a reaction that is no emoji' }
  const target = { id: key.id, ...authorOf(key, scene) }
  return { change: { kind: 'reaction', target, emoji, ...sentAtOf(senderTimestampMs) } }
}

export const readReaction = (reaction: Field<'reactionMessage'>, scene: Scene): SaidChange | Ignored =>
  reactionTo(reaction.key, reaction, scene)

/** Whose message a key names in a group: clients choose the ids, and somebody else may have written under the same. */
const authorOf = (
  { participant, fromMe }: proto.IMessageKey,
  scene: Scene,
): { readonly person?: ChatRef } => {
  if (!isGroup(normalizeAddress(scene.key.remoteJid) ?? '')) return {}
  const author = canonical(participant, undefined, scene)
  if (author) return { person: chatRef('whatsapp', author.address) }
  return fromMe ? { person: scene.sender.person } : {}
}

/** `PinInChatMessage.Type`. */
const PIN = 1
const UNPIN = 2

export const readPin = ({ key, type }: Field<'pinInChatMessage'>, scene: Scene): SaidChange | Ignored => {
  if (!key?.id || (type !== PIN && type !== UNPIN)) return { ignored: 'a pin that does not say of what' }
  const pinned = type === PIN
  const target = { id: key.id, ...authorOf(key, scene) }
  const seconds = scene.info.messageAddOnDurationInSecs
  return {
    change: { kind: 'pin', target, pinned, ...(pinned && seconds && { seconds }) },
  }
}

/** `KeepType`. */
const KEEP = 1
const UNDO_KEEP = 2

/**
 * A disappearing message is kept, or goes after all. In a group those may say so who may set its timer; that their own
 * messages go, all members (WhatsApp Web, `userCanSetEphemeralSetting`, `keepIsLockedForUser`).
 */
export const readKept = (
  { key, keepType, timestampMs }: Field<'keepInChatMessage'>,
  scene: Scene,
): SaidChange | Ignored => {
  if (!key?.id || (keepType !== KEEP && keepType !== UNDO_KEEP))
    return { ignored: 'something is kept, and it does not say what' }
  const kept = keepType === KEEP
  const change = { kind: 'kept', target: { id: key.id }, kept, ...sentAtOf(timestampMs) } as const
  const group = normalizeAddress(scene.key.remoteJid) ?? ''
  return !isGroup(group) || scene.sender.me || scene.maySetTimer(group, scene.sender.addresses)
    ? { change: { ...change, by: 'anyone' } }
    : { change: { ...change, by: 'author' }, asks: group }
}

/** A key that names a participant claims to be an administrator's deletion of that one's message. */
export const readDeletion = (
  key: proto.IMessageKey | null | undefined,
  scene: Scene,
): SaidChange | Ignored => {
  if (!key?.id) return { ignored: 'a deletion that does not say of what' }
  const target = { id: key.id }
  const author = normalizeAddress(key.participant)
  const group = normalizeAddress(scene.key.remoteJid) ?? ''
  if (author === undefined || !isGroup(group) || scene.sender.addresses.includes(author)) {
    return { change: { kind: 'deletion', target, by: 'author' } }
  }
  // The own phone offers it to administrators alone.
  if (!scene.sender.me && !scene.isAdmin(group, scene.sender.addresses)) {
    return { change: { kind: 'deletion', target, by: 'author' }, asks: group }
  }
  return { change: { kind: 'deletion', target: { ...target, ...authorOf(key, scene) }, by: 'admin' } }
}

/**
 * An edit puts text in place of text, and of a file its caption alone: it carries no keys to the file itself. Polls,
 * appointments and positions come as a whole.
 */
export const editOf = (
  id: string | null | undefined,
  edited: proto.IMessage | null | undefined,
  scene: Scene,
): Said => {
  if (!id || edited == null) return { ignored: 'an edit that does not say of what' }
  const { message } = scene.peel(edited)
  const target = { id }
  const file = message.imageMessage ?? message.videoMessage ?? message.documentMessage
  if (file != null) {
    const body = textOf(file.caption ?? '', file.contextInfo, scene)
    return { change: { kind: 'edit', target, content: { kind: 'text', body } } }
  }
  const said = scene.say(message)
  if (!('content' in said)) return { ignored: 'an edit to nothing' }
  return { change: { kind: 'edit', target, content: asEdit(said.content) } }
}

const asEdit = (content: Content): Content => {
  // Only a position that moves is ever changed; one that moves no more has come to its end.
  if (content.kind === 'location') return { ...content, live: content.live ?? 0 }
  return content.kind === 'placeholder' ? { kind: 'text', body: plainText(content.label) } : content
}
