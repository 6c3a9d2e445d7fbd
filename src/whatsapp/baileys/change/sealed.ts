import { createHash } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import type { StandIn } from '../../../bridge/network.ts'
import { reject } from '../../../bridge/verdict.ts'
import { type SealPurpose, seal } from '../keys/sealing.ts'
import { readRaw } from '../parse/context.ts'
import { pollOptions } from '../parse/poll.ts'
import type { Scene } from './scene.ts'

/** Seals what we add to a message with the secret that came with it. Throws `DeliveryError` when there is none. */
export const sealFor = (
  message: StandIn,
  plain: Uint8Array,
  { purpose, scene }: { purpose: SealPurpose; scene: Scene },
): { encPayload: Uint8Array; encIv: Uint8Array } => {
  const secret =
    message.raw === undefined ? undefined : readRaw(message.raw).messageContextInfo?.messageSecret
  if (!secret?.length) throw reject('Its key is not known here; do it on the phone')
  const what = { purpose, secret, targetId: message.id }
  return seal(plain, what, { author: scene.authorOf(message), sender: scene.myself })
}

/** Where something is done, and when, in milliseconds since 1970 by WhatsApp's time: phones keep the later of two. */
interface At {
  readonly scene: Scene
  readonly now: number
}

/** A vote for the options at these positions; for none it takes the vote back. */
export const renderVote = (poll: StandIn, choice: readonly number[], { scene, now }: At): proto.IMessage => {
  const options = poll.raw === undefined ? [] : pollOptions(readRaw(poll.raw))
  const selectedOptions = choice.map(position => {
    const option = options[position]
    if (option === undefined) throw reject('The poll has no such option any more; look at the phone')
    // Phones know an option by the hash of its text.
    return createHash('sha256').update(option).digest()
  })
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish()
  return {
    pollUpdateMessage: {
      pollCreationMessageKey: scene.keyOf(poll),
      vote: sealFor(poll, plain, { purpose: 'Poll Vote', scene }),
      senderTimestampMs: now,
    },
  }
}

const { GOING, MAYBE, NOT_GOING, UNKNOWN } = proto.Message.EventResponseMessage.EventResponseType
/** In the order of `appointmentAnswers`. */
const answers = [GOING, MAYBE, NOT_GOING]

/** Whether the owner comes to an appointment. */
export const renderAnswer = (
  appointment: StandIn,
  { choice, guests = 0 }: { choice: readonly number[]; guests?: number | undefined },
  { scene, now }: At,
): proto.IMessage => {
  const response = answers[choice[0] ?? -1] ?? UNKNOWN
  const plain = proto.Message.EventResponseMessage.encode({
    response,
    timestampMs: now,
    ...(guests > 0 && { extraGuestCount: guests }),
  }).finish()
  return {
    encEventResponseMessage: {
      eventCreationMessageKey: scene.keyOf(appointment),
      ...sealFor(appointment, plain, { purpose: 'Event Response', scene }),
    },
  }
}

/** In announcement groups reactions are sealed: who reacted how is nobody else's business. */
export const renderReaction = (message: StandIn, emoji: string, { scene, now }: At): proto.IMessage => {
  const key = scene.keyOf(message)
  const reaction = { text: emoji, senderTimestampMs: now }
  if (!scene.isAnnouncement) return { reactionMessage: { key, ...reaction } }
  const plain = proto.Message.ReactionMessage.encode(reaction).finish()
  return {
    encReactionMessage: {
      targetMessageKey: key,
      ...sealFor(message, plain, { purpose: 'Enc Reaction', scene }),
    },
  }
}
