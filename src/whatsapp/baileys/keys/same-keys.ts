import type { SignalKeyStore, SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys'
import { isPhone, normalizeAddress } from '../../address.ts'

type Keys = Parameters<SignalRepositoryWithLIDStore['injectE2ESession']>[0]

/** What libsignal keeps of the sessions with a device (libsignal/src/session_record.js). */
interface Sessions {
  readonly _sessions?: Readonly<
    Record<
      string,
      {
        readonly indexInfo: { readonly closed: number; readonly remoteIdentityKey: string }
        readonly pendingPreKey?: { readonly preKeyId?: number }
      }
    >
  >
}

/**
 * Whether the open session with a device was made of these very keys, and nothing has come in it yet. A retry receipt
 * brings keys for one session: where it comes again, since its ack was lost or the process killed, whoever asked may have
 * used the prekey up with the first answer, and could read nothing in a second session ("Invalid PreKey ID").
 */
export const isMadeOf = async (
  { jid, session: { identityKey, preKey } }: Keys,
  keys: Pick<SignalKeyStore, 'get'>,
  { lidMapping, jidToSignalProtocolAddress }: SignalRepositoryWithLIDStore,
): Promise<boolean> => {
  if (preKey === undefined) return false
  // As Baileys finds sessions (lib/Signal/libsignal.js, `resolveLIDSignalAddress`).
  const lid = isPhone(normalizeAddress(jid) ?? '') ? await lidMapping.getLIDForPN(jid) : undefined
  const address = jidToSignalProtocolAddress(lid ?? jid)
  // Baileys' typings say bytes.
  const record = (await keys.get('session', [address]))[address] as unknown as Sessions | undefined
  const open = Object.values(record?._sessions ?? {}).find(({ indexInfo }) => indexInfo.closed === -1)
  return (
    open?.pendingPreKey?.preKeyId === preKey.keyId &&
    open.indexInfo.remoteIdentityKey === Buffer.from(identityKey).toString('base64')
  )
}
