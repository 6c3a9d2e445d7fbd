import type { BinaryNode, SignalKeyStore } from '@whiskeysockets/baileys'
import type { AuthState } from './auth-state.ts'
import { getOwn, setOwn } from './own-rows.ts'

/** As many are kept; of more the oldest are dropped: whoever asks without end must not have us ask WhatsApp without end. */
const MOST = 200

/** Retry receipts that were acknowledged before they could be answered: they do not come again. */
export class Owed {
  readonly #ids: () => readonly string[]
  readonly #keys: Pick<SignalKeyStore, 'get' | 'set'>

  constructor(auth: Pick<AuthState, 'idsOf'>, keys: Pick<SignalKeyStore, 'get' | 'set'>) {
    this.#ids = () => auth.idsOf('owed')
    this.#keys = keys
  }

  /** By their ids. What cannot be read is dropped: it would never be answered. */
  async all(): Promise<[id: string, receipt: BinaryNode][]> {
    const found = await Promise.all(
      this.#ids().map(async id => [id, await getOwn(this.#keys, 'owed', id)] as const),
    )
    const damaged = found.filter(([, receipt]) => !isReceipt(receipt)).map(([id]) => [id, null] as const)
    if (damaged.length > 0) await setOwn(this.#keys, 'owed', Object.fromEntries(damaged))
    return found.flatMap(([id, receipt]) => (isReceipt(receipt) ? [[id, receipt]] : []))
  }

  /**
   * Resolves to its id when it is on disk. It is kept without its keys, which were those of its moment: a session made of
   * them would take the place of a newer one, be it with another phone by now.
   */
  async keep(receipt: BinaryNode): Promise<string> {
    const { from, participant, recipient, id, t } = receipt.attrs
    const row = [from, participant, recipient, id, t].join(' ')
    const others = this.#ids().filter(id => id !== row)
    const tooMany = others.slice(0, Math.max(0, others.length + 1 - MOST)).map(id => [id, null] as const)
    await setOwn(this.#keys, 'owed', { ...Object.fromEntries(tooMany), [row]: withoutKeys(receipt) })
    return row
  }

  drop(id: string): Promise<void> {
    return setOwn(this.#keys, 'owed', { [id]: null })
  }
}

const withoutKeys = (receipt: BinaryNode): BinaryNode =>
  Array.isArray(receipt.content)
    ? { ...receipt, content: receipt.content.filter(({ tag }) => tag !== 'keys') }
    : receipt

const isReceipt = (row: BinaryNode | undefined): row is BinaryNode =>
  (row as Partial<BinaryNode> | null | undefined)?.attrs instanceof Object && Array.isArray(row?.content)
