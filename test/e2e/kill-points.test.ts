import assert from 'node:assert/strict'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { flows, oldDatabase, sealed, sealing } from '../../scripts/kill-points/flows.ts'
import { books } from '../../scripts/kill-points/kinds/books.ts'
import { runKinds } from '../../scripts/kill-points/run-kinds.ts'
import { runLives } from '../../scripts/kill-points/run-lives.ts'
import { byPairingCode, byQrCode, runLogins } from '../../scripts/kill-points/run-logins.ts'
import { runRestores } from '../../scripts/kill-points/run-restores.ts'
import { Walk } from '../../scripts/kill-points/walk.ts'

// libsignal prints whole session objects; here the simulated phones' end of it runs in this process.
console.info = () => undefined

const notes = () => mkdtempDisposable(join(tmpdir(), 'wa2tg-points-'))

/** Both ways, live and offline, with files and changes; `scripts/kill-points.ts` walks all. */
const some = new Set([
  'text to Telegram, live',
  'text to WhatsApp, offline',
  'photo to Telegram (group), offline',
  'file to WhatsApp, live',
  'edit to Telegram, offline',
  'reaction to WhatsApp (group), live',
  'a cut connection',
])

/** Chapters of kinds, each with what its kinds come past that others do not. */
const chapters = ['Room', 'Moves', 'Doubt 1', 'Doubt 3', 'In a group']

test('killed at forty named steps of messages and changes, everything is there once and in order', async () => {
  await using folder = await notes()
  const chosen = flows.filter(({ name }) => some.has(name))
  assert.equal(chosen.length, some.size)
  const walk = new Walk()
  const { kills, faults } = await runLives({ folder: folder.path, walk, flows: chosen, kills: 40 })
  assert.deepEqual(faults, [])
  assert.equal(kills.length, 40)
  const points = new Set(kills.map(({ point }) => point))
  for (const seam of ['disk ', 'telegram ', 'whatsapp in ', 'whatsapp out ']) {
    assert.ok(
      [...points].some(point => point.startsWith(seam)),
      `none at "${seam}"`,
    )
  }
})

for (const [index, book] of books.entries()) {
  test(`killed once or twice in each of several kinds (${book.name}), each comes out as it should`, async () => {
    await using folder = await notes()
    const { kills, faults } = await runKinds({
      folder: folder.path,
      walk: new Walk(),
      book,
      isAsked: flow => chapters.some(title => flow.startsWith(`${title}:`)),
      offline: index === 0,
      kills: 30,
    })
    assert.deepEqual(faults, [])
    assert.ok(kills.length >= 5, `${kills.length} kills`)
  })
}

for (const [what, flow, env] of [
  ['with the database of the first release', oldDatabase, {}],
  ['that seals the data', sealing, sealed],
] as const) {
  test(`killed at steps of a start ${what}, nothing is lost or doubled`, async () => {
    await using folder = await notes()
    const options = { folder: folder.path, walk: new Walk(), flows: [flow], env, kills: 5 }
    const { kills, faults } = await runLives(options)
    assert.deepEqual(faults, [])
    assert.equal(kills.length, 5)
  })
}

for (const way of [byQrCode, byPairingCode]) {
  test(`killed at steps of a ${way.name} and of a logout, the next one succeeds, and what came in between is there`, async () => {
    await using folder = await notes()
    const { kills, faults } = await runLogins({ folder: folder.path, walk: new Walk(), way, kills: 5 })
    assert.deepEqual(faults, [])
    assert.ok(kills.length >= 5)
  })
}

test('killed at steps of a backup and of a restore, the next one succeeds, and nothing is lost or doubled', async () => {
  await using folder = await notes()
  const { kills, faults } = await runRestores({ folder: folder.path, walk: new Walk(), kills: 6 })
  assert.deepEqual(faults, [])
  assert.equal(kills.length, 6)
})

test('a walk aims at each passing of each point once, and at what a repair adds', () => {
  const walk = new Walk()
  walk.learn(
    'flow',
    new Map([
      ['a', 2],
      ['b', 1],
    ]),
  )
  const aims = [walk.next('flow'), walk.next('flow')]
  walk.learn('flow', new Map([['c', 1]]))
  assert.equal(walk.isOver('flow'), false)
  aims.push(walk.next('flow'), walk.next('flow'), walk.next('flow'))
  assert.deepEqual(aims.map(aim => aim && `${aim.nth} ${aim.point}`).sort(), [
    '1 a',
    '1 b',
    '1 c',
    '2 a',
    undefined,
  ])
  assert.equal(walk.isOver('flow'), true)
})

test('where nothing is known of a flow, a walk aims at what others come past, each in its turn', () => {
  const walk = new Walk()
  assert.equal(walk.guess(), undefined)
  walk.learn(
    'flow',
    new Map([
      ['a', 2],
      ['b', 1],
    ]),
  )
  assert.deepEqual(
    [walk.guess(), walk.guess()].map(aim => aim && `${aim.nth} ${aim.point}`),
    ['1 b', '1 a'],
  )
})
