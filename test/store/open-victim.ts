/**
 * Opens a store, and dies with SIGKILL before the NTH step that SQLite takes on the disk: `node open-victim.ts PATH NTH [KEY]`.
 * Calls of one kind to one file in a row are one step. Ends by itself when there are fewer. With a key (hex) it seals.
 */
import { openStore } from '../../src/store/index.ts'
import { watchDisk } from '../support/disk/watch-disk.ts'

const [path = '', nth = '1', key] = process.argv.slice(2)
let left = Number(nth)
let last = ''
watchDisk(({ kind, path: file }) => {
  if (`${kind} ${file}` !== last) left -= 1
  last = `${kind} ${file}`
  if (left === 0) process.kill(process.pid, 'SIGKILL')
  return undefined
})
openStore(path, key === undefined ? {} : { key: Buffer.from(key, 'hex'), sealAll: true })[Symbol.dispose]()
