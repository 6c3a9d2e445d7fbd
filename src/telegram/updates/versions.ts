import type { SessionStore } from '../../bridge/network.ts'

/** Which version (`parse/version.ts`) of an owner's message was seen last. */
export interface Versions {
  get(chatId: number, messageId: number): string | undefined
  /** Call it in the transaction that takes the message in. */
  set(chatId: number, messageId: number, version: string): void
}

const type = 'version-of'
/** Rows of earlier versions. */
const formerType = 'version'
/**
 * Rows that are kept of a chat; a newer message takes the row of one that many ids ago. What is no longer known is taken
 * for an edit of the words, and people edit what they have just written.
 */
const rows = 2048

export const openVersions = (sessions: SessionStore): Versions => {
  moveFormer(sessions)
  return {
    get(chatId, messageId) {
      const found = sessions.get(type, rowOf(chatId, messageId))
      const name = nameOf(chatId, messageId)
      return found?.startsWith(name) ? found.slice(name.length) : undefined
    },
    set(chatId, messageId, version) {
      const value = nameOf(chatId, messageId) + version
      sessions.set([{ type, id: rowOf(chatId, messageId), value }])
    },
  }
}

const rowOf = (chatId: number, messageId: number): string => `${chatId}/${messageId % rows}`
const nameOf = (chatId: number, messageId: number): string => `${chatId}/${messageId}:`

/**
 * Once all chats shared the rows: groups that were made on one day took each other's. The type is another one since, so that no
 * start has to look through all rows for those: of 100 chats that takes a second.
 */
const moveFormer = (sessions: SessionStore): void => {
  const moved = [...sessions.list(formerType)].flatMap(({ id, value }) => {
    const [, chatId, messageId] = /^(-?\d+)\/(\d+):/.exec(value) ?? []
    const own = { type, id: rowOf(Number(chatId), Number(messageId)), value }
    return [{ type: formerType, id, value: null }, ...(messageId === undefined ? [] : [own])]
  })
  sessions.set(moved)
}

/** Forgets the versions of all messages of some chats. */
export const forgetVersions = (sessions: SessionStore, isMeant: (chatId: number) => boolean): void => {
  const meant = [...sessions.list(type)].filter(({ value }) => isMeant(Number(value.split('/')[0])))
  sessions.set(meant.map(({ id }) => ({ type, id, value: null })))
}
