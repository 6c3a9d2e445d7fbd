import { createHash } from 'node:crypto'
import type { proto } from '@whiskeysockets/baileys'
import { reject, unsure } from '../../../bridge/verdict.ts'
import { isGroup, isLid, isPhone } from '../../address.ts'
import { failedToSend, notConnected, refusedByAck } from '../errors.ts'
import type { Socket } from '../socket.ts'
import { describeStanza } from './stanza.ts'

/** What it takes to get a message on its way. */
export interface Transmitter {
  /** The socket, while it is open: it may be another one after a long upload. */
  socket(): Socket | undefined
  /** Keeps the message at hand for devices that ask for it before it is recorded. */
  remember(id: string, message: proto.IMessage): void
}

/** The socket that is open now. Throws `DeliveryError` when there is none. */
export const openSocket = ({ socket }: Transmitter): Socket => {
  const open = socket()
  if (open === undefined) throw notConnected()
  return open
}

/** Throws `DeliveryError` unless this is a chat that we can write to. */
export const assertWritable = async (jid: string, transmitter: Transmitter): Promise<void> => {
  if (!isGroup(jid) && !isPhone(jid) && !isLid(jid))
    throw reject('WhatsApp chats of this kind cannot be written to')
  if (isPhone(jid)) await openSocket(transmitter).assertExists(jid)
}

/** The first message has the id of the delivery, each further one an id made of it: the same at every attempt. */
export const partId = (messageId: string, position: number): string => {
  if (position === 0) return messageId
  const digest = createHash('sha256').update(`${messageId} ${position}`).digest('hex').toUpperCase()
  return messageId.slice(0, 4) + digest.slice(0, messageId.length - 4)
}

/**
 * Sends one message and waits for the server's ack: `relayMessage` resolves when the stanza is written, which says
 * nothing yet, and a positive ack has no event of its own in Baileys. Throws `DeliveryError`.
 */
export const transmit = async (
  message: proto.IMessage,
  {
    id,
    jid,
    signal,
    transmitter,
  }: { id: string; jid: string; signal: AbortSignal; transmitter: Transmitter },
): Promise<void> => {
  const socket = openSocket(transmitter)
  transmitter.remember(id, message)
  const ack = socket.awaitAck(id, signal)
  try {
    await socket.sock.relayMessage(jid, message, { messageId: id, ...describeStanza(message) })
  } catch (error) {
    ack.cancel()
    throw failedToSend(error)
  }
  const answer = await ack.answer
  if (answer === 'closed') throw unsure('The connection closed before WhatsApp confirmed the message')
  if (answer === 'aborted') throw unsure('Stopped before WhatsApp confirmed the message')
  if (answer === 'silence') {
    void socket.end('No ack from WhatsApp')
    throw unsure('WhatsApp did not confirm the message in time')
  }
  if (answer.error !== undefined) throw refusedByAck(answer.error)
}
