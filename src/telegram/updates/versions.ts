import type { SessionStore } from '../../bridge/network.ts'

/** Which version (`parse/version.ts`) of an owner's message was seen last. */
export interface Versions {
  get(chatId: number, messageId: number): string | undefined
  /** Call it in the transaction that takes the message in. */
  set(chatId: number, messageId: number, version: string): void
}

const type = 'version'
/**
 * Rows that are kept; a newer message takes the row of one that many ids ago. What is no longer known is taken for
 * changed, and people edit what they have just written.
 */
const rows = 2048

export const openVersions = (sessions: SessionStore): Versions => {
  const rowOf = (messageId: number): string => String(messageId % rows)
  const nameOf = (chatId: number, messageId: number): string => `${chatId}/${messageId}:`
  return {
    get(chatId, messageId) {
      const found = sessions.get(type, rowOf(messageId))
      const name = nameOf(chatId, messageId)
      return found?.startsWith(name) ? found.slice(name.length) : undefined
    },
    set(chatId, messageId, version) {
      sessions.set([{ type, id: rowOf(messageId), value: nameOf(chatId, messageId) + version }])
    },
  }
}

/** Forgets the versions of all messages of some chats. */
export const forgetVersions = (sessions: SessionStore, isMeant: (chatId: number) => boolean): void => {
  const meant = [...sessions.list(type)].filter(({ value }) => isMeant(Number(value.split('/')[0])))
  sessions.set(meant.map(({ id }) => ({ type, id, value: null })))
}
