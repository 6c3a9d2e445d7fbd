import { createHash } from 'node:crypto'
import type { GroupMetadata, proto } from '@whiskeysockets/baileys'
import { reject, retry, unsure } from '../../../bridge/verdict.ts'
import { isGroup, isLid, isPhone } from '../../address.ts'
import { Scene } from '../change/scene.ts'
import { failedToSend, isForNobody, namesNobody, notConnected, refusedByAck, withoutKeys } from '../errors.ts'
import { isForGoneDevice, leaveOutGone } from '../keys/gone-devices.ts'
import type { GroupKeys } from '../keys/group-key.ts'
import { LeftOut } from '../keys/left-out.ts'
import type { Me } from '../me.ts'
import type { Socket } from '../socket.ts'
import type { Addressing } from './addressing.ts'
import type { NameOf } from './members.ts'
import type { Sent } from './sent.ts'
import { describeStanza } from './stanza.ts'
import { tokenComes, tokenOf } from './token.ts'

/** What it takes to get a message on its way. */
export interface Transmitter {
  readonly me: Me
  readonly nameOf: NameOf
  readonly groupKeys: GroupKeys
  readonly addressing: Addressing
  /** For how long the token of somebody is waited for, in milliseconds. */
  readonly tokenMs: number
  /** Whether there was a chat with somebody before. */
  hasMet(jid: string): boolean
  /** The socket, while it is open: it may be another one after a long upload. */
  socket(): Socket | undefined
  /** Keeps the message at hand for devices that ask for it before it is recorded. */
  remember: Sent['remember']
}

/** The socket that is open now. Throws `DeliveryError` when there is none. */
export const openSocket = ({ socket }: Pick<Transmitter, 'socket'>): Socket => {
  const open = socket()
  if (open === undefined) throw notConnected()
  return open
}

/** Throws `DeliveryError` unless this is a chat that we can write to. */
export const assertWritable = async (jid: string, transmitter: Transmitter): Promise<void> => {
  if (!isGroup(jid) && !isPhone(jid) && !isLid(jid))
    throw reject('WhatsApp chats of this kind cannot be written to')
  if (isPhone(jid)) await openSocket(transmitter).numbers.assertExists(jid)
}

/** The first message has the id of the delivery, each further one an id made of it: the same at every attempt. */
export const partId = (messageId: string, position: number): string => {
  if (position === 0) return messageId
  const digest = createHash('sha256').update(`${messageId} ${position}`).digest('hex').toUpperCase()
  return messageId.slice(0, 4) + digest.slice(0, messageId.length - 4)
}

/** More messages than any delivery becomes: an album has ten pictures, its announcement and what follows it. */
const mostParts = 32

/** Whether an id was made of that of a delivery. */
export const isPart = (id: string, messageId: string): boolean =>
  Array.from({ length: mostParts }, (_, position) => partId(messageId, position)).includes(id)

/**
 * Sends one message and waits for the server's ack: `relayMessage` resolves when the stanza is written, which says
 * nothing yet, and a positive ack has no event of its own in Baileys. Returns, in words, of whom not every device
 * gets it, because keys do not verify. Throws `DeliveryError`.
 */
export const transmit = async (message: proto.IMessage, errand: Errand): Promise<string | undefined> => {
  const { jid, transmitter } = errand
  const socket = openSocket(transmitter)
  try {
    const without = await transmitBy(socket, message, errand)
    transmitter.groupKeys.gone(jid)
    return without
  } catch (error) {
    await transmitter.groupKeys.failed(jid, socket, transmitter.me)
    throw error
  }
}

interface Errand {
  readonly id: string
  readonly jid: string
  readonly signal: AbortSignal
  readonly transmitter: Transmitter
}

const transmitBy = async (
  socket: Socket,
  message: proto.IMessage,
  { id, jid, signal, transmitter }: Errand,
  isAgain = false,
): Promise<string | undefined> => {
  const { me, tokenMs, addressing } = transmitter
  const remember = () => transmitter.remember(jid, id, message, socket.groups.known(jid))
  remember()
  const hasMet = transmitter.hasMet(jid)
  const token = hasMet && isLid(jid) ? await tokenOf(jid, socket.sock) : undefined
  const ack = socket.awaitAck(id, signal)
  const leftOut = new LeftOut()
  const sentTo = isGroup(jid) ? undefined : await socket.devices.remembered(jid)
  // It may be another person's number by now, of which nobody has told.
  const number = ack.wasInvalid ? undefined : addressing.numberOf(jid)
  const way = { id, jid, socket, leftOut, me, number }
  let group: GroupMetadata | undefined
  try {
    // The own phone would show as sent what reaches nobody, and the server acknowledges it (whatsapp-rust #1299).
    if (!isGroup(jid) && !(await leftOut.during(socket.sock, () => socket.devices.areAny(jid))))
      throw namesNobody(jid, { isCertain: await socket.devices.areNone(jid, signal) })
    await relay(message, way)
    ack.written()
    // Who is in a group was asked by now.
    group = socket.groups.known(jid)
    remember()
  } catch (error) {
    ack.cancel()
    if (!isForNobody(error)) throw failedToSend(error)
    if (leftOut.isForged) throw reject(forgedKeys(leftOut.isMine(me)), error)
    throw leftOut.refusal === undefined ? failedToSend(error) : withoutKeys(leftOut.refusal, error)
  }
  const answer = await ack.answer
  if (answer === 'closed') throw unsure('The connection closed before WhatsApp confirmed the message')
  if (answer === 'aborted') throw unsure('Stopped before WhatsApp confirmed the message')
  if (answer === 'silence') {
    void socket.end('No ack from WhatsApp')
    throw unsure('WhatsApp did not confirm the message in time')
  }
  if (answer.error === '463' && hasMet && isLid(jid) && !isAgain) {
    const hasCome = await tokenComes(jid, { before: token, sock: socket.sock, ms: tokenMs, signal })
    if (hasCome) return await transmitBy(socket, message, { id, jid, signal, transmitter }, true)
    if (signal.aborted) throw retry('Stopped before WhatsApp gave the token of this chat')
  }
  if (answer.error !== undefined) {
    const isMuted = group?.announce === true && !new Scene(jid, me, group).isAdmin
    throw refusedByAck(answer.error, { jid, hasMet, isMuted })
  }
  const { phash } = answer
  const hasMissed =
    phash !== undefined && (await socket.devices.hasMissed(jid, sentTo, { hash: phash, signal }))
  // Whoever has got it knows it by its id. It has gone, whatever becomes of this.
  if (hasMissed) await relay(message, way).catch(() => undefined)
  return leftOut.isForged ? leftOut.people(transmitter) : undefined
}

/** It stands in the log, too: no names. */
const forgedKeys = (isMine: boolean): string =>
  `WhatsApp gave keys for ${isMine ? 'your own phone' : 'this contact'} that do not verify`

interface Relay {
  readonly id: string
  readonly jid: string
  readonly socket: Socket
  readonly leftOut: LeftOut
  readonly me: Me
  /** Of whoever it is for, beside a LID: the own phone would show another chat (whatsmeow #1009, send.go; zapo, as WhatsApp Web). */
  readonly number: string | undefined
}

/**
 * Writes the stanza; once more where WhatsApp gives no keys for the sake of a device that is gone, and where only those were to be
 * encrypted for who have to be left out of a group.
 */
const relay = async (
  message: proto.IMessage,
  { id, jid, socket, leftOut, me, number }: Relay,
): Promise<void> => {
  const { sock } = socket
  const { additionalAttributes, additionalNodes } = describeStanza(message)
  const options = {
    messageId: id,
    additionalAttributes: { ...additionalAttributes, ...(number && { peer_recipient_pn: number }) },
    additionalNodes,
  }
  const send = () => leftOut.during(sock, () => sock.relayMessage(jid, message, options))
  try {
    await send().catch(async (error: unknown) => {
      if (!isForGoneDevice(error)) throw error
      await leftOut.during(sock, () => leaveOutGone(jid, socket, me))
      await send()
    })
  } catch (error) {
    const isMeant = leftOut.isForged || leftOut.refusal !== undefined
    if (!isGroup(jid) || !isForNobody(error) || !isMeant) throw error
    await leftOut.skip(jid, sock.authState.keys, me)
    await send()
  }
}
