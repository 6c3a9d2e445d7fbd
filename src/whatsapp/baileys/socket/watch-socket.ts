import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'
import type { Hearing } from './hearing.ts'
import { ping } from './ping.ts'
import { Untold, type UntoldTimes } from './untold.ts'
import { type Queue, Watchdog, type WatchTimes } from './watchdog.ts'

export interface SocketWatch {
  readonly times: WatchTimes
  readonly hearing: Hearing
  readonly untold: UntoldTimes
  /** Queues of ours that must move, beside those of Baileys. */
  readonly queues: readonly Queue[]
  /** Only a new process helps. */
  readonly onHopeless: (reason: string) => void
}

/** The socket that is watched. */
export interface WatchedSocket {
  readonly sock: WASocket
  /** Resolves when all messages that have come so far are handled. */
  readonly handledAll: () => Promise<void>
  readonly end: (reason: string) => void
}

/** A watchdog over a socket that has just logged in: Baileys' queues (lib/Socket/chats.js), ours, and what it hears. */
export const watchSocket = (
  { sock, handledAll, end }: WatchedSocket,
  { times, hearing, untold: untoldTimes, queues, onHopeless }: SocketWatch,
): Watchdog => {
  const { receiptMutex, notificationMutex } = sock
  const pass = (mutex: typeof receiptMutex) => () => mutex.mutex(async () => undefined)
  const untold = new Untold(sock, untoldTimes)
  sock.ws.on('CB:notification,type:server_sync', (node: BinaryNode) => untold.told(node))
  const onSign = (): void => {
    if (sock.ws.isOpen) hearing.untold()
  }
  return new Watchdog({
    times,
    queues: [
      ...queues,
      { name: 'Messages', pass: handledAll },
      { name: 'Receipts', pass: pass(receiptMutex), aside: true },
      { name: 'Notifications', pass: pass(notificationMutex), aside: true },
    ],
    ping: () => ping(sock, times.ping),
    doubt: () => {
      untold.lookIfDue(hearing.quiet, onSign)
      return hearing.takeDoubt()
    },
    onDeaf: (reason, restart) => (restart ? onHopeless(reason) : end(reason)),
  })
}
