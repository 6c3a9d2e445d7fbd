import type { BinaryNode, SignalKeyStore } from '@whiskeysockets/baileys'
import type { AuthState } from './auth-state.ts'
import { getOwn, setOwn } from './own-rows.ts'

/** Retry receipts that were acknowledged before they could be answered: they do not come again. */
export class Owed {
  readonly #ids: () => readonly string[]
  readonly #keys: Pick<SignalKeyStore, 'get' | 'set'>

  constructor(auth: Pick<AuthState, 'idsOf'>, keys: Pick<SignalKeyStore, 'get' | 'set'>) {
    this.#ids = () => auth.idsOf('owed')
    this.#keys = keys
  }

  /** Those that can be read, by their ids. */
  async all(): Promise<[id: string, receipt: BinaryNode][]> {
    const found = await Promise.all(
      this.#ids().map(async id => [id, await getOwn(this.#keys, 'owed', id)] as const),
    )
    return found.flatMap(([id, receipt]) => (receipt === undefined ? [] : [[id, receipt]]))
  }

  /** Resolves to its id when it is on disk. */
  async keep(receipt: BinaryNode): Promise<string> {
    const { from, participant, recipient, id, t } = receipt.attrs
    const row = [from, participant, recipient, id, t].join(' ')
    await setOwn(this.#keys, 'owed', { [row]: receipt })
    return row
  }

  drop(id: string): Promise<void> {
    return setOwn(this.#keys, 'owed', { [id]: null })
  }
}
