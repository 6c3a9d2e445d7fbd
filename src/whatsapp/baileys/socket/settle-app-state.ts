import { ALL_WA_PATCH_NAMES, type WASocket } from '@whiskeysockets/baileys'
import type { SocketAuth } from '../keys/app-state.ts'

/** How often it is looked whether all that was read of the app state has been told, in milliseconds. */
const settleEvery = 1000

/** Asks once more for what an earlier socket may not have told, and writes down how far this one has told. */
export const settleAppState = (sock: WASocket, auth: SocketAuth): void => {
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
      .then(isBehind => (isBehind ? sock.resyncAppState(ALL_WA_PATCH_NAMES, false) : undefined))
      .catch(() => undefined)
  })
}
