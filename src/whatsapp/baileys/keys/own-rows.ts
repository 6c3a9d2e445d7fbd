import type { BinaryNode, SignalDataSet, SignalDataTypeMap, SignalKeyStore } from '@whiskeysockets/baileys'
import type { Row } from '../inbound/journal-row.ts'

/** Rows of ours among Baileys' keys, by type. Its typings know its own types only; the store takes any. */
export interface OwnRows {
  /** By the hash of the ciphertext. */
  readonly journal: Row
  /** The prekeys of a device that sessions were made of, and their identity in base64; by the name of these. */
  readonly 'used-prekey': { readonly identity: string; readonly preKeys: readonly number[] }
  /** `private`: that people are written to by number, since WhatsApp takes nothing else of this account, or that LIDs have worked. */
  readonly addressing: 'pn' | 'lid'
  /** An identity, in base64, of which WhatsApp has said that it is no more; by the name of the sessions under it. */
  readonly 'outdated-identity': string
  /** A retry receipt that is acknowledged and not answered yet. */
  readonly owed: BinaryNode
}

export const getOwn = async <T extends keyof OwnRows>(
  keys: Pick<SignalKeyStore, 'get'>,
  type: T,
  id: string,
): Promise<OwnRows[T] | undefined> => {
  const found = await keys.get(type as string as keyof SignalDataTypeMap, [id])
  return found[id] as unknown as OwnRows[T] | undefined
}

/** In a transaction of the keys it is one commit with what else is written there. */
export const setOwn = async <T extends keyof OwnRows>(
  keys: Pick<SignalKeyStore, 'set'>,
  type: T,
  rows: Readonly<Record<string, OwnRows[T] | null>>,
): Promise<void> => keys.set({ [type]: rows } as unknown as SignalDataSet)
