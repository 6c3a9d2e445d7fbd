import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'
import { childOf } from '../node.ts'

/** Milliseconds. */
export interface CatchUpTimes {
  /** Between something that waited and the question for more. */
  readonly ask: number
  /** Without anything that waited, and without word that this is all: then it is taken for all. */
  readonly silence: number
}

/** Those of WhatsApp Web (`WAWebOfflineHandler`, `WAWebOfflineResumeConst`: whatsapp-rust #359, #629). */
export const CATCH_UP: CatchUpTimes = { ask: 100, silence: 60_000 }

const MORE: BinaryNode = {
  tag: 'ib',
  attrs: {},
  content: [{ tag: 'offline_batch', attrs: { count: '200' } }],
}
const TAKEN_FOR_ALL: BinaryNode = {
  tag: 'ib',
  attrs: {},
  content: [{ tag: 'offline', attrs: { count: '0' } }],
}

/**
 * Asks for all that waited on the server while we were away. It gives as many stanzas as it is asked for, then waits for
 * the next question, and passes on nothing new until it has said that this was all (`ib,,offline`: whatsapp-rust #629,
 * zapo #269). Baileys asks once, for a hundred (lib/Socket/socket.js), and stays without that word (Baileys #2810). So
 * it is asked again behind what comes, as WhatsApp Web does; a server that gives everything at once is done before that.
 *
 * @param announced is told how many messages wait
 */
export const catchUp = (
  { ws, sendNode }: WASocket,
  times: CatchUpTimes,
  announced: (messages: number) => void,
): void => {
  let hasAll = false
  let asking: NodeJS.Timeout | undefined
  let silence: NodeJS.Timeout | undefined

  const ask = (): void => {
    asking = undefined
    if (ws.isOpen) sendNode(MORE).catch(() => undefined)
  }
  const wait = (): void => {
    clearTimeout(silence)
    silence = setTimeout(() => ws.isOpen && ws.emit('CB:ib,,offline', TAKEN_FOR_ALL), times.silence).unref()
  }

  ws.on('CB:success', wait)
  ws.prependListener('CB:ib,,offline_preview', (node: BinaryNode) =>
    announced(Number(childOf(node, 'offline_preview')?.attrs['message'] ?? 0)),
  )
  ws.on('frame', ({ attrs }: BinaryNode) => {
    if (hasAll || attrs?.['offline'] === undefined) return
    wait()
    asking ??= setTimeout(ask, times.ask).unref()
  })
  ws.on('CB:ib,,offline', (node: BinaryNode) => {
    hasAll = node !== TAKEN_FOR_ALL
    clearTimeout(silence)
    if (hasAll) clearTimeout(asking)
  })
}
