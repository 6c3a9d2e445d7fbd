import { AsyncLocalStorage } from 'node:async_hooks'
import type { SignalKeyStoreWithTransaction } from '@whiskeysockets/baileys'
import { isGroup, normalizeAddress, phoneOf } from '../../address.ts'
import { isMe, type Me } from '../me.ts'

const current = new AsyncLocalStorage<LeftOut>()

/**
 * The devices that one message does not go to. Nothing is encrypted with keys that do not verify: WhatsApp, or whoever
 * stands between, could read it. Whoever they are of is left out, and the others get the message, as with whatsmeow (send.go,
 * encryptMessageForDevices) and with Baileys where it has no session (lib/Socket/messages-send.js, createParticipantNodes).
 */
export class LeftOut {
  readonly #forged = new Set<string>()
  readonly #failed = new Set<string>()

  /** WhatsApp gave keys of a device that do not verify, in the course of a step of `during`. */
  static noteForged(jid: string): void {
    const sending = current.getStore()
    if (sending) sending.#forged.add(jid)
  }

  /** A device could not be encrypted for, in the course of a step of `during`. */
  static noteFailed(jid: string): void {
    const sending = current.getStore()
    if (sending) sending.#failed.add(jid)
  }

  /** Sends, and notices who is left out. */
  during<T>(send: () => Promise<T>): Promise<T> {
    return current.run(this, send)
  }

  get isForged(): boolean {
    return this.#forged.size > 0
  }

  /** Whose keys do not verify, in words. */
  people({ me, nameOf }: { me: Me; nameOf(address: string): string | undefined }): string {
    const names = [...this.#forged].map(jid => {
      const address = normalizeAddress(jid) ?? ''
      return isMe(jid, me) ? 'your own phone' : (nameOf(address) ?? phoneOf(address) ?? 'somebody')
    })
    return [...new Set(names)].join(', ')
  }

  /**
   * Makes Baileys believe that those who could not be encrypted for have the key of the group already. It believes so of
   * itself when it could encrypt for anybody else; where nobody else needs the key, it sends nothing at all. Their phones ask
   * for the message again, with keys of their own.
   */
  async skip(group: string, keys: SignalKeyStoreWithTransaction, me: Me): Promise<void> {
    if (!isGroup(group)) throw new Error('Nobody but the members of a group can be left out')
    await keys.transaction(async () => {
      const known = await keys.get('sender-key-memory', [group])
      const skipped = Object.fromEntries([...this.#failed].map(jid => [jid, true]))
      await keys.set({ 'sender-key-memory': { [group]: { ...known[group], ...skipped } } })
    }, me.pn)
  }
}
