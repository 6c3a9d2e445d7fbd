import { isGroup } from '../../address.ts'
import { failedToSend } from '../errors.ts'
import type { Me } from '../me.ts'
import type { Socket } from '../socket.ts'

/**
 * Hands out the key of a group once more with the next message to it. Baileys (7.0.0-rc14, `relayMessage`) notes who has the
 * key before the message goes that hands it out. Where that was cut off or refused nobody has it: they could read neither this
 * message nor the next one before they have asked for it again, and might get them in another order. Throws `DeliveryError`.
 */
export const handOutAnew = async (jid: string, { sock }: Socket, me: Me): Promise<void> => {
  if (!isGroup(jid)) return
  const { keys } = sock.authState
  try {
    await keys.transaction(async () => {
      await keys.set({ 'sender-key-memory': { [jid]: null } })
    }, me.pn)
  } catch (error) {
    throw failedToSend(error)
  }
}
