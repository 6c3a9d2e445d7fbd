import { DynamicLibrary, getUint64, setInt32, setUint64, toString as textAt, toBuffer } from 'node:ffi'
import { readlinkSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { importSlots } from './elf.ts'

/** One thing that SQLite asks the operating system to do with a file. Paths are absolute. */
export type DiskCall =
  /** Opened so that it is made where it is missing. */
  | { readonly kind: 'create'; readonly path: string }
  | { readonly kind: 'write'; readonly path: string; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number }
  /** `fsync`, of a file or of a folder. */
  | { readonly kind: 'sync'; readonly path: string }
  | { readonly kind: 'unlink'; readonly path: string }

/** Called before each call is carried out. Returns an errno to make it fail with, or nothing. Must not throw. */
export type DiskWatcher = (call: DiskCall) => number | undefined

/** Values of Linux. */
export const errno = { EIO: 5, ENOSPC: 28, EROFS: 30, EDQUOT: 122 } as const

/**
 * Shows `watcher` every change that SQLite makes to a file in this process, until disposed. Linux with glibc, x64 and arm64.
 *
 * Nothing is compiled and SQLite is the one that ships: its addon finds `pwrite64`, `fsync` and their kin through slots in its
 * memory, and those are pointed at functions of ours (`node:ffi`), which call the real ones. The shared memory beside the
 * log is mapped, not written, and no part of what survives a crash.
 */
export const watchDisk = (watcher: DiskWatcher): Disposable => {
  new Sqlite(':memory:').close()
  const slots = importSlots(/better[-_]sqlite3.*\.node$/)
  const libc = new DynamicLibrary('libc.so.6')
  const errnoAt = libc.getFunction('__errno_location', { arguments: [], return: 'pointer' })
  const restore: (() => void)[] = []
  const int = (value: number | bigint): number => Number(value)

  const replace = (
    name: keyof typeof signatures,
    callOf: (...values: (number | bigint)[]) => DiskCall | undefined,
  ) => {
    const signature = signatures[name]
    const real = libc.getFunction(name, signature) as unknown as Native
    const replacement: Native = (...values) => {
      const call = callOf(...values)
      const refused = call && watcher(call)
      if (refused === undefined) return real(...values)
      setInt32(errnoAt(), 0, refused)
      return signature.return === 'int64' ? -1n : -1
    }
    const places = slots.get(name)
    if (places === undefined) throw new Error(`SQLite does not call ${name}`)
    const address = libc.registerCallback(signature, replacement as () => number)
    for (const place of places) {
      const before = getUint64(place)
      restore.push(() => setUint64(place, 0, before))
      setUint64(place, 0, address)
    }
  }

  replace('open64', (path, flags) =>
    (int(flags ?? 0) & O_CREAT) === 0 ? undefined : { kind: 'create', path: textAt(BigInt(path ?? 0)) ?? '' },
  )
  replace('pwrite64', (handle, data, size, offset) => ({
    kind: 'write',
    path: pathOf(handle),
    offset: int(offset ?? 0),
    data: toBuffer(BigInt(data ?? 0), int(size ?? 0), true),
  }))
  replace('ftruncate64', (handle, size) => ({ kind: 'truncate', path: pathOf(handle), size: int(size ?? 0) }))
  replace('fsync', handle => ({ kind: 'sync', path: pathOf(handle) }))
  replace('fdatasync', handle => ({ kind: 'sync', path: pathOf(handle) }))
  replace('unlink', path => ({ kind: 'unlink', path: textAt(BigInt(path ?? 0)) ?? '' }))
  return { [Symbol.dispose]: () => restore.forEach(undo => void undo()) }
}

const O_CREAT = 0x40

const signatures = {
  open64: { arguments: ['pointer', 'int32', 'uint32'], return: 'int32' },
  pwrite64: { arguments: ['int32', 'pointer', 'uint64', 'int64'], return: 'int64' },
  ftruncate64: { arguments: ['int32', 'int64'], return: 'int32' },
  fsync: { arguments: ['int32'], return: 'int32' },
  fdatasync: { arguments: ['int32'], return: 'int32' },
  unlink: { arguments: ['pointer'], return: 'int32' },
} as const

const pathOf = (handle: number | bigint | undefined): string => readlinkSync(`/proc/self/fd/${handle}`)

type Native = (...values: (number | bigint)[]) => number | bigint
