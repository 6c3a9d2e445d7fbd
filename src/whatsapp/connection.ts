import type { WhatsAppConnection, WhatsAppOptions } from './port.ts'

export {
  LoginError,
  type LoginFailure,
  type LoginOptions,
  type LoginStep,
  type WhatsAppConnection,
  type WhatsAppOptions,
} from './port.ts'

/** Loads the way in only now: Baileys costs a quarter of a second that `wa2tg map list` must not pay. */
export const openWhatsApp = async (options: WhatsAppOptions): Promise<WhatsAppConnection> => {
  const { openBaileys } = await import('./baileys/connection.ts')
  return openBaileys(options)
}
