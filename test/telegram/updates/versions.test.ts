import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forgetVersions, openVersions } from '../../../src/telegram/updates/versions.ts'
import { tempStore } from '../../store/temp-store.ts'

test('the version of a message is known until its chat has 2048 newer ones, whatever is written in others', () => {
  using store = tempStore()
  const versions = openVersions(store.session('telegram'))
  versions.set(-1001, 2, 'one')
  for (const [chatId, messageId] of [
    [-1002, 2],
    [-1002, 2050],
    [-1001, 3],
    [7001, 2],
  ] as const)
    versions.set(chatId, messageId, 'another')
  assert.equal(versions.get(-1001, 2), 'one')
  versions.set(-1001, 2050, 'newer')
  assert.deepEqual([versions.get(-1001, 2), versions.get(-1001, 2050)], [undefined, 'newer'])
})

test('versions from when all chats shared their rows are known, and those of some chats forgotten', () => {
  using store = tempStore()
  const sessions = store.session('telegram')
  const shared = ['-1001/2:one', '7001/2051:two', 'of no form that was ever written']
  sessions.set(shared.map((value, index) => ({ type: 'version', id: String(index + 2), value })))
  const versions = openVersions(sessions)
  versions.set(-1002, 2, 'another')
  assert.deepEqual([versions.get(-1001, 2), versions.get(7001, 2051)], ['one', 'two'])
  assert.deepEqual([...sessions.list('version')], [])
  assert.equal([...sessions.list('version-of')].length, 3)
  forgetVersions(sessions, chatId => chatId > 0)
  assert.deepEqual([versions.get(-1001, 2), versions.get(7001, 2051)], ['one', undefined])
})

test('a start reads no versions, however many there are', () => {
  using store = tempStore()
  const sessions = store.session('telegram')
  openVersions(sessions).set(-1001, 2, 'one')
  const read: unknown[] = []
  const list: typeof sessions.list = type => {
    const rows = [...sessions.list(type)]
    read.push(...rows)
    return rows
  }
  assert.equal(openVersions({ ...sessions, list }).get(-1001, 2), 'one')
  assert.deepEqual(read, [])
})
