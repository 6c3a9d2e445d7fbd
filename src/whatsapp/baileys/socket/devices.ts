import { USyncQuery, USyncUser, type WASocket } from '@whiskeysockets/baileys'
import { isLid, normalizeAddress, userOf } from '../../address.ts'
import { inTime } from '../in-time.ts'

type Asked = Pick<WASocket, 'authState' | 'executeUSyncQuery' | 'getUSyncDevices' | 'userDevicesCache'>

/**
 * Which devices people have, over one connection. Baileys remembers that for five minutes (lib/Socket/messages-send.js,
 * `userDevicesCache`); a private message reaches those alone that it was encrypted for, and a good ack says nothing of
 * the others, but for a hash of the list as WhatsApp has it (`phash`). WhatsApp Web asks for the list then, and sends to
 * whom it has missed (whatsmeow #1190, whatsapp-rust #1362). A group's message reaches all devices, who ask for its key.
 *
 * Whether the hash comes with each ack or only where the list was old is nowhere told, nor what it is made of for one
 * who sends none, as Baileys does: so the list is asked for only when a chat has another hash than before.
 */
export class Devices {
  readonly #sock: Asked
  readonly #hashes = new Map<string, string>()

  constructor(sock: Asked) {
    this.#sock = sock
  }

  /** Whether a private message would go to any device of whom it is for. Rejects as Baileys does, which asks where it has forgotten. */
  async areAny(jid: string): Promise<boolean> {
    const devices = await this.#sock.getUSyncDevices([...this.#people(jid)], true, false)
    return devices.some(({ user }) => user === userOf(jid))
  }

  /** Those that a private message will go to, where they are remembered: else they are asked for. */
  async remembered(jid: string): Promise<ReadonlySet<string> | undefined> {
    const devices = new Set<string>()
    for (const person of this.#people(jid)) {
      const known = await this.#sock.userDevicesCache.get(userOf(person))
      if (!Array.isArray(known)) return undefined
      for (const device of known) devices.add(nameOf(device))
    }
    return devices
  }

  /**
   * Whether a message has missed a device. From then on the newer list is the remembered one. Never rejects: the message
   * has gone.
   *
   * @param sentTo what was remembered before it went
   * @param hash as it stands in the ack
   */
  async hasMissed(
    jid: string,
    sentTo: ReadonlySet<string> | undefined,
    { hash, signal }: { readonly hash: string; readonly signal: AbortSignal },
  ): Promise<boolean> {
    if (this.#hashes.get(jid) === hash) return false
    const question = sentTo && this.#sock.getUSyncDevices([...this.#people(jid)], false, false)
    const devices = question && (await inTime(question, signal).catch(() => []))
    // Without an answer there are none, not even ours: the next message asks again.
    if (devices?.length !== 0) this.#hashes.set(jid, hash)
    return devices?.some(device => !sentTo?.has(nameOf(device))) ?? false
  }

  /**
   * Whether WhatsApp names no device of somebody when it is asked once more: a question that got no answer looks the same to Baileys
   * (lib/Socket/socket.js, `waitForMessage`). Without an answer this time it is taken to name some. Never rejects.
   */
  async areNone(jid: string, signal: AbortSignal): Promise<boolean> {
    const query = new USyncQuery().withContext('message').withDeviceProtocol()
    const question = this.#sock.executeUSyncQuery(query.withUser(new USyncUser().withId(jid)))
    const answer = await inTime(question, signal).catch(() => undefined)
    const lists = answer?.list.map(({ devices }) => devices as { readonly deviceList?: readonly unknown[] })
    return lists?.every(devices => !devices?.deviceList?.length) ?? false
  }

  /** Whom a private message goes to: the other person, and ourselves under an address of the same kind. */
  #people(jid: string): readonly string[] {
    const { me } = this.#sock.authState.creds
    const own = normalizeAddress(isLid(jid) ? (me?.lid ?? me?.id) : me?.id)
    return own === undefined ? [jid] : [jid, own]
  }
}

interface Device {
  readonly user: string
  readonly device?: number
}

const nameOf = ({ user, device = 0 }: Device): string => `${user}:${device}`
