import type { GroupMetadata, proto } from '@whiskeysockets/baileys'
import type { Change, StandIn } from '../../bridge/network.ts'
import { reject } from '../../bridge/verdict.ts'
import { isGroup, jidOfChat } from '../address.ts'
import type { Member } from '../mentions.ts'
import { renderDeletion } from './change/delete.ts'
import { renderEdit } from './change/edit.ts'
import { acceptInvitation } from './change/join.ts'
import { renderMove } from './change/move.ts'
import { renderPin } from './change/pin.ts'
import { Scene } from './change/scene.ts'
import { renderAnswer, renderReaction, renderVote } from './change/sealed.ts'
import { failedToSend } from './errors.ts'
import type { Secrets } from './keys/secrets.ts'
import { rawOf, readRaw } from './parse/context.ts'
import { unwrap } from './parse/unwrap.ts'
import { membersOf } from './send/members.ts'
import { assertWritable, openSocket, partId, type Transmitter, transmit } from './send/transmit.ts'
import { renderTimer, type Timer } from './timers.ts'

export interface ChangeContext extends Transmitter {
  readonly secrets: Secrets
  /** How long messages last in a chat, where that was ever heard. */
  timerOf(jid: string): Timer | undefined
  /** What time it is at WhatsApp, in milliseconds since 1970. */
  now(): number
}

/** How long WhatsApp's server has for an answer, in milliseconds. */
const ANSWER_MS = 10_000

/**
 * Changes what an earlier message became in WhatsApp. Each change is a message itself, under the id of its job: sending it
 * again is the same change. Throws `DeliveryError`.
 */
export const carryOut = async (change: Change, context: ChangeContext): Promise<void> => {
  const chat = jidOfChat(change.chat)
  openSocket(context)
  await assertWritable(chat, context)
  const carried = new Set<string>()
  await context.addressing.send(chat, jid => carryOutIn(jid, { change, carried, context }))
}

/** Sends what is not among `carried`, and adds to it. */
const carryOutIn = async (
  jid: string,
  { change, carried, context }: { change: Change; carried: Set<string>; context: ChangeContext },
): Promise<void> => {
  const group = isGroup(jid) ? await groupOf(jid, context) : undefined
  const members = group ? membersOf(group, context.me, context.nameOf) : []
  const timer = renderTimer(context.timerOf(jid))
  const scene = new Scene(jid, context.me, group)
  if (change.event.kind === 'join') {
    const { sock } = openSocket(context)
    const [message] = change.changed.parts
    return acceptInvitation(
      message,
      each => scene.authorOf(each),
      node => sock.query(node, ANSWER_MS),
    )
  }
  if (change.inDoubt) await context.groupKeys.doubt(jid, openSocket(context), context.me)
  const steps = render(change, { scene, members, timer, now: context.now() })
  for (const [position, { message: rendered, after, isNew }] of steps.entries()) {
    const id = partId(change.messageId, position)
    if (carried.has(id)) continue
    const messageSecret = context.secrets.derive(id, 'message')
    const message = isNew ? { ...rendered, messageContextInfo: { messageSecret } } : rendered
    await transmit(message, { id, jid, signal: change.signal, transmitter: context })
    carried.add(id)
    if (after) change.onSent(after)
    const sent = { id, raw: rawOf(message) }
    if (isNew) change.onSent(sent)
    else change.onCarried(sent)
  }
}

const groupOf = async (jid: string, context: Transmitter): Promise<GroupMetadata> => {
  try {
    return await openSocket(context).groups.find(jid)
  } catch (error) {
    throw failedToSend(error)
  }
}

interface Step {
  readonly message: proto.IMessage
  /** What the changed message is then. */
  readonly after?: { readonly id: string; readonly raw: string }
  /** It is a message by itself, which stands for the changed one beside the others. */
  readonly isNew?: boolean
}

const render = (
  { event, changed, inDoubt }: Change,
  {
    scene,
    members,
    timer,
    now,
  }: { scene: Scene; members: readonly Member[]; timer: proto.IContextInfo; now: number },
): Step[] => {
  const { content, seenAt } = changed
  const parts = changed.parts.map(part => ({ ...part, at: part.at ?? seenAt }))
  const [first] = parts
  switch (event.kind) {
    case 'edit': {
      if (event.content.kind === 'location') {
        const message = renderMove(parts, event.content, { scene, timer, now })
        return message === undefined ? [] : [{ message, isNew: true }]
      }
      if (event.content.kind !== 'text') throw reject('WhatsApp cannot change a message of this kind')
      if (first === undefined) throw reject('The message itself was not delivered')
      const { message, part, after } = renderEdit(parts, event.content.body, {
        scene,
        members,
        now,
        inDoubt: inDoubt === true,
      })
      return [{ message, after: { id: part.id, raw: rawOf(after) } }]
    }
    case 'deletion':
      return parts.map(part => ({ message: renderDeletion(part, { scene, now }) }))
    case 'reaction':
      return filesOr(first, parts).map(part => ({
        message: renderReaction(part, event.emoji, { scene, now }),
      }))
    case 'pin':
      return first ? [{ message: renderPin(first, event, { scene, now }) }] : []
    case 'vote':
      if (first === undefined) return []
      return [
        {
          message:
            content?.kind === 'appointment'
              ? renderAnswer(first, event, { scene, now })
              : renderVote(first, event.choice, { scene, now }),
        },
      ]
    case 'join':
    case 'option':
    case 'kept':
    case 'receipt':
      return []
    default:
      return event satisfies never
  }
}

/** Where a file was replaced it went anew (`receive/new-file.ts`), and what is done with the message is about both. */
const filesOr = (first: StandIn | undefined, parts: readonly StandIn[]): readonly StandIn[] => {
  const files = parts.filter(isFile)
  return files.length > 1 ? files : first ? [first] : []
}

const isFile = ({ raw }: StandIn): boolean =>
  raw !== undefined &&
  Object.values(unwrap(readRaw(raw)).message).some(
    (value: unknown) => value instanceof Object && 'fileSha256' in value,
  )
