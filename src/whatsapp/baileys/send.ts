import type { GroupMetadata, proto } from '@whiskeysockets/baileys'
import type { Delivery } from '../../bridge/network.ts'
import { DeliveryError, reject } from '../../bridge/verdict.ts'
import { isGroup, jidOfChat } from '../address.ts'
import { WrongAddress } from './errors.ts'
import type { Secrets } from './keys/secrets.ts'
import type { Uploader } from './media/upload.ts'
import { rawOf } from './parse/context.ts'
import { type CompleteTools, complete } from './send/complete.ts'
import { membersOf } from './send/members.ts'
import type { Note } from './send/notes.ts'
import type { Part } from './send/part.ts'
import { renderMessage } from './send/render.ts'
import { assertWritable, openSocket, partId, type Transmitter, transmit } from './send/transmit.ts'
import type { Socket } from './socket.ts'
import { renderTimer, type Timer } from './timers.ts'

export interface SendContext extends Transmitter {
  readonly secrets: Secrets
  readonly upload: Uploader
  readonly preview: CompleteTools['preview']
  /** How long messages last in a chat, where that was ever heard. */
  timerOf(jid: string): Timer | undefined
  /** What time it is at WhatsApp, in milliseconds since 1970. */
  now(): number
  /** What was said in this run already of who does not get messages, by chat: it would stand under each of them. */
  readonly saidOfLeftOut: Set<string>
  /** Says something to the sender that they have not been told yet. */
  note(note: Note, tell: (text: string) => void): void
}

/**
 * Sends what of an event has not been sent yet, message by message, and reports each at once. An item of an album that
 * cannot be sent does not hold up the others, but the album has failed then. Throws `DeliveryError`.
 */
export const sendDelivery = async (delivery: Delivery, context: SendContext): Promise<void> => {
  const chat = jidOfChat(delivery.chat)
  await assertWritable(chat, context)
  const sent = new Set(delivery.sent.map(({ id }) => id))
  await context.addressing.send(chat, jid => sendTo(jid, { delivery, sent, context }))
}

/** Sends what is not among `sent`, and adds to it. */
const sendTo = async (
  jid: string,
  { delivery, sent, context }: { delivery: Delivery; sent: Set<string>; context: SendContext },
): Promise<void> => {
  const { me, nameOf } = context
  const group = isGroup(jid) ? await groupOf(jid, context) : undefined
  const members = group === undefined ? [] : membersOf(group, me, nameOf)
  const timer = renderTimer(context.timerOf(jid) ?? timerFrom(group))
  if (delivery.inDoubt) await context.groupKeys.doubt(jid, openSocket(context), me)
  const parts = renderMessage(delivery, { me, jid, group, members, timer })
  const album = parts[0]?.announces ? { remoteJid: jid, fromMe: true, id: delivery.messageId } : undefined
  // What announced an album keeps its id, also where there is no album left to announce.
  const isHeadless = album === undefined && delivery.sent.some(({ announces }) => announces)
  const refusals: DeliveryError[] = []
  let hasGone = false
  for (const [position, part] of parts.entries()) {
    const id = partId(delivery.messageId, isHeadless ? position + 1 : position)
    if (sent.has(id) || (part.announces && delivery.sent.length > 0)) continue
    try {
      await sendPart(part, { id, jid, album, lasts: timer.expiration ?? 0, delivery, context })
      sent.add(id)
      hasGone = true
    } catch (failure) {
      const error = hasGone && failure instanceof WrongAddress ? failure.plain : orRefused(failure, delivery)
      if (part.item === undefined || !isRefusal(error)) throw error
      refusals.push(error)
    }
  }
  const [first] = refusals
  if (first === undefined) return
  throw parts.length > 2
    ? reject(`${refusals.length} of its files did not go: ${first.message}`, first)
    : first
}

/** Undefined when WhatsApp does not tell: whoever cannot be found is not mentioned, and the words say the same. */
const groupOf = (jid: string, context: SendContext): Promise<GroupMetadata | undefined> =>
  openSocket(context)
    .groups.find(jid)
    .catch(() => undefined)

const timerFrom = (group: GroupMetadata | undefined): Timer | undefined =>
  group?.ephemeralDuration === undefined ? undefined : { seconds: group.ephemeralDuration, setAt: 0 }

/** What has failed for long enough before anything of it was sent: its file. What is beside it goes without it. */
const orRefused = (error: unknown, { isLastTry }: Delivery): unknown => {
  if (!isLastTry || !(error instanceof DeliveryError) || !error.ownFailure) return error
  const message = `${error.message}, again and again, while others get through`
  return new DeliveryError({ kind: 'reject' }, message, { cause: error, ownFailure: true })
}

const isRefusal = (error: unknown): error is DeliveryError =>
  error instanceof DeliveryError &&
  error.verdict.kind === 'reject' &&
  !error.chatUnreachable &&
  !(error instanceof WrongAddress)

interface PartContext {
  readonly id: string
  readonly jid: string
  /** Key of the album's announcement. */
  readonly album: proto.IMessageKey | undefined
  /** Seconds after which it disappears; 0: never. */
  readonly lasts: number
  readonly delivery: Delivery
  readonly context: SendContext
}

const sendPart = async (
  part: Part,
  { id, jid, album, lasts, delivery, context }: PartContext,
): Promise<void> => {
  const tools = {
    ...context,
    query: (node: Parameters<Socket['sock']['query']>[0]) => openSocket(context).sock.query(node),
    isConnected: () => context.socket() !== undefined,
  }
  const { message, note } = await complete(part, { id, album, delivery, tools })
  const without = await transmit(message, { id, jid, signal: delivery.signal, transmitter: context })
  if (without !== undefined) tellOfLeftOut(without, { jid, delivery, context })
  // Before its link is written: what has one is not sent again after a kill, and nothing more is said of it.
  if (note !== undefined) context.note(note, text => delivery.tell(text))
  delivery.onSent({
    id,
    raw: rawOf(message),
    ...(part.announces && { announces: true }),
    ...(part.item !== undefined && { item: part.item }),
    ...(lasts > 0 && { expiresAt: context.now() + lasts * 1000 }),
  })
}

const tellOfLeftOut = (
  people: string,
  { jid, delivery, context }: Pick<PartContext, 'jid' | 'delivery' | 'context'>,
): void => {
  const what = `${jid} ${people}`
  if (context.saidOfLeftOut.has(what)) return
  context.saidOfLeftOut.add(what)
  delivery.tell(`${people} may not get this: WhatsApp gave keys that do not verify`)
}
