import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { networkDriveOf } from './network-drive.ts'
import { StoreError } from './store-error.ts'

/** Where the store stands in a data folder. */
export const storePath = (dataDir: string): string => join(dataDir, 'wa2tg.db')

/**
 * Makes the data folder where it is missing, for its owner alone, and sees that it is a place to keep messages in. Throws
 * `StoreError` for a network drive: there SQLite's locks and its shared memory do not hold (https://www.sqlite.org/wal.html:
 * "WAL does not work over a network filesystem"), and two machines may come to write one file.
 */
export const prepareDataFolder = (path: string): void => {
  const folder = resolve(path)
  makeFolder(folder)
  refuseNetworkDrive(folder)
}

/** The same for a file that is there: it may be a link that leads elsewhere. */
export const refuseNetworkDrive = (path: string): void => {
  const drive = networkDriveOf(realpathSync(path), readMounts())
  if (drive !== undefined) {
    throw new StoreError(
      `"${path}" is on a network drive (${drive}), where messages cannot be kept safe. Use a --data-dir on a disk of this machine`,
    )
  }
}

/**
 * Throws `StoreError` where a pipe, socket or device stands under the name of a database or of what SQLite keeps beside it. To open
 * a pipe is to wait for its other end, and no signal would end the program meanwhile (fifo(7)). A folder is refused by the system.
 */
export const refuseOtherKinds = (path: string): void => {
  for (const file of ['', '-journal', '-wal', '-shm'].map(end => `${path}${end}`)) {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (stats === undefined || stats.isFile() || stats.isDirectory()) continue
    throw new StoreError(
      `"${file}" is a pipe, socket or device, where a file belongs. Move it away, and start again`,
    )
  }
}

/** Makes a database's file where it is missing, for its owner alone. Throws as above. */
export const makePrivateFile = (path: string): void => {
  refuseOtherKinds(path)
  closeSync(openSync(path, 'a', 0o600))
  if (process.platform !== 'win32') chmodSync(path, 0o600)
}

/**
 * Makes a folder, and those around it. (Node's `recursive` tries for ever where the system says of a folder in one that is
 * there that it cannot be found: /proc, for instance.) A new folder can vanish in a power cut with all that is in it, until
 * the folder around it is flushed.
 */
const makeFolder = (folder: string): void => {
  if (isFolder(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Somebody else may have been faster.
    if (!isFolder(folder)) throw error
  }
  flushFolder(dirname(folder))
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Makes the names in a folder survive a power cut; Windows does that by itself and knows no such call. */
export const flushFolder = (folder: string): void => {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Linux alone says it in a file; elsewhere nothing is known. */
const readMounts = (): string => {
  const file = '/proc/self/mountinfo'
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
