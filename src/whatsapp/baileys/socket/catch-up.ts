import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'
import { childOf } from '../node.ts'
import type { OnError } from './contain.ts'
import { ping } from './ping.ts'
import type { WatchTimes } from './watchdog.ts'

/** Milliseconds. */
export interface CatchUpTimes {
  /** Between something that waited and the question for more. */
  readonly ask: number
  /** Without anything that waited, and without word that this is all: then it is taken for all, if the line is well. */
  readonly silence: number
}

/** Those of WhatsApp Web (`WAWebOfflineHandler`, `WAWebOfflineResumeConst`: whatsapp-rust #359, #629). */
export const CATCH_UP: CatchUpTimes = { ask: 100, silence: 60_000 }

export interface CatchUpOptions {
  readonly timing: { readonly catchUp: CatchUpTimes; readonly watch: Pick<WatchTimes, 'ping'> }
  /** Resolves when all messages that have come so far are handled. */
  readonly handledAll: () => Promise<void>
  /** Is told how many messages wait. */
  readonly announced: (messages: number) => void
  readonly onError: OnError
}

export type CatchUpSocket = Pick<WASocket, 'ws' | 'ev' | 'sendNode' | 'query'>

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
 * What has come lies in memory until it is handled: there is no next question before all is that had come at the last one.
 *
 * Quiet alone says little: the line may have died in the middle. It counts when all that came is handled and the server
 * answers; where it does not, the watchdog has the last word. Where what follows from the end fails, as when the disk cannot
 * be read for a moment, it comes after the next quiet.
 */
export const catchUp = (
  { ws, ev, sendNode, query }: CatchUpSocket,
  { timing: { catchUp: times, watch }, handledAll, announced, onError }: CatchUpOptions,
): void => {
  let isLoggedIn = false
  let hasAll = false
  let asking: NodeJS.Timeout | undefined
  let silence: NodeJS.Timeout | undefined
  let cameBefore: Promise<void> = Promise.resolve()

  const ask = async (): Promise<void> => {
    const earlier = cameBefore
    cameBefore = handledAll()
    await earlier
    asking = undefined
    if (hasAll || !ws.isOpen) return
    wait()
    await sendNode(MORE).catch(() => undefined)
  }
  const wait = (): void => {
    clearTimeout(silence)
    if (isLoggedIn && !hasAll) silence = setTimeout(() => void quiet(silence), times.silence).unref()
  }
  const quiet = async (since: NodeJS.Timeout | undefined): Promise<void> => {
    await handledAll()
    if (silence !== since || !ws.isOpen) return
    const answer = await ping({ query }, watch.ping).catch(() => undefined)
    if (silence !== since || !ws.isOpen) return
    if (answer === undefined) return wait()
    try {
      ws.emit('CB:ib,,offline', TAKEN_FOR_ALL)
    } catch (error) {
      onError('CB:ib,,offline', error)
      wait()
    }
  }

  ev.on('connection.update', ({ connection }) => {
    if (connection !== 'open') return
    isLoggedIn = true
    wait()
  })
  ws.prependListener('CB:ib,,offline_preview', (node: BinaryNode) =>
    announced(Number(childOf(node, 'offline_preview')?.attrs['message'] ?? 0)),
  )
  ws.on('frame', ({ attrs }: BinaryNode) => {
    if (hasAll || attrs?.['offline'] === undefined) return
    wait()
    asking ??= setTimeout(() => void ask(), times.ask).unref()
  })
  ws.on('CB:ib,,offline', (node: BinaryNode) => {
    hasAll = node !== TAKEN_FOR_ALL
    clearTimeout(silence)
    silence = undefined
    if (hasAll) clearTimeout(asking)
  })
}
