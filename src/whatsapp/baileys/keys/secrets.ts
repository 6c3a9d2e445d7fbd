import { createHmac, randomBytes } from 'node:crypto'
import type { SessionStore } from '../../../bridge/network.ts'

/** What a message needs beside its content: keys that nobody else knows. */
export interface Secrets {
  /** 32 bytes that belong to a message id and a purpose: the same at every attempt to send it, also after a restart. */
  derive(messageId: string, purpose: string): Buffer
}

const ROW = { type: 'meta', id: 'message-secret' }

/**
 * Keys for what we send. They are derived from one secret of this link, instead of drawn anew each time: a message that is
 * sent again under its id, because nobody knows whether it arrived, then has the same keys for those who got it the first
 * time and those who did not.
 */
export const openSecrets = (sessions: SessionStore): Secrets => {
  const root = (): string => {
    const known = sessions.get(ROW.type, ROW.id)
    if (known !== undefined) return known
    const value = randomBytes(32).toString('base64')
    sessions.set([{ ...ROW, value }])
    return value
  }
  return {
    derive: (messageId, purpose) =>
      createHmac('sha256', Buffer.from(root(), 'base64')).update(`${messageId}\n${purpose}`).digest(),
  }
}
