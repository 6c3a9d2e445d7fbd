import type { SignalKeyStoreWithTransaction, SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys'
import { identityAt, signalAddress } from './known-session.ts'
import { isOutdated } from './new-identity.ts'
import { getOwn, setOwn } from './own-rows.ts'

/** So many are remembered of each device: as often as one message is given again. */
const REMEMBERED = 5

interface Tools {
  readonly keys: SignalKeyStoreWithTransaction
  readonly repository: SignalRepositoryWithLIDStore
  /** A device has another identity than the session with it, and WhatsApp has not said so. */
  renewed(jid: string, identity: string): void
}

/**
 * Makes a session of keys, unless one was made of these very keys and the open one is of the same identity. A retry
 * receipt brings keys for one session: where it comes again, since its ack was lost or the process killed, whoever asked
 * may have used the prekey up with the first answer, and could read nothing in a second session ("Invalid PreKey ID").
 *
 * Keys of another identity are taken, as WhatsApp Web does (Baileys, lib/Signal/libsignal.js, `isTrustedIdentity`):
 * whoever has a new phone would wait for ever where WhatsApp does not say so. But whoever hands out keys of their own in
 * somebody's name reads what goes to them from then on, and what is given again: the owner is told as of any new identity.
 */
export const injectOnce = async (
  options: Parameters<SignalRepositoryWithLIDStore['injectE2ESession']>[0],
  { keys, repository, renewed }: Tools,
): Promise<void> => {
  const { identityKey, preKey } = options.session
  const identity = Buffer.from(identityKey).toString('base64')
  const address = await signalAddress(options.jid, repository)
  const known = await identityAt(address, keys)
  const used = await getOwn(keys, 'used-prekey', address)
  const before = used?.identity === identity ? used.preKeys : []
  if (preKey !== undefined && known === identity && before.includes(preKey.keyId)) return
  if (known !== undefined && known !== identity && !(await isOutdated(address, known, keys)))
    renewed(options.jid, identity)
  await keys.transaction(async () => {
    await repository.injectE2ESession(options)
    if (preKey === undefined) return
    const now = { identity, preKeys: [...before, preKey.keyId].slice(-REMEMBERED) }
    await setOwn(keys, 'used-prekey', { [address]: now })
  }, options.jid)
}
