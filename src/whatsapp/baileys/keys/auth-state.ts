import {
  type AuthenticationCreds,
  type AuthenticationState,
  BufferJSON,
  initAuthCreds,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
} from '@whiskeysockets/baileys'
import type { SessionChange, SessionStore } from '../../../bridge/network.ts'
import { damagedKeys, parseStored } from '../../../bridge/stored-json.ts'
import type { OwnRows } from './own-rows.ts'

/** The session store did not take a write (full disk, for instance), or could not be read: what needed it did not happen. */
export class StorageError extends Error {
  constructor(cause: unknown) {
    super('The session could not be kept on disk', { cause })
    this.name = 'StorageError'
  }
}

export interface AuthState {
  readonly state: AuthenticationState
  /** Writes the credentials at once; they are as before when that fails. Throws `StorageError`. */
  saveCreds(update?: Partial<AuthenticationCreds>): void
  /** Deletes credentials and keys; what was received but not handed over stays. Throws `StorageError`. */
  forget(): void
  /** What rows of ours there are of a type, in the order in which they were first written. Throws `StorageError`. */
  idsOf(type: keyof OwnRows): readonly string[]
}

/** Whether a phone has made this machine one of its devices: only then has it signed an account. */
export const isLinked = (creds: AuthenticationCreds): boolean =>
  creds.account !== undefined && creds.account !== null && creds.me !== undefined

/** Baileys' types of keys (lib/Types/Auth.d.ts, SignalDataTypeMap). */
const KEY_TYPES = [
  'pre-key',
  'session',
  'sender-key',
  'sender-key-memory',
  'app-state-sync-key',
  'app-state-sync-version',
  'lid-mapping',
  'device-list',
  'tctoken',
  'identity-key',
] as const satisfies readonly (keyof SignalDataTypeMap)[]

/** What is kept beside them about sessions and account. */
const OWN_TYPES = [
  'used-prekey',
  'outdated-identity',
  'addressing',
  'owed',
] as const satisfies readonly (keyof OwnRows)[]

const CREDS = { type: 'creds', id: 'creds' } as const

/**
 * Baileys' credentials and Signal keys as rows of the session store, one type of Baileys' per type of ours. One
 * `keys.set` is one SQLite transaction whatever the number of types: that is what makes ratchet and journal one
 * commit (lib/Utils/auth-utils.js hands over all mutations of a transaction in a single call). Throws `StoreError` when the
 * credentials are damaged.
 */
export const openAuthState = (sessions: SessionStore): AuthState => {
  const stored = sessions.get(CREDS.type, CREDS.id)
  const creds: AuthenticationCreds = stored === undefined ? initAuthCreds() : readCreds(stored)

  const onDisk = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw new StorageError(error)
    }
  }
  const write = (changes: readonly SessionChange[]): void => onDisk(() => sessions.set(changes))
  const idsOf = (type: string): readonly string[] =>
    onDisk(() => [...sessions.list(type)].map(({ id }) => id))

  return {
    state: {
      creds,
      keys: {
        get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
          const found: Record<string, SignalDataTypeMap[T]> = {}
          for (const id of ids) {
            const value = onDisk(() => sessions.get(type, id))
            const key = value === undefined ? undefined : readKey(type, value)
            if (key !== undefined) found[id] = key
          }
          return found
        },
        set: (data: SignalDataSet) => {
          const rows = Object.entries(data).flatMap(([type, values]) =>
            Object.entries(values ?? {}).map(([id, value]) => ({
              type,
              id,
              value: value === null || value === undefined ? null : render(value),
            })),
          )
          write(rows)
        },
      },
    },
    saveCreds: (update = {}) => {
      // A pairing code is worth nothing to another process, and nobody deletes it when it has been typed in.
      write([{ ...CREDS, value: render({ ...creds, ...update, pairingCode: undefined }) }])
      Object.assign(creds, update)
    },
    forget: () => {
      const rows = [...KEY_TYPES, ...OWN_TYPES].flatMap(type =>
        idsOf(type).map(id => ({ type, id, value: null })),
      )
      write([...rows, { ...CREDS, value: null }])
    },
    idsOf,
  }
}

export interface WatchedDisk extends AuthState {
  /** Whoever listens is told at once of a refusal that came before. */
  onRefusal(listener: (error: StorageError) => void): void
}

/**
 * The same for one socket, which is told of the first refusal of the disk before anybody else is, and is to end.
 * Baileys catches most errors, whatever they are, and goes on: it acknowledges what a write was about, and sends to
 * those devices alone whose session could be stored (lib/Socket/messages-recv.js, `handleMessage`, `handleReceipt`;
 * messages-send.js, `createParticipantNodes`).
 */
export const watchDisk = (auth: AuthState): WatchedDisk => {
  let refusal: StorageError | undefined
  let refused: (error: StorageError) => void = () => undefined
  const told = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      if (error instanceof StorageError && refusal === undefined) {
        refusal = error
        refused(error)
      }
      throw error
    }
  }
  const { creds, keys } = auth.state
  return {
    state: {
      creds,
      keys: { get: (type, ids) => told(() => keys.get(type, ids)), set: data => told(() => keys.set(data)) },
    },
    saveCreds: update => told(() => auth.saveCreds(update)),
    forget: () => told(() => auth.forget()),
    idsOf: type => told(() => auth.idsOf(type)),
    onRefusal: listener => {
      refused = listener
      if (refusal !== undefined) listener(refusal)
    },
  }
}

const parse = <T>(json: string): T => parseStored(json, BufferJSON.reviver) as T

const readCreds = (json: string): AuthenticationCreds => {
  try {
    return parse(json)
  } catch {
    throw damagedKeys()
  }
}

/** One that is damaged is as good as none: it is made or asked for anew, and what came for it comes again. */
const readKey = <T extends keyof SignalDataTypeMap>(
  type: T,
  json: string,
): SignalDataTypeMap[T] | undefined => {
  try {
    return revive(type, parse(json))
  } catch {
    return undefined
  }
}

const render = (value: unknown): string => JSON.stringify(value, BufferJSON.replacer)

/** Baileys wants app state keys as protobuf objects (lib/Utils/use-multi-file-auth-state.js). */
const revive = <T extends keyof SignalDataTypeMap>(type: T, value: SignalDataTypeMap[T]) =>
  type === 'app-state-sync-key'
    ? (proto.Message.AppStateSyncKeyData.fromObject(value as object) as unknown as SignalDataTypeMap[T])
    : value
