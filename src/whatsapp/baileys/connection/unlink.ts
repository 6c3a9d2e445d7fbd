import { S_WHATSAPP_NET } from '@whiskeysockets/baileys'
import { hearEnding } from '../socket/ending.ts'
import type { Socket } from '../socket.ts'
import { afterClose } from './after-close.ts'

/** How long WhatsApp has to answer, in milliseconds. */
const ANSWER_MS = 5000

/**
 * Asks WhatsApp to unlink a device of ours; resolves whether it has agreed. Baileys sends the same and closes without an answer
 * (lib/Socket/socket.js, `logout`), which comes before the line is closed (whatsmeow, client.go, Logout).
 */
export const unlink = async ({ sock }: Socket, device: string): Promise<boolean> => {
  const lastWord = hearEnding(sock.ws)
  const remove = { tag: 'remove-companion-device', attrs: { jid: device, reason: 'user_initiated' } }
  const attrs = { to: S_WHATSAPP_NET, type: 'set', xmlns: 'md' }
  try {
    return (await sock.query({ tag: 'iq', attrs, content: [remove] }, ANSWER_MS)) !== undefined
  } catch {
    const ending = lastWord()
    const next = ending && afterClose(ending)
    return next?.do === 'stop' && next.state === 'logged_out'
  }
}
