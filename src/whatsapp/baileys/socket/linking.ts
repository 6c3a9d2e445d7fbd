import { randomBytes } from 'node:crypto'
import type { BinaryNode, ConnectionState, WASocket } from '@whiskeysockets/baileys'
import { LoginError } from '../../port.ts'
import { type AuthState, isLinked } from '../keys/auth-state.ts'
import { childOf } from '../node.ts'

type Shown = Pick<ConnectionState, 'qr'>

/** Either stands in a `companion_reg_refresh` (WhatsApp Web, `WAWebHandleCompanionReqRefreshNotification`). */
const REFRESHES = ['companion_reg_refresh', 'pair-device-rotate-qr'] as const

/**
 * What WhatsApp says to a device that nobody has linked yet, beside the codes. Baileys 7.0.0-rc14 knows none of it: it
 * would show codes that link nothing.
 *
 * Behind a scan the secret in the QR code may be retired: a new one is drawn and the same code shown with it (Baileys
 * issue 2737, pull request 2765; whatsapp-rust, companion_reg.rs; zapo, WaPairingFlow.ts). A pairing code does not hold
 * it, and once the phone has taken one the secret is what both have agreed on: there it stays.
 *
 * @param options.show shows a QR code
 * @param options.refused nothing will come of this login
 * @returns puts the present secret into a QR code: Baileys makes all of them with the first
 */
export const hearLinking = (
  { ws, sendNode }: Pick<WASocket, 'ws' | 'sendNode'>,
  auth: AuthState,
  { show, refused }: { show: (shown: Shown) => void; refused: (error: LoginError) => void },
): (<T extends Shown>(update: T) => T) => {
  const { creds } = auth.state
  let last: string | undefined

  const withSecret = (qr: string): string => {
    const parts = qr.split(',')
    // Reference, two keys, the secret, the kind of client (lib/Utils/companion-reg-client-utils.js).
    return parts.with(-2, creds.advSecretKey).join(',')
  }
  ws.on('CB:notification,type:companion_reg_refresh', (node: BinaryNode) => {
    if (creds.me !== undefined || !REFRESHES.some(tag => childOf(node, tag) !== undefined)) return
    try {
      auth.saveCreds({ advSecretKey: randomBytes(32).toString('base64') })
    } catch {
      // The socket has been told (`watchDisk`).
      return
    }
    // Baileys cannot: it has no name of ours to say yet (lib/Socket/messages-recv.js, `sendMessageAck`).
    const { id = '', from = '', type = '' } = node.attrs
    sendNode({ tag: 'ack', attrs: { id, to: from, class: 'notification', type } }).catch(() => undefined)
    if (last !== undefined) show({ qr: withSecret(last) })
  })
  ws.on('CB:notification,type:passkey_prologue_request', () => {
    if (!isLinked(creds))
      refused(
        new LoginError('passkey', 'WhatsApp asks for the passkey of this account, which wa2tg cannot show'),
      )
  })
  // Baileys gives out the code before the server has answered (lib/Socket/socket.js, `requestPairingCode`).
  ws.on('CB:iq,type:error', (node: BinaryNode) => {
    if (isLinked(creds) || creds.pairingCode === undefined) return
    const code = childOf(node, 'error')?.attrs['code']
    const known = /^\d+$/.test(code ?? '') ? ` (${code})` : ''
    refused(new LoginError('noCode', `WhatsApp does not link this number with a pairing code now${known}`))
  })

  return update => {
    if (update.qr === undefined) return update
    last = update.qr
    return { ...update, qr: withSecret(update.qr) }
  }
}
