import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'
import { Untold } from '../../../../src/whatsapp/baileys/socket/untold.ts'
import { contactMutation } from '../../../simulators/whatsapp/app-state.ts'
import { AppStateStore } from '../../../simulators/whatsapp/app-state-store.ts'
import { child, children, el } from '../../../simulators/whatsapp/node.ts'

const NAME = 'critical_unblock_low'
const MINUTE = 60_000

/** As a server answers that gives no more than `most` patches at once. */
const cut = (collection: BinaryNode, most: number): BinaryNode => {
  const patches = children(child(collection, 'patches'), 'patch')
  if (patches.length <= most) return collection
  const attrs = { ...collection.attrs, has_more_patches: 'true' }
  return el('collection', attrs, [el('patches', {}, patches.slice(0, most))])
}

/** A server with the app state of an account, of which Baileys has got as far as `from`. */
const open = (from: number, most = Number.POSITIVE_INFINITY) => {
  let stored = from
  const state = new AppStateStore()
  let looks = 0
  let isRefused = false
  let now = 0
  const sock = {
    authState: { keys: { get: async () => (stored > 0 ? { [NAME]: { version: stored } } : {}) } },
    query: async (request: BinaryNode) => {
      looks += 1
      if (isRefused) throw new Error('429')
      const asked = children(child(request, 'sync'), 'collection')
      assert.ok(asked.every(({ attrs }) => attrs['return_snapshot'] === 'false'))
      return el('iq', {}, [
        el(
          'sync',
          {},
          asked.map(({ attrs }) => cut(state.since(NAME, Number(attrs['version'])), most)),
        ),
      ])
    },
  } as unknown as WASocket
  const untold = new Untold(sock, { shortest: 2 * MINUTE, longest: 10 * MINUTE, late: 0 }, () => now)
  let signs = 0
  return {
    change: (): number => {
      state.add(NAME, contactMutation({ pn: '1@s.whatsapp.net', lid: '1@lid', name: `Alice ${now}` }))
      return state.version(NAME)
    },
    told: (version: number) =>
      untold.told(
        el('notification', { type: 'server_sync' }, [
          el('collection', { name: NAME, version: String(version) }),
        ]),
      ),
    /** Baileys has got so far, of its own accord. */
    fetched: (version: number) => {
      stored = version
    },
    refuse: (on: boolean) => {
      isRefused = on
    },
    /** How many looks and signs the passing of so much time brings; `quiet` for as long. */
    pass: async (minutes: number, quiet = minutes): Promise<{ looks: number; signs: number }> => {
      const before = { looks, signs }
      for (let minute = 1; minute <= minutes; minute += 1) {
        now += MINUTE
        untold.lookIfDue(Math.min(minute, quiet) * MINUTE, () => {
          signs += 1
        })
        for (let turn = 0; turn < 3; turn += 1) await new Promise(resolve => setTimeout(resolve, 1))
      }
      return { looks: looks - before.looks, signs: signs - before.signs }
    },
  }
}

test('A change that nobody told of is a sign; one that was told, or that stood there before, is none', async () => {
  const phone = open(1)
  for (let each = 0; each < 3; each += 1) phone.change()
  assert.deepEqual(await phone.pass(10), { looks: 3, signs: 0 }, 'Baileys lags behind')
  phone.told(phone.change())
  assert.equal((await phone.pass(10)).signs, 0)
  phone.change()
  assert.equal((await phone.pass(10)).signs, 1)
  assert.equal((await phone.pass(10)).signs, 0, 'once')
})

test('Where Baileys lags behind by more than one answer holds, the rest of it is no sign; what changes afterwards is', async () => {
  const phone = open(1, 10)
  for (let each = 0; each < 30; each += 1) phone.change()
  assert.equal((await phone.pass(20)).signs, 0)
  phone.change()
  assert.equal((await phone.pass(10)).signs, 1)
  for (let each = 0; each < 30; each += 1) phone.change()
  assert.equal((await phone.pass(30)).signs, 1, 'once for all answers')
})

test('What Baileys has fetched by itself since the last look is no sign', async () => {
  const phone = open(1)
  phone.change()
  await phone.pass(10)
  for (let each = 0; each < 3; each += 1) phone.fetched(phone.change())
  assert.equal((await phone.pass(10)).signs, 0)
  phone.change()
  assert.equal((await phone.pass(10)).signs, 1)
})

test('It is looked seldom, never while something comes, and nothing follows from a refusal or from no state at all', async () => {
  const phone = open(1)
  phone.change()
  assert.equal((await phone.pass(1, 0)).looks, 1)
  assert.equal((await phone.pass(60, 0)).looks, 0)
  const { looks } = await phone.pass(8 * 60)
  assert.ok(looks > 45 && looks < 55, String(looks))
  phone.refuse(true)
  assert.equal((await phone.pass(30)).signs, 0)
  phone.refuse(false)
  assert.equal((await phone.pass(30)).signs, 0)
  const unsynced = open(0)
  unsynced.change()
  assert.deepEqual(await unsynced.pass(30), { looks: 0, signs: 0 })
})
