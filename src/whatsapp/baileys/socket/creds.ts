import type { AuthenticationCreds, WASocket } from '@whiskeysockets/baileys'
import type { SocketAuth } from '../keys/app-state.ts'

const COLLECTIONS = [
  'critical_block',
  'critical_unblock_low',
  'regular_high',
  'regular_low',
  'regular',
] as const

/**
 * Takes the place of Baileys' own listeners of `creds.update`: theirs (lib/Socket/socket.js) sends a `presence` stanza
 * without type at every change of credentials, which shows the account online.
 */
export const keepCreds = (
  socket: {
    readonly sock: WASocket
    readonly isOpen: boolean
    readonly isClosed: boolean
  },
  auth: SocketAuth,
): void => {
  const { sock } = socket
  settleAppState(sock, auth)
  const save = (update: Partial<AuthenticationCreds>): boolean => {
    if (socket.isClosed) return false
    try {
      auth.saveCreds(update)
      return true
    } catch {
      // The socket has been told (`watchDisk`).
      return false
    }
  }
  sock.ev.removeAllListeners('creds.update')
  sock.ev.on('creds.update', update => {
    const before = auth.state.creds.me?.name
    if (!save(update)) return
    const name = auth.state.creds.me?.name
    // Without a name Baileys could not say "unavailable" when the connection opened.
    if (name !== undefined && name !== before && socket.isOpen) {
      sock.sendPresenceUpdate('unavailable').catch(() => undefined)
    }
    if (update.myAppStateKeyId !== undefined && socket.isOpen) {
      sock.resyncAppState(COLLECTIONS, false).catch(() => undefined)
    }
  })
}

/** How often it is looked whether all that was read of the app state has been told, in milliseconds. */
const settleEvery = 1000

/** Asks once more for what an earlier socket read and may not have told, and writes down how far this one has got when it has. */
const settleAppState = (sock: WASocket, auth: SocketAuth): void => {
  // What Baileys reads, it tells when it has emptied its buffer, which it fills from the first question on.
  const settle = (): void => {
    if (!sock.ev.isBuffering()) auth.settle().catch(() => undefined)
  }
  const timer = setInterval(settle, settleEvery)
  timer.unref()
  sock.ev.on('connection.update', ({ connection }) => {
    if (connection === 'close') {
      clearInterval(timer)
      sock.ev.flush()
      settle()
    }
    if (connection !== 'open') return
    auth
      .isBehind()
      .then(isBehind => (isBehind ? sock.resyncAppState(COLLECTIONS, false) : undefined))
      .catch(() => undefined)
  })
}
