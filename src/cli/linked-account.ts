import { damagedKeys, readStored } from '../bridge/stored-json.ts'
import type { Store } from '../store/index.ts'
import { normalizeAddress } from '../whatsapp/address.ts'

/**
 * Who this machine is linked as, read from the stored session without loading Baileys. The credentials are one JSON
 * row; a link is complete when the phone has signed our device (`account`, Baileys lib/Utils/validate-connection.js).
 * Throws `StoreError`.
 */
export const linkedAccount = (store: Store): { account: string; name?: string } | undefined => {
  const stored = store.session('baileys').get('creds', 'creds')
  const creds: unknown = stored === undefined ? undefined : readCreds(stored)
  const me = field(creds, 'me')
  const account = normalizeAddress(text(me, 'id'))
  if (account === undefined || field(creds, 'account') === undefined) return undefined
  const name = text(me, 'name')
  return { account, ...(name === undefined ? {} : { name }) }
}

/** Whether WhatsApp has unlinked this machine and nobody has linked it since (whatsapp/baileys/connection.ts). */
export const isLoggedOut = (store: Store): boolean =>
  linkedAccount(store) === undefined && store.session('baileys').get('meta', 'logged-out') !== undefined

const readCreds = (json: string): unknown => {
  const creds = readStored(json)
  if (creds === undefined) throw damagedKeys()
  return creds
}

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

const text = (value: unknown, key: string): string | undefined => {
  const found = field(value, key)
  return typeof found === 'string' ? found : undefined
}
