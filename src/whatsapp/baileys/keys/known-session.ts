import type { SignalKeyStore, SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys'
import { isPhone, normalizeAddress } from '../../address.ts'

/** What libsignal keeps of the sessions with a device (libsignal/src/session_record.js). */
interface Sessions {
  readonly _sessions?: Readonly<
    Record<string, { readonly indexInfo: { readonly closed: number; readonly remoteIdentityKey: string } }>
  >
}

/** The name under which Baileys keeps the sessions with a device (lib/Signal/libsignal.js, `resolveLIDSignalAddress`). */
export const signalAddress = async (
  jid: string,
  {
    lidMapping,
    jidToSignalProtocolAddress,
  }: Pick<SignalRepositoryWithLIDStore, 'lidMapping' | 'jidToSignalProtocolAddress'>,
): Promise<string> => {
  const lid = isPhone(normalizeAddress(jid) ?? '') ? await lidMapping.getLIDForPN(jid) : undefined
  return jidToSignalProtocolAddress(lid ?? jid)
}

/** The identity, in base64, of the open session that is kept under a name. */
export const identityAt = async (
  address: string,
  keys: Pick<SignalKeyStore, 'get'>,
): Promise<string | undefined> => {
  // Baileys' typings say bytes.
  const record = (await keys.get('session', [address]))[address] as unknown as Sessions | undefined
  const open = Object.values(record?._sessions ?? {}).find(({ indexInfo }) => indexInfo.closed === -1)
  return open?.indexInfo.remoteIdentityKey
}
