import {
  type BinaryNode,
  encodeSignedDeviceIdentity,
  encodeWAMessage,
  type WAMessageKey,
  type WASocket,
} from '@whiskeysockets/baileys'
import type { ToldTime } from '../../../support/clock.ts'
import { isGroup, isLid, normalizeAddress } from '../../address.ts'
import { readError } from '../errors.ts'
import { inTime } from '../in-time.ts'
import type { AuthState } from '../keys/auth-state.ts'
import { Owed } from '../keys/owed.ts'
import { forgetGroupKey, groupKeyFor, renewSession } from '../keys/retry-keys.ts'
import { isMe } from '../me.ts'
import { childOf } from '../node.ts'
import type { Found } from '../send/sent.ts'
import { describeEnc, describeStanza, typeOf } from '../send/stanza.ts'
import { tokenOf } from '../send/token.ts'
import { rewire } from './contain.ts'
import { makePayer } from './pay-owed.ts'
import { ping } from './ping.ts'
import type { Timing } from './timing.ts'

export interface RetryAnswers {
  /** What we sent under an id, if it was for whoever asks. Rejects when that cannot be said now. */
  find(key: WAMessageKey): Promise<Found | undefined>
  readonly timing: Pick<Timing, 'askedAgain' | 'askedLater'>
  /** What time it is at WhatsApp. */
  readonly time: Pick<ToldTime, 'now'>
}

interface Connection {
  readonly sock: WASocket
  /** Whether anything can still be sent and acknowledged. */
  readonly isAlive: boolean
}

/** Who asks counts how often, up to this (whatsapp-rust, src/retry.rs, `MAX_RETRY_COUNT`). */
const MOST_ASKED = 5
/** Until the server must have taken what was written, in milliseconds. */
const TAKEN_MS = 10_000

/**
 * Answers retry receipts in the place of Baileys: gives a message again to the one device that could not read it, as
 * WhatsApp Web does (`WAWebHandleRetryRequest` and `WAWebSendMsgCreateDeviceStanza`, as whatsapp-rust, wacore/src/send,
 * has it, and whatsmeow, retry.go): `enc` right in the message, with the attribute `edit` of a change, without which
 * clients do not apply it. Baileys (7.0.0-rc14, `sendMessagesAgain`) leaves that out, sends once more to everybody in
 * the chat where a phone asks, and wraps what is for a linked device as for many, which the server is said to refuse
 * with 479.
 *
 * It is acknowledged behind the answer, and comes again where that has not reached the server. What has none within 5 s, or
 * for now, is kept on disk and acknowledged: what the server holds for an ack takes room from what comes next (whatsapp-rust #125),
 * and may cost the connection (#659, behind 50 min). It is tried again, and behind each login until then, for a day
 * (`pay-owed.ts`).
 */
export const answerRetries = (
  connection: Connection,
  auth: Pick<AuthState, 'idsOf'>,
  { find, timing, time }: RetryAnswers,
): void => {
  const { sock } = connection
  const owed = new Owed(auth, sock.authState.keys)
  const over = new AbortController()
  const { messageRetryManager: manager } = sock
  // Baileys need keep nothing of what is sent. Without the manager it would ask the phone at once for what it cannot
  // decrypt.
  if (manager !== null) manager.addRecentMessage = () => undefined

  const answer = async (node: BinaryNode): Promise<void> => {
    const retry = readRetry(node, sock)
    if (retry === undefined) return
    const { chat, asker, id } = retry
    // It may have missed the key of the group, too.
    if (isGroup(chat)) await forgetGroupKey(chat, asker, sock)
    const found = await find({ remoteJid: chat, id, participant: asker })
    if (found === undefined) return
    await renewSession(node, asker, sock)
    // It cannot be encrypted for a device of which there are no keys, or none that verify.
    const stanza = await stanzaFor(found, retry, sock).catch(() => undefined)
    if (stanza === undefined) return
    await sock.sendNode(stanza)
    found.given()
  }

  let last: Promise<unknown> = Promise.resolve()
  /** One at a time; resolves to false where it is worth another try. */
  const inTurn = (node: BinaryNode): Promise<boolean> => {
    const result = last.then(async () => {
      if (!connection.isAlive) return false
      return await answer(node).then(
        () => true,
        error => !isForNow(error),
      )
    })
    last = result
    return result
  }

  const settle = async (node: BinaryNode): Promise<void> => {
    const first = inTurn(node)
    const isDone = await inTime(first).catch(() => false)
    if (!connection.isAlive) return
    const id = isDone ? undefined : await owed.keep(node)
    await sock.sendMessageAck(node)
    if (id !== undefined) await payer.pay(id, node, first)
  }

  const payer = makePayer({
    ...{ owed, timing, signal: over.signal },
    answer: inTurn,
    // The server has taken what was written before it answers this.
    isTaken: async () => (await ping(sock, TAKEN_MS)) !== undefined,
    time: () => time.now,
  })
  sock.ev.on('connection.update', ({ connection: state }) => {
    if (state === 'open') void payer.keepPaying()
    if (state === 'close') over.abort()
  })
  rewire(sock.ws, 'CB:receipt', listener => (...values) => {
    const node = values[0] as BinaryNode
    // One that is not acknowledged comes again.
    return node.attrs['type'] === 'retry' ? settle(node).catch(() => undefined) : listener(node)
  })
}

interface Retry {
  readonly id: string
  readonly from: string
  readonly recipient: string | undefined
  readonly chat: string
  /** The address of the device. */
  readonly asker: string
  readonly isMine: boolean
  readonly count: number
}

const readRetry = (node: BinaryNode, { authState }: WASocket): Retry | undefined => {
  const { id, from, participant, recipient } = node.attrs
  const asker = participant ?? from
  const { me } = authState.creds
  if (!id || !from || !asker || me === undefined) return undefined
  const isMine = isMe(asker, { pn: me.id, ...(me.lid !== undefined && { lid: me.lid }) })
  const chat = normalizeAddress(isMine && participant === undefined ? recipient : from)
  const retry = childOf(node, 'retry')
  if (chat === undefined || retry === undefined) return undefined
  const asked = Number(retry.attrs['count'])
  const count = Number.isInteger(asked) && asked >= 1 && asked <= MOST_ASKED ? asked : 1
  return { id, from, recipient, chat, asker, isMine, count }
}

/** A refusal for good is an answer; all else may be another one in a moment. */
const isForNow = (error: unknown): boolean => {
  const { data } = readError(error)
  return typeof data !== 'number' || data === 408 || data === 429 || data >= 500
}

/** The message for one device alone. */
const stanzaFor = async (
  { message, addressing }: Found,
  { id, from, chat, asker, isMine, count, recipient }: Retry,
  sock: WASocket,
): Promise<BinaryNode> => {
  const { authState, signalRepository } = sock
  const isInGroup = isGroup(chat)
  const { messageContextInfo } = message
  const content =
    isMine && !isInGroup
      ? {
          deviceSentMessage: { destinationJid: chat, message },
          ...(messageContextInfo && { messageContextInfo }),
        }
      : { ...message, ...(isInGroup && (await groupKeyFor(chat, { authState, signalRepository }))) }
  const data = encodeWAMessage(content)
  const { type, ciphertext } = await signalRepository.encryptMessage({ jid: asker, data })
  const { additionalAttributes, additionalNodes } = describeStanza(message)
  const enc = { v: '2', type, count: String(count), ...describeEnc(message) }
  const addressingMode = addressing ?? (isLid(normalizeAddress(asker) ?? '') ? 'lid' : 'pn')
  const { account } = authState.creds
  // As with the message itself: without it whoever wants one refuses (zapo, src/client/coordinators/WaRetryCoordinator.ts).
  const token = isInGroup || isMine ? undefined : await tokenOf(normalizeAddress(asker) ?? '', sock)
  return {
    tag: 'message',
    attrs: {
      id,
      to: from,
      type: typeOf(message),
      ...(isInGroup ? { participant: asker, addressing_mode: addressingMode } : { device_fanout: 'false' }),
      ...(recipient !== undefined && { recipient }),
      ...additionalAttributes,
    },
    content: [
      { tag: 'enc', attrs: enc, content: ciphertext },
      ...(account
        ? [{ tag: 'device-identity', attrs: {}, content: encodeSignedDeviceIdentity(account, true) }]
        : []),
      ...(token === undefined ? [] : [{ tag: 'tctoken', attrs: {}, content: token }]),
      ...additionalNodes,
    ],
  }
}
