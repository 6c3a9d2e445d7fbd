import { AsyncLocalStorage } from 'node:async_hooks'
import type { BinaryNode, SignalKeyStoreWithTransaction, WASocket } from '@whiskeysockets/baileys'
import { isGroup, normalizeAddress, phoneOf } from '../../address.ts'
import { isMe, type Me } from '../me.ts'
import { childOf, childrenOf } from '../node.ts'

const current = new AsyncLocalStorage<LeftOut>()

/** WhatsApp does not give the keys of a device, and says why by a code; or it gives some that lack a part. */
interface Unusable {
  readonly jid: string
  readonly code?: number
}

/** What was taken out of a frame, for all who look at it. */
const taken = new WeakMap<BinaryNode, readonly Unusable[]>()

/**
 * The devices that one message does not go to. Nothing is encrypted with keys that do not verify: WhatsApp, or whoever
 * stands between, could read it. Whoever they are of is left out, and the others get the message, as with whatsmeow
 * (send.go, encryptMessageForDevices) and with Baileys where it has no session (lib/Socket/messages-send.js,
 * createParticipantNodes).
 */
export class LeftOut {
  readonly #forged = new Set<string>()
  /** Each with the other address of its owner, where that is known: WhatsApp is asked for keys by LIDs only. */
  readonly #failed = new Map<string, string | undefined>()
  /** What came from WhatsApp meanwhile, for this sending or another. */
  readonly #unusable: Unusable[] = []

  /** WhatsApp gave keys of a device that do not verify, in the course of a step of `during`. */
  static noteForged(jid: string): void {
    const sending = current.getStore()
    if (sending) sending.#forged.add(jid)
  }

  /** A device could not be encrypted for, in the course of a step of `during`. */
  static noteFailed(jid: string, alias?: string): void {
    const sending = current.getStore()
    if (sending) sending.#failed.set(jid, alias)
  }

  /** Sends, and notices who is left out. */
  async during<T>({ ws }: Pick<WASocket, 'ws'>, send: () => Promise<T>): Promise<T> {
    const look = (frame: BinaryNode) => this.#unusable.push(...dropUnusable(frame))
    ws.on('frame', look)
    try {
      return await current.run(this, send)
    } finally {
      ws.off('frame', look)
    }
  }

  get isForged(): boolean {
    return this.#unverified.length > 0
  }

  /** Those whose keys do not verify, or lack a part without which they cannot. */
  get #unverified(): string[] {
    const lacking = this.#unusable.filter(({ jid, code }) => code === undefined && this.#hasFailed(jid))
    return [...this.#forged, ...lacking.map(({ jid }) => jid)]
  }

  /** The code with which WhatsApp refused to give the keys of somebody whom this went to, if it did. */
  get refusal(): number | undefined {
    return this.#unusable.find(({ jid, code }) => code !== undefined && this.#hasFailed(jid))?.code
  }

  #hasFailed(jid: string): boolean {
    const address = normalizeAddress(jid)
    return address !== undefined && [...this.#failed].flat().some(each => normalizeAddress(each) === address)
  }

  /** Whether the keys that do not verify are of our own devices. */
  isMine(me: Me): boolean {
    return this.#unverified.every(jid => isMe(jid, me))
  }

  /** Whose keys do not verify, by name: for the owner, not for the log. */
  people({ me, nameOf }: { me: Me; nameOf(address: string): string | undefined }): string {
    const names = this.#unverified.map(jid => {
      const address = normalizeAddress(jid) ?? ''
      return isMe(jid, me) ? 'your own phone' : (nameOf(address) ?? phoneOf(address) ?? 'somebody')
    })
    return [...new Set(names)].join(', ')
  }

  /**
   * Makes Baileys believe that those who could not be encrypted for have the key of the group already. It believes so
   * of itself when it could encrypt for anybody else; where nobody else needs the key, it sends nothing at all. Their
   * phones ask for the message again, with keys of their own.
   */
  async skip(group: string, keys: SignalKeyStoreWithTransaction, me: Me): Promise<void> {
    if (!isGroup(group)) throw new Error('Nobody but the members of a group can be left out')
    await keys.transaction(async () => {
      const known = await keys.get('sender-key-memory', [group])
      const skipped = Object.fromEntries([...this.#failed.keys()].map(jid => [jid, true]))
      await keys.set({ 'sender-key-memory': { [group]: { ...known[group], ...skipped } } })
    }, me.pn)
  }
}

/**
 * Takes those out of an answer whose keys WhatsApp does not give (a device that is gone), or not all of them, before Baileys
 * reads it: it would send to nobody because of one (lib/Utils/signal.js, parseAndInjectE2ESessions), also what is asked for
 * again. Listens to all frames of a socket; users in a list of its own come as an answer for keys alone.
 */
export const dropUnusable = (frame: BinaryNode): readonly Unusable[] => {
  const known = taken.get(frame)
  if (known !== undefined) return known
  const list = frame.tag === 'iq' ? childOf(frame, 'list') : undefined
  if (list === undefined) return []
  const all = childrenOf(list)
  const unusable = new Map<BinaryNode, Unusable>()
  for (const user of all.filter(child => child.tag === 'user')) {
    const { jid = '' } = user.attrs
    const error = childOf(user, 'error')
    if (error) unusable.set(user, { jid, code: Number(error.attrs['code']) })
    else if (!isWhole(user)) unusable.set(user, { jid })
  }
  list.content = all.filter(child => !unusable.has(child))
  const found = [...unusable.values()]
  taken.set(frame, found)
  return found
}

/** Bytes of each part, as in whatsmeow (prekeys.go, nodeToPreKeyBundle). A device that ran out of prekeys has no `key`. */
const lengths = { identity: 32, id: 3, value: 32, signature: 64 } as const

const isWhole = (user: BinaryNode): boolean => {
  const has = (parent: BinaryNode | undefined, part: keyof typeof lengths): boolean => {
    const bytes = childOf(parent, part)?.content
    return bytes instanceof Uint8Array && bytes.length === lengths[part]
  }
  const [signed, single] = [childOf(user, 'skey'), childOf(user, 'key')]
  return (
    has(user, 'identity') &&
    (['id', 'value', 'signature'] as const).every(part => has(signed, part)) &&
    (single === undefined || (['id', 'value'] as const).every(part => has(single, part)))
  )
}
