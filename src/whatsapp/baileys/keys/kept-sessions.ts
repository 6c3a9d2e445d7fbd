import type { SignalKeyStoreWithTransaction } from '@whiskeysockets/baileys'

/**
 * Keeps the sessions with a device when a first message of another identity comes from it. Baileys throws all of them away then, by
 * the identity that the last such message had (lib/Signal/libsignal.js, `saveIdentity`), also the one that was made with the new
 * identity since: whoever has a new phone and answered on it what we had written there could not be read. Here no identity is known to
 * it. libsignal closes the former session by itself (src/session_builder.js, `initIncoming`), and reads with it what is still on its way.
 */
export const keepSessions = (keys: SignalKeyStoreWithTransaction): SignalKeyStoreWithTransaction => ({
  ...keys,
  get: async (type, ids) => (type === 'identity-key' ? {} : await keys.get(type, ids)),
})
