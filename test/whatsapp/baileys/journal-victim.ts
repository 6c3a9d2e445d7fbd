import { readFileSync, writeSync } from 'node:fs'
import { type BinaryNode, BufferJSON } from '@whiskeysockets/baileys'
import { RecordingBridge, until } from '../support.ts'
import { JournalHarness } from './journal-harness.ts'

/**
 * A process that handles two stanzas and dies with the second: right behind the commit of the ratchet (`commit`), behind
 * its receipt but before the bridge (`receipt`), or right behind the bridge's commit (`bridge`).
 */
const [dir = '', file = '', kill = ''] = process.argv.slice(2)
const stanzas: BinaryNode[] = JSON.parse(readFileSync(file, 'utf8'), BufferJSON.reviver)
const die = () => process.kill(process.pid, 'SIGKILL')

using bridge = new RecordingBridge(dir)
let commits = 0
const [first, second] = stanzas
const partsOf = (node: BinaryNode | undefined) => (Array.isArray(node?.content) ? node.content.length : 0)
await using harness = new JournalHarness(bridge, {
  afterCommit: () => {
    commits += 1
    if (kill === 'commit' && commits === partsOf(first) + partsOf(second)) die()
  },
})

for (const [position, stanza] of stanzas.entries()) {
  const isLast = position === stanzas.length - 1
  if (isLast && kill === 'receipt') bridge.failure = new Error('the bridge has not come to it yet')
  if (!(await harness.handle(stanza))) throw new Error('The stanza could not be decrypted')
  writeSync(1, `${stanza.attrs['id']}\n`)
  if (isLast && kill === 'receipt') die()
  await until('the event', () => bridge.events.length === position + 1)
}
die()
