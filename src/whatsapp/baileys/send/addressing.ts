import type { SessionStore } from '../../../bridge/network.ts'
import { DeliveryError } from '../../../bridge/verdict.ts'
import { isGroup, isLid, isPhone } from '../../address.ts'
import { WrongAddress } from '../errors.ts'
import type { OwnRows } from '../keys/own-rows.ts'

const ROW = { type: 'addressing' satisfies keyof OwnRows, id: 'private' } as const
const BY_NUMBER = JSON.stringify('pn' satisfies OwnRows['addressing'])
const BY_LID = JSON.stringify('lid' satisfies OwnRows['addressing'])

export interface AddressingOptions {
  readonly sessions: SessionStore
  /** Every address under which somebody is known. */
  readonly addressesOf: (jid: string) => readonly string[]
  /** Asks WhatsApp who has a number now, and learns it. Throws `DeliveryError`. */
  readonly ask: (number: string) => Promise<void>
}

/**
 * Which of the two addresses of a person private messages go to. That is a property of our account, not of theirs, and WhatsApp says
 * so by refusing alone: an account whose private chats have not moved to LIDs gets ack 400 for every LID (whatsapp-rust #941, #943,
 * after WhatsApp Web, `Lid1X1MigrationUtils.isLidMigrated`), one whose chats have gets 463 for numbers (OpenWA #717), or the device
 * list of a number is empty (Baileys #2794). By LID first, then, and by number where a message has shown that only this works. Where
 * one has gone by LID a 400 is about the message: its sender reads that, and not why their number was refused, too.
 *
 * A number may be somebody else's by now: in place of a LID it is taken only when WhatsApp has just said that it is still theirs.
 */
export class Addressing {
  readonly #options: AddressingOptions

  constructor(options: AddressingOptions) {
    this.#options = options
  }

  /**
   * Sends to a chat, and where that is the wrong address of a person, once more to their other one, under the same ids: that is the
   * same message. Throws `DeliveryError`.
   */
  async send(jid: string, attempt: (jid: string) => Promise<void>): Promise<void> {
    const [one = jid, other] = this.#inOrder(jid)
    const [first, second] = other === undefined || (await this.#isOf(jid, one)) ? [one, other] : [other]
    try {
      await attempt(first)
      if (isLid(first)) this.#note(BY_LID)
    } catch (error) {
      if (!(error instanceof WrongAddress)) throw error
      const isOfMessage = isLid(first) && this.#noted === BY_LID
      const refusal = isOfMessage ? error.plain : error
      if (second === undefined || !(await this.#isOf(jid, second))) throw refusal
      await attempt(second).catch((other: unknown) => {
        // Neither: that the account has not moved is no news for the sender.
        throw other instanceof WrongAddress && (isOfMessage || isLid(second)) ? refusal : other
      })
      this.#note(isPhone(second) ? BY_NUMBER : BY_LID)
    }
  }

  /** How messages are known to go. */
  get #noted(): string | undefined {
    return this.#options.sessions.get(ROW.type, ROW.id)
  }

  #note(value: string): void {
    if (this.#noted !== value) this.#options.sessions.set([{ ...ROW, value }])
  }

  /** The number behind a LID, where it is known. */
  numberOf(jid: string): string | undefined {
    return isLid(jid) ? this.#options.addressesOf(jid).find(isPhone) : undefined
  }

  /** Whether an address is still of whoever has another one. Throws `DeliveryError` where that cannot be asked. */
  async #isOf(jid: string, address: string): Promise<boolean> {
    const { ask, addressesOf } = this.#options
    try {
      if (isLid(jid) && isPhone(address)) await ask(address)
    } catch (error) {
      // Nobody has the number any more.
      if (error instanceof DeliveryError && error.verdict.kind === 'reject') return false
      throw error
    }
    return addressesOf(jid).includes(address)
  }

  #inOrder(jid: string): readonly string[] {
    if (isGroup(jid)) return [jid]
    const byNumber = this.#noted === BY_NUMBER
    return [...this.#options.addressesOf(jid)].sort((one, other) => {
      const order = Number(isPhone(one)) - Number(isPhone(other))
      return byNumber ? -order : order
    })
  }
}
