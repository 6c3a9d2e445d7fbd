import type { BinaryNode, SignalKeyStore, WASocket } from '@whiskeysockets/baileys'
import { childOf } from '../node.ts'
import { rewire } from '../socket/contain.ts'
import { StorageError } from './auth-state.ts'
import { identityAt, signalAddress } from './known-session.ts'
import { getOwn, setOwn } from './own-rows.ts'

/** Whether WhatsApp has said that the identity of a session is no more. */
export const isOutdated = async (
  address: string,
  identity: string,
  keys: Pick<SignalKeyStore, 'get'>,
): Promise<boolean> => (await getOwn(keys, 'outdated-identity', address)) === identity

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
    await setOwn(keys, 'outdated-identity', { [address]: identity })
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
