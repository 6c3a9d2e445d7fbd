import type { SignalDataSet, SignalDataTypeMap } from '@whiskeysockets/baileys'
import type { AuthState } from './auth-state.ts'

const VERSIONS = 'app-state-sync-version'
type Version = SignalDataTypeMap[typeof VERSIONS]
type Values<T extends keyof SignalDataTypeMap> = Record<string, SignalDataTypeMap[T]>

/** Stands among the collections while there is something in one that was read and not handed on. */
const BEHIND = 'behind'
const mark: Version = { version: 0, hash: Buffer.alloc(0), indexValueMap: {} }

/** Credentials and keys for one socket, and how far it has got with the app state: the phone's address book and settings. */
export interface SocketAuth extends AuthState {
  /** Whether something was read that nobody may have been told of: then it has to be asked for once more. */
  isBehind(): Promise<boolean>
  /** What was read so far has been told. Throws `StorageError`. */
  settle(): Promise<void>
}

/**
 * Baileys commits how far it has read the app state before it tells what it read (lib/Socket/chats.js,
 * `resyncAppState`): killed in between, a new name would be known to nobody until the next change. So how far it has
 * got is held back here until that is told, and a mark is committed in its place.
 */
export const holdAppState = (auth: AuthState): SocketAuth => {
  const { creds, keys } = auth.state
  const held = new Map<string, Version>()
  return {
    ...auth,
    state: {
      creds,
      keys: {
        get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
          const found = await keys.get(type, ids)
          return type === VERSIONS ? { ...found, ...(pick(held, ids) as Values<T>) } : found
        },
        set: async (data: SignalDataSet) => {
          const { [VERSIONS]: versions, ...others } = data
          if (versions === undefined) return await keys.set(data)
          await keys.set({ ...others, [VERSIONS]: { [BEHIND]: mark } })
          for (const [name, version] of Object.entries(versions)) {
            if (version !== null) held.set(name, version)
          }
        },
      },
    },
    isBehind: async () => BEHIND in (await keys.get(VERSIONS, [BEHIND])),
    settle: async () => {
      if (held.size === 0) return
      await keys.set({ [VERSIONS]: { ...Object.fromEntries(held), [BEHIND]: null } })
      held.clear()
    },
  }
}

const pick = (versions: ReadonlyMap<string, Version>, names: readonly string[]): Record<string, Version> =>
  Object.fromEntries([...versions].filter(([name]) => names.includes(name)))
