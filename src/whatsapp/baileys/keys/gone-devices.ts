import { type JidWithDevice, jidDecode } from '@whiskeysockets/baileys'
import { retry } from '../../../bridge/verdict.ts'
import { isGroup, normalizeAddress } from '../../address.ts'
import { GONE, readError, withoutKeys } from '../errors.ts'
import { isMe, type Me } from '../me.ts'
import type { Socket } from '../socket.ts'

/**
 * Whether a whole question for keys was refused because of one device, whichever that is (adiwajshing/Baileys #955; whatsapp-rust
 * #468, and src/client/sessions.rs). Baileys would ask the same at each attempt.
 */
export const isForGoneDevice = (error: unknown): boolean => readError(error).data === GONE

/**
 * Asks for the keys that a message to a chat needs in ever smaller parts, and takes the devices that are refused by themselves out of
 * Baileys' list of devices: for five minutes nothing is sent to them, then WhatsApp is asked for its list anew. Throws
 * `DeliveryError` where nobody is left, and where the own phone would not see what is sent to somebody.
 */
export const leaveOutGone = async (jid: string, { sock, groups }: Socket, me: Me): Promise<void> => {
  const ask = async (devices: readonly string[]): Promise<void> => {
    try {
      await sock.assertSessions([...devices], false)
    } catch (error) {
      if (!isForGoneDevice(error)) throw error
      if (devices.length <= 1) return await forget(devices[0] ?? '', error)
      const half = Math.ceil(devices.length / 2)
      await ask(devices.slice(0, half))
      await ask(devices.slice(half))
    }
  }
  const forget = async (device: string, error: unknown): Promise<void> => {
    const { user = '', device: number = 0 } = jidDecode(device) ?? {}
    const known = ((await sock.userDevicesCache.get(user)) as JidWithDevice[] | undefined) ?? []
    const others = known.filter(each => (each.device ?? 0) !== number)
    if (!isGroup(jid) && number === 0 && isMe(device, me))
      throw retry('WhatsApp gives no keys of your own phone', error)
    // It would go to the own phone alone.
    if (others.length === 0 && normalizeAddress(device) === jid) throw withoutKeys(GONE, error)
    await sock.userDevicesCache.set(user, others)
  }
  const mine = normalizeAddress(jid.endsWith('@lid') ? me.lid : me.pn) ?? me.pn
  const people = isGroup(jid) ? (await groups.find(jid)).participants.map(({ id }) => id) : [mine, jid]
  const devices = await sock.getUSyncDevices(people, true, false)
  const lacking: string[] = []
  for (const { jid } of devices) {
    const { exists } = await sock.signalRepository.validateSession(jid)
    if (!exists) lacking.push(jid)
  }
  await ask(lacking)
}
