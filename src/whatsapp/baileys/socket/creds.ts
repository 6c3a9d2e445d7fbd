import { ALL_WA_PATCH_NAMES, type AuthenticationCreds, type WASocket } from '@whiskeysockets/baileys'
import type { SocketAuth } from '../keys/app-state.ts'
import { settleAppState } from './settle-app-state.ts'

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
      sock.resyncAppState(ALL_WA_PATCH_NAMES, false).catch(() => undefined)
    }
  })
}
