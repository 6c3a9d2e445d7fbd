import { SessionCipher } from 'libsignal'

/** What libsignal's typings leave out (libsignal/src/session_record.js, SessionEntry). */
interface Session {
  serialize(): unknown
  readonly constructor: unknown
}

interface Cipher {
  doDecryptWhisperMessage(message: Buffer, session: Session | undefined): Promise<Buffer>
}

const cipher = SessionCipher.prototype as unknown as Cipher
const decrypt = cipher.doDecryptWhisperMessage

/**
 * Makes a session that a message was not meant for stay as it was.
 *
 * Two people who write to each other at the same moment have two sessions. libsignal tries a message with one after the
 * other, steps their ratchets before it sees whether the message fits (session_cipher.js, doDecryptWhisperMessage), and when
 * one fits it stores them all. The one that was tried in vain is broken for good: neither side can read what the other
 * sends with it ("Bad MAC"). Signal's own library tries on copies (rust/protocol/src/session_cipher.rs).
 */
export const leaveOtherSessions = (): void => {
  cipher.doDecryptWhisperMessage = async function (message, session) {
    const before = session?.serialize()
    try {
      return await decrypt.call(this, message, session)
    } catch (error) {
      if (session !== undefined) Object.assign(session, revive(session, before))
      throw error
    }
  }
}

const revive = (session: Session, serialized: unknown): object =>
  (session.constructor as { deserialize(serialized: unknown): object }).deserialize(serialized)
