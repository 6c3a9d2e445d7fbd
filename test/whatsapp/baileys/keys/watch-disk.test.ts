import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../../../src/bridge/store-error.ts'
import {
  openAuthState,
  type StorageError,
  watchDisk,
} from '../../../../src/whatsapp/baileys/keys/auth-state.ts'
import { RecordingBridge, TempDir } from '../../support.ts'

test('The first refusal of the disk is told once, also to one who listens only afterwards', () => {
  using dir = new TempDir()
  using bridge = new RecordingBridge(dir.path)
  let isFull = true
  const disk = watchDisk(
    openAuthState({
      ...bridge.sessions,
      get: (type, id) => bridge.sessions.get(type, id),
      set: changes => {
        if (isFull) throw new StoreError('disk full')
        bridge.sessions.set(changes)
      },
    }),
  )
  const told: StorageError[] = []
  assert.throws(() => disk.saveCreds(), { name: 'StorageError' })
  disk.onRefusal(error => told.push(error))
  assert.equal(told.length, 1)
  assert.throws(() => disk.saveCreds(), { name: 'StorageError' })
  assert.equal(told.length, 1)

  isFull = false
  const other = watchDisk(openAuthState(bridge.sessions))
  other.onRefusal(error => told.push(error))
  other.saveCreds()
  assert.equal(told.length, 1)
})
