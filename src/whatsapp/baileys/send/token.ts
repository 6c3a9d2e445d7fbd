import { setTimeout as sleep } from 'node:timers/promises'
import type { WASocket } from '@whiskeysockets/baileys'
import { isLid } from '../../address.ts'

/** How often it is looked for, in milliseconds. */
const LOOK_MS = 200

/**
 * The token by which somebody lets us write to them, if we have one. Their client gives it when they answer, and Baileys keeps it
 * under their LID and sends it along (lib/Utils/tc-token-utils.js; lib/Socket/messages-send.js, `relayMessage`). Never rejects.
 */
export const tokenOf = async (
  jid: string,
  { authState: { keys }, signalRepository: { lidMapping } }: WASocket,
): Promise<Buffer | undefined> => {
  try {
    const lid = isLid(jid) ? jid : await lidMapping.getLIDForPN(jid)
    const token = lid === null ? undefined : (await keys.get('tctoken', [lid]))[lid]?.token
    return token?.length ? token : undefined
  } catch {
    return undefined
  }
}

interface Awaited {
  readonly before: Buffer | undefined
  readonly sock: WASocket
  readonly ms: number
  readonly signal: AbortSignal
}

/**
 * Whether another token of somebody comes in time. Behind a refusal for want of one Baileys gives them one of ours, to which
 * WhatsApp may answer with theirs (lib/Socket/messages-recv.js, `handleBadAck`), or their client gives it by a notice; Baileys tells
 * of neither when it has stored it, so it is looked for. Nothing is sent meanwhile: each try is said to make it worse.
 */
export const tokenComes = async (jid: string, { before, sock, ms, signal }: Awaited): Promise<boolean> => {
  const end = performance.now() + ms
  while (performance.now() < end && !signal.aborted) {
    await sleep(Math.min(LOOK_MS, ms), undefined, { ref: false })
    const now = await tokenOf(jid, sock)
    if (now !== undefined && !(before !== undefined && now.equals(before))) return true
  }
  return false
}
