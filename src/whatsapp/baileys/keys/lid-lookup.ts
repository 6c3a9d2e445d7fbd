import { setTimeout as sleep } from 'node:timers/promises'
import type { SignalKeyStore, SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys'
import { userOf } from '../../address.ts'

/** How long WhatsApp has for an answer; messages of all chats wait for it. */
const ANSWER_MS = 5000
/** How long nothing is asked behind a question that was in vain. */
const REST_MS = 60_000

/**
 * Baileys asks WhatsApp for the LID of whoever is known by number alone, before a message is decrypted and whenever a session is
 * looked for. When the question was refused, it acknowledged the message as one that it cannot handle, unread, and asked
 * nobody for it again; when there was no answer, all chats waited for a minute (lib/Utils/decode-wa-message.js,
 * `getDecryptionJid`; lib/Socket/messages-recv.js, `handleMessage`; lib/Signal/libsignal.js, `resolveLIDSignalAddress`).
 *
 * A question that fails is here as one to which nobody knows the answer: the session of the number is taken. Where there is
 * none, because it stands under the LID, the message is asked for again like any other that cannot be read.
 */
export const askForLids = (
  lidMapping: SignalRepositoryWithLIDStore['lidMapping'],
  keys: Pick<SignalKeyStore, 'get'>,
): void => {
  const ask = lidMapping.getLIDForPN.bind(lidMapping)
  /** On the clock that nobody sets, in milliseconds. */
  let restsUntil = 0
  const isStored = async (pn: string): Promise<boolean> => {
    const user = userOf(pn).replace(/:\d+$/, '')
    return (await keys.get('lid-mapping', [user]))[user] !== undefined
  }
  lidMapping.getLIDForPN = async pn => {
    if (performance.now() < restsUntil && !(await isStored(pn))) return null
    const over = new AbortController()
    const late = sleep(ANSWER_MS, undefined, { signal: over.signal, ref: false }).then(() => {
      throw new Error('There is no answer')
    })
    try {
      return await Promise.race([ask(pn), late])
    } catch {
      restsUntil = performance.now() + REST_MS
      return null
    } finally {
      over.abort()
      late.catch(() => undefined)
    }
  }
}
