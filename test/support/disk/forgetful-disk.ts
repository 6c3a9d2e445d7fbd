import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Bytes } from './bytes.ts'
import type { DiskCall } from './watch-disk.ts'

/** Numbers from 0 to 1, as `Math.random` gives them. */
export type Random = () => number

type Change = Extract<DiskCall, { kind: 'write' | 'truncate' }>

/** A file's bytes as last flushed, and what was asked for since. */
interface Inode {
  readonly synced: Bytes
  pending: Change[]
}

/**
 * A disk that has a cache and loses it in a power cut. It is told what a program did to the files of one folder, and says
 * what may be found there afterwards:
 *
 * - what was flushed is there: bytes after `fsync` of the file, a new or a deleted name after `fsync` of the folder;
 * - of what was not, any part may be there, in any order, sector of 512 bytes by sector; bytes by which a file grew and
 *   that did not arrive are zeros or anything at all.
 *
 * That is less than Linux' file systems keep, and what SQLite asks for (https://www.sqlite.org/atomiccommit.html §2).
 */
export class ForgetfulDisk {
  readonly #folder: string
  /** What each name may stand for: first as flushed, then each state since. */
  readonly #names = new Map<string, (Inode | undefined)[]>()

  /** `files` is what is flushed at the beginning, by name. */
  constructor(folder: string, files: Readonly<Record<string, Buffer>> = {}) {
    this.#folder = folder
    for (const [name, content] of Object.entries(files)) {
      this.#names.set(join(folder, name), [{ synced: new Bytes(content), pending: [] }])
    }
  }

  /** The power is still on. Calls outside the folder, and to the shared memory, are none of its business. */
  apply(call: DiskCall): void {
    if (call.kind === 'sync' && call.path === this.#folder) {
      for (const states of this.#names.values()) states.splice(0, states.length - 1)
      return
    }
    if (dirname(call.path) !== this.#folder || call.path.endsWith('-shm')) return
    const states = this.#statesOf(call.path)
    const file = states.at(-1)
    switch (call.kind) {
      case 'create':
        if (file === undefined) states.push({ synced: new Bytes(), pending: [] })
        return
      case 'unlink':
        states.push(undefined)
        return
      case 'sync':
        for (const change of file?.pending.splice(0) ?? []) carryOut(change, file?.synced)
        return
      default:
        if (file === undefined) throw new Error(`"${call.path}" was written before it was made`)
        file.pending.push(call)
    }
  }

  /** How many changes to files and names were asked for and not flushed yet. */
  get unflushed(): number {
    return [...this.#names.values()].reduce(
      (sum, states) => sum + states.length - 1 + (states.at(-1)?.pending.length ?? 0),
      0,
    )
  }

  /** The power goes: writes what is found afterwards into another folder. */
  crash(into: string, random: Random): void {
    mkdirSync(into, { recursive: true })
    // Now and then all of the cache had just been written, or nothing.
    const kept = [0, 1, random()][Math.floor(random() * 3)] ?? 0
    for (const [path, states] of this.#names) {
      const file = random() < kept ? states.at(-1) : states[Math.floor(random() * states.length)]
      const target = join(into, path.slice(this.#folder.length))
      if (file !== undefined) writeFileSync(target, remains(file, kept, random), { mode: 0o600 })
    }
    writeFileSync(join(into, 'wa2tg.db-shm'), Buffer.alloc(32_768, 0xa5))
  }

  #statesOf(path: string): (Inode | undefined)[] {
    const states = this.#names.get(path) ?? [undefined]
    this.#names.set(path, states)
    return states
  }
}

/** The files of a folder, by name. */
export const filesIn = (folder: string): Record<string, Buffer> =>
  Object.fromEntries(readdirSync(folder).map(name => [name, readFileSync(join(folder, name))]))

const sector = 512

const carryOut = (change: Change, bytes: Bytes | undefined): void => {
  if (change.kind === 'write') bytes?.write(change.data, change.offset)
  else bytes?.resize(change.size)
}

/** A file's bytes when each sector of each change that was not flushed is kept with a probability. */
const remains = ({ synced, pending }: Inode, kept: number, random: Random): Buffer => {
  const bytes = new Bytes(synced.read(), random() < 0.5 ? 0 : Math.floor(random() * 256))
  for (const change of pending) {
    if (change.kind === 'truncate') {
      if (random() < kept) bytes.resize(change.size)
      continue
    }
    const { data, offset } = change
    for (let at = offset; at < offset + data.length; ) {
      const end = Math.min(offset + data.length, (Math.floor(at / sector) + 1) * sector)
      if (random() < kept) bytes.write(data.subarray(at - offset, end - offset), at)
      at = end
    }
  }
  return bytes.read()
}
