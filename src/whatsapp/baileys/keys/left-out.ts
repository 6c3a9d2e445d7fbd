import { AsyncLocalStorage } from 'node:async_hooks'
import type { BinaryNode, SignalKeyStoreWithTransaction, WASocket } from '@whiskeysockets/baileys'
import { isGroup, normalizeAddress, phoneOf } from '../../address.ts'
import { isMe, type Me } from '../me.ts'

const current = new AsyncLocalStorage<LeftOut>()

/** WhatsApp does not give the keys of a device. */
interface Refusal {
  readonly jid: string
  readonly code: number
}

/** What was taken out of a frame, for all who are sending when it comes. */
const taken = new WeakMap<BinaryNode, readonly Refusal[]>()

/**
 * The devices that one message does not go to. Nothing is encrypted with keys that do not verify: WhatsApp, or whoever
 * stands between, could read it. Whoever they are of is left out, and the others get the message, as with whatsmeow (send.go,
 * encryptMessageForDevices) and with Baileys where it has no session (lib/Socket/messages-send.js, createParticipantNodes).
 */
export class LeftOut {
  readonly #forged = new Set<string>()
  readonly #failed = new Set<string>()
  /** What WhatsApp has refused meanwhile, to this sending or another. */
  readonly #refusals: Refusal[] = []

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
  async during<T>({ ws }: Pick<WASocket, 'ws'>, send: () => Promise<T>): Promise<T> {
    const look = (frame: BinaryNode) => {
      const refused = taken.get(frame) ?? dropRefused(frame)
      taken.set(frame, refused)
      this.#refusals.push(...refused)
    }
    ws.on('frame', look)
    try {
      return await current.run(this, send)
    } finally {
      ws.off('frame', look)
    }
  }

  get isForged(): boolean {
    return this.#forged.size > 0
  }

  /** The code with which WhatsApp refused to give the keys of somebody whom this went to, if it did. */
  get refusal(): number | undefined {
    const failed = new Set([...this.#failed].map(normalizeAddress))
    return this.#refusals.find(({ jid }) => failed.has(normalizeAddress(jid)))?.code
  }

  /** Whether the keys that do not verify are of our own devices. */
  isMine(me: Me): boolean {
    return [...this.#forged].every(jid => isMe(jid, me))
  }

  /** Whose keys do not verify, by name: for the owner, not for the log. */
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

/**
 * Takes those out of an answer whose keys WhatsApp does not give (a device that is gone), before Baileys reads it: it would
 * send to nobody because of one (lib/Utils/signal.js, parseAndInjectE2ESessions).
 */
const dropRefused = ({ tag, content }: BinaryNode): readonly Refusal[] => {
  const list = tag === 'iq' ? childrenOf(content).find(child => child.tag === 'list') : undefined
  if (list === undefined) return []
  const users = childrenOf(list.content)
  const errorOf = (user: BinaryNode): BinaryNode | undefined =>
    user.tag === 'user' ? childrenOf(user.content).find(child => child.tag === 'error') : undefined
  list.content = users.filter(user => errorOf(user) === undefined)
  return users.flatMap(user => {
    const error = errorOf(user)
    return error ? [{ jid: user.attrs['jid'] ?? '', code: Number(error.attrs['code']) }] : []
  })
}

const childrenOf = (content: BinaryNode['content']): readonly BinaryNode[] =>
  Array.isArray(content) ? content : []
