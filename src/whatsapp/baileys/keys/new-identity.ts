import type {
  BinaryNode,
  SignalDataSet,
  SignalDataTypeMap,
  SignalKeyStore,
  WASocket,
} from '@whiskeysockets/baileys'
import { childOf } from '../node.ts'
import { rewire } from '../socket/contain.ts'
import { StorageError } from './auth-state.ts'
import { identityAt, signalAddress } from './known-session.ts'

/** Identities of which WhatsApp has said that they are no more, by the name of the sessions under them. */
const OUTDATED_IDENTITY = 'outdated-identity'

/** Whether WhatsApp has said that the identity of a session is no more. */
export const isOutdated = async (
  address: string,
  identity: string,
  keys: Pick<SignalKeyStore, 'get'>,
): Promise<boolean> => {
  const found = await keys.get(OUTDATED_IDENTITY as keyof SignalDataTypeMap, [address])
  return (found[address] as unknown as string | undefined) === identity
}

/**
 * Notes whose identity is another one by now, before Baileys acknowledges the news: the owner hears of it, where that is
 * wanted, and need not when the new keys come. Baileys (7.0.0-rc14, `handleIdentityChange`) asks for these at once, but
 * not where the news had waited, or WhatsApp gives none.
 */
export const hearNewIdentities = ({ ws, authState: { keys }, signalRepository }: WASocket): void => {
  const note = async ({ attrs: { from = '' } }: BinaryNode): Promise<void> => {
    const address = await signalAddress(from, signalRepository)
    const identity = await identityAt(address, keys)
    if (identity === undefined) return
    // Baileys' typings know its own types only; the store takes any.
    await keys.set({ [OUTDATED_IDENTITY]: { [address]: identity } } as unknown as SignalDataSet)
  }
  rewire(ws, 'CB:notification', listener => (...values) => {
    const node = values[0] as BinaryNode
    if (node.attrs['type'] !== 'encrypt' || childOf(node, 'identity') === undefined) return listener(node)
    return note(node)
      .catch((error: unknown) => {
        // The socket ends by itself, and the news comes again.
        if (error instanceof StorageError) throw error
      })
      .then(() => listener(node))
      .catch(() => undefined)
  })
}
