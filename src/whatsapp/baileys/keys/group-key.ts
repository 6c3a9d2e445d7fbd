import { isGroup } from '../../address.ts'
import { failedToSend } from '../errors.ts'
import type { Me } from '../me.ts'
import type { Socket } from '../socket.ts'

/**
 * Who has the key of a group. Baileys (7.0.0-rc14, `relayMessage`) notes that before the message goes that hands it
 * out. Where this was cut off or refused nobody has it: they could read neither this message nor the next one before
 * they have asked for it again, and might get them in another order. So the note is taken back, and the next message
 * hands the key out once more.
 */
export class GroupKeys {
  /** What is noted of these groups holds: a message of this run has gone there, and none was cut off since. */
  readonly #sound = new Set<string>()

  /** Before a message goes that an earlier run may have been killed over. Throws `DeliveryError`. */
  async doubt(jid: string, socket: Socket, me: Me): Promise<void> {
    if (!isGroup(jid) || this.#sound.has(jid)) return
    try {
      await forget(jid, socket, me)
    } catch (error) {
      throw failedToSend(error)
    }
  }

  /** A message has gone. */
  gone(jid: string): void {
    if (isGroup(jid)) this.#sound.add(jid)
  }

  /** A message was cut off or refused. Never rejects: a disk that refuses this ends the connection by itself. */
  async failed(jid: string, socket: Socket, me: Me): Promise<void> {
    if (!isGroup(jid)) return
    this.#sound.delete(jid)
    await forget(jid, socket, me).catch(() => undefined)
  }
}

const forget = (group: string, { sock }: Socket, me: Me): Promise<void> => {
  const { keys } = sock.authState
  return keys.transaction(async () => {
    await keys.set({ 'sender-key-memory': { [group]: null } })
  }, me.pn)
}
