import type { SessionStore } from '../../../bridge/network.ts'
import { isGroup, isLid, isPhone } from '../../address.ts'
import { WrongAddress } from '../errors.ts'
import type { OwnRows } from '../keys/own-rows.ts'

const ROW = { type: 'addressing' satisfies keyof OwnRows, id: 'private' } as const
const BY_NUMBER = JSON.stringify('pn')

/** Every address under which somebody is known. */
export type AddressesOf = (jid: string) => readonly string[]

/**
 * Which of the two addresses of a person private messages go to. That is a property of our account, not of theirs, and WhatsApp says
 * so by refusing alone: an account whose private chats have not moved to LIDs gets ack 400 for every LID (whatsapp-rust #941, #943,
 * after WhatsApp Web, `Lid1X1MigrationUtils.isLidMigrated`), one whose chats have gets 463 for numbers (OpenWA #717), or the device
 * list of a number is empty (Baileys #2794). By LID first, then, and by number where a message has shown that only this works.
 */
export class Addressing {
  readonly #sessions: SessionStore
  readonly #addressesOf: AddressesOf

  constructor(sessions: SessionStore, addressesOf: AddressesOf) {
    this.#sessions = sessions
    this.#addressesOf = addressesOf
  }

  /**
   * Sends to a chat, and where that is the wrong address of a person, once more to their other one, under the same ids: that is the
   * same message. Throws `DeliveryError`.
   */
  async send(jid: string, attempt: (jid: string) => Promise<void>): Promise<void> {
    const [first = jid, second] = this.#inOrder(jid)
    try {
      return await attempt(first)
    } catch (error) {
      if (!(error instanceof WrongAddress) || second === undefined) throw error
      await attempt(second).catch((other: unknown) => {
        // Neither: that the account has not moved is no news for the sender.
        throw other instanceof WrongAddress && isLid(second) ? error : other
      })
      this.#sessions.set([{ ...ROW, value: isPhone(second) ? BY_NUMBER : null }])
    }
  }

  /** The number behind a LID, where it is known. */
  numberOf(jid: string): string | undefined {
    return isLid(jid) ? this.#addressesOf(jid).find(isPhone) : undefined
  }

  #inOrder(jid: string): readonly string[] {
    if (isGroup(jid)) return [jid]
    const byNumber = this.#sessions.get(ROW.type, ROW.id) === BY_NUMBER
    return [...this.#addressesOf(jid)].sort((one, other) => {
      const order = Number(isPhone(one)) - Number(isPhone(other))
      return byNumber ? -order : order
    })
  }
}
