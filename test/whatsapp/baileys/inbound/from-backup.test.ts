import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SessionStore } from '../../../../src/bridge/network.ts'
import { openStore, restoreBackup, storePath, writeBackup } from '../../../../src/store/index.ts'
import { FromBackup } from '../../../../src/whatsapp/baileys/inbound/from-backup.ts'
import { Journal } from '../../../../src/whatsapp/baileys/inbound/journal.ts'
import { el } from '../../../simulators/whatsapp/node.ts'
import { TempDir } from '../../support.ts'

/** Something comes, and the process ends before it is handed over; returns its hash. */
const come = (sessions: SessionStore, id: string): string => {
  const journal = new Journal(sessions)
  const enc = el('enc', { v: '2', type: 'msg' }, Buffer.from(id))
  const envelope = journal.envelopeOf(el('message', { from: '1@lid', id }, [enc]), () => undefined)
  const [part] = envelope?.parts ?? []
  assert.ok(envelope && part)
  journal.writePlain(envelope, part.hash, Buffer.from('plain'))
  return part.hash
}

test('What comes between a restore and the first run is not of the backup', async () => {
  using dir = new TempDir()
  const [file, path] = [join(dir.path, 'backup'), storePath(dir.path)]
  const passphrase = () => assert.fail('it is plain')
  const store = openStore(path)
  const old = come(store.session('baileys'), 'OLD')
  await writeBackup(path, file, { force: false })
  store[Symbol.dispose]()
  await restoreBackup(file, path, { passphrase, force: true })
  let late = ''
  {
    using restored = openStore(path)
    const sessions = restored.session('baileys')
    const open = () => new FromBackup(sessions, new Journal(sessions))
    assert.ok(open().has([old]))
    late = come(sessions, 'LATE')
    const next = open()
    assert.deepEqual([next.has([old]), next.has([late])], [true, false])
    sessions.set(next.forget([old]))
    assert.equal(open().has([old]), false)
    await writeBackup(path, file, { force: true })
  }
  await restoreBackup(file, path, { passphrase, force: true })
  using again = openStore(path)
  const sessions = again.session('baileys')
  const marked = new FromBackup(sessions, new Journal(sessions))
  assert.ok(marked.has([late]), 'a second restore')
})
