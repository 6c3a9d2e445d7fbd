import { STATUS } from '../../address.ts'

/**
 * Takes the error out of the ack of a status. With one (500, as for all that cannot be decrypted) the status stays first
 * in the server's queue, and nothing behind it comes until it expires, a day later; without, the server goes on at once
 * (Baileys #2779, on a real account; WhatsApp Web and whatsapp-rust #647 give none either, whatsmeow never gives any).
 *
 * Baileys lets nobody choose. But it logs each ack just before it sends it (7.0.0-rc14, lib/Socket/messages-recv.js,
 * `sendMessageAck`), and what it logs are the very attributes that go out.
 *
 * @param entry what Baileys logs at debug level
 */
export const ackPlainly = (entry: unknown): void => {
  const { sent } = Object(entry) as { sent?: { class?: string; to?: string; error?: string } }
  if (sent?.class === 'message' && sent.to === STATUS) delete sent.error
}
