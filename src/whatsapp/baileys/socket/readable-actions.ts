/**
 * Baileys takes for granted that what an action of the app state is about (its `index`) is a list of words (7.0.0-rc14,
 * lib/Utils/chat-utils.js, `processSyncAction`). One that is none ended the telling of all that came in the same answer, names
 * among it, and none of it is told again. Nobody can stand in between; but it logs each action just before it reads it, and
 * what it logs is that action.
 *
 * @param entry what Baileys logs at trace level
 */
export const makeReadable = (entry: unknown): void => {
  const { syncAction } = Object(entry) as { syncAction?: { index?: unknown } }
  if (syncAction === undefined) return
  const index: readonly unknown[] = Array.isArray(syncAction.index) ? syncAction.index : []
  syncAction.index = index.map(word => (typeof word === 'string' ? word : ''))
}
