import { StoreError } from './store-error.ts'

/**
 * Reads JSON that was kept on disk. Throws when it is damaged: what `JSON.parse` says then quotes what it was given, which
 * may be text that somebody wrote, or a key.
 */
export const parseStored = (json: string, reviver?: (key: string, value: unknown) => unknown): unknown => {
  try {
    return JSON.parse(json, reviver)
  } catch {
    throw new Error('A value in the data file is damaged')
  }
}

/** The same for what can be found out again, or is no loss: undefined when it is damaged. */
export const readStored = (json: string, reviver?: (key: string, value: unknown) => unknown): unknown => {
  try {
    return parseStored(json, reviver)
  } catch {
    return undefined
  }
}

/** Damage in what nothing goes on without; SQLite does not see what is inside a value. */
export const damagedKeys = (): StoreError =>
  new StoreError(
    'The keys of the link with WhatsApp are damaged on disk. Put the last backup back (wa2tg restore FILE --force), or move "wa2tg.db" away and link anew',
  )
