import assert from 'node:assert/strict'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { flows, oldDatabase, sealed, sealing } from '../../scripts/kill-points/flows.ts'
import { books } from '../../scripts/kill-points/kinds/books.ts'
import { restoring, runCommands, unsealing } from '../../scripts/kill-points/run-commands.ts'
import { runKinds } from '../../scripts/kill-points/run-kinds.ts'
import { runLives } from '../../scripts/kill-points/run-lives.ts'
import { byPairingCode, byQrCode, runLogins } from '../../scripts/kill-points/run-logins.ts'
import { Walk } from '../../scripts/kill-points/walk.ts'
import { WalkedWrites, writesIn } from '../../scripts/kill-points/writes.ts'
import { pointOf } from '../support/fail-points/index.ts'

// libsignal prints whole session objects; here the simulated phones' end of it runs in this process.
console.info = () => undefined

/** For the program, which is made once, and for the notes of its fail points. */
const folder = await mkdtempDisposable(join(tmpdir(), 'wa2tg-points-'))
after(() => folder.remove())

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

/** Chapters of kinds, each with what its kinds come past that others do not; and how many deaths there must be in each book. */
const chapters = [
  { titles: ['In a group', 'Calls'], offline: true, least: 18 },
  { titles: ['Room', 'Moves', 'Doubt 1', 'Doubt 3'], offline: false, least: 20 },
  { titles: ['Receipts', 'Invitation', 'Mappings'], offline: true, least: 10 },
]

test('killed at forty named steps of messages and changes, everything is there once and in order', async () => {
  const chosen = flows.filter(({ name }) => some.has(name))
  assert.equal(chosen.length, some.size)
  const walk = new Walk()
  const { kills, faults } = await runLives({ folder: folder.path, walk, flows: chosen, kills: 40 })
  assert.deepEqual(faults, [])
  assert.equal(kills.length, 40)
  const points = new Set(kills.map(({ step }) => pointOf(step)))
  for (const seam of ['disk ', 'telegram ', 'whatsapp in ', 'whatsapp out ']) {
    assert.ok(
      [...points].some(point => point.startsWith(seam)),
      `none at "${seam}"`,
    )
  }
})

assert.equal(chapters.length, books.length)
for (const [index, book] of books.entries()) {
  const { titles = [], offline = false, least = 0 } = chapters[index] ?? {}
  test(`killed once or twice in each of several kinds (${book.name}), each comes out as it should`, async () => {
    const { kills, faults } = await runKinds({
      folder: folder.path,
      walk: new Walk(),
      book,
      isAsked: flow => titles.some(title => flow.startsWith(`${title}:`)),
      offline,
      kills: 30,
      killsEach: 2,
    })
    assert.deepEqual(faults, [])
    assert.ok(kills.length >= least, `${kills.length} kills`)
  })
}

for (const [what, flow, env] of [
  ['with the database of an earlier release', oldDatabase, {}],
  ['that seals the data', sealing, sealed],
] as const) {
  test(`killed at steps of a start ${what}, nothing is lost or doubled`, async () => {
    const options = { folder: folder.path, walk: new Walk(), flows: [flow], env, kills: 5 }
    const { kills, faults } = await runLives(options)
    assert.deepEqual(faults, [])
    assert.equal(kills.length, 5)
  })
}

for (const way of [byQrCode, byPairingCode]) {
  test(`killed at steps of a ${way.name} and of a logout, the next one succeeds, and what came in between is there`, async () => {
    const { kills, faults } = await runLogins({ folder: folder.path, walk: new Walk(), way, kills: 5 })
    assert.deepEqual(faults, [])
    assert.ok(kills.length >= 5)
  })
}

for (const [what, typed, most] of [
  ['a backup and of a restore', restoring, 6],
  ['taking the seal off', unsealing, 4],
] as const) {
  test(`killed at steps of ${what}, the next one succeeds, and nothing is lost or doubled`, async () => {
    const { kills, faults } = await runCommands({
      folder: folder.path,
      walk: new Walk(),
      typed,
      kills: most,
    })
    assert.deepEqual(faults, [])
    assert.equal(kills.length, most)
  })
}

/** A life under a plan: it dies at the first of these steps that is not spared. */
const die = (walk: Walk, scope: string, spared: ReadonlySet<string>, steps: readonly string[]) => {
  const end = steps.findIndex(step => !spared.has(step))
  return walk.learn(scope, end < 0 ? steps : steps.slice(0, end + 1), end >= 0)
}

test('a walk dies at each step of a flow once, and at what a repair adds', () => {
  const walk = new Walk()
  assert.equal(walk.next('flow'), undefined)
  const steps = ['1 a', '1 b', '2 a']
  walk.learn('flow', steps, false)
  const deaths: unknown[] = []
  for (let life = 0; !walk.isOver('flow') && life < 20; life += 1) {
    const spared = walk.next('flow') ?? new Set(steps)
    deaths.push(die(walk, 'flow', spared, life === 1 ? ['1 repair', ...steps] : steps))
  }
  assert.deepEqual(deaths.filter(Boolean).sort(), ['1 a', '1 b', '1 repair', '2 a'])
})

test('a walk waits for a step that does not come twice, and lets it be', () => {
  const walk = new Walk()
  walk.learn('flow', ['1 a', '1 b'], false)
  const deaths = [1, 2, 3].map(() => die(walk, 'flow', walk.next('flow') ?? new Set(), ['1 a']))
  assert.deepEqual(deaths.filter(Boolean), ['1 a'])
  die(walk, 'flow', walk.next('flow') ?? new Set(), ['1 a'])
  assert.equal(walk.isOver('flow'), true)
  assert.deepEqual(
    walk.spared.map(({ point, isMissed }) => [point, isMissed]),
    [['b', true]],
  )
})

test('a walk counts the points at which nothing died, and tells those that were waited for from those whose turn never came', () => {
  const walk = new Walk()
  walk.learn('flow', ['1 a', '1 b', '1 c'], false)
  assert.equal(walk.report().early, 3)
  for (let life = 0; life < 5; life += 1) die(walk, 'flow', walk.next('flow') ?? new Set(), ['1 a'])
  walk.learn('another', ['1 d'], false)
  assert.deepEqual(walk.report(), {
    told: [
      '1 of 4 points died at, 3 not: 2 waited for in vain, 1 before their turn',
      'Nothing died at "b" (waited for in vain), passed in flow',
      'Nothing died at "c" (waited for in vain), passed in flow',
      'Nothing died at "d" (not its turn yet), passed in another',
    ],
    early: 1,
  })
  assert.equal(die(walk, 'another', walk.next('another') ?? new Set(), ['1 d']), '1 d')
  assert.equal(walk.report().early, 0)
})

test('where nothing is known of a flow, a walk spares what every life comes past, and most of what was died at elsewhere', () => {
  const walk = new Walk()
  walk.expect(['1 start'])
  const steps = Array.from({ length: 100 }, (_, index) => `1 step ${index}`)
  walk.learn('flow', steps, false)
  for (const _ of steps) die(walk, 'flow', walk.next('flow') ?? new Set(), steps)
  const { spared } = walk.guess('other')
  assert.ok(spared.has('1 start'))
  const most = steps.filter(step => spared.has(step)).length
  assert.ok(most > 80 && most < 100, `${most}`)
  assert.equal(spared.has('1 new'), false)
})

test('a walk lists every statement of the sources that writes, those that no life came past first', () => {
  const sources = writesIn(join(import.meta.dirname, '../../src'))
  assert.ok(sources.length > 60, `${sources.length}`)
  const nothing = new WalkedWrites().report(sources)
  assert.ok(nothing.told.every(line => line.startsWith('NOT PASSED')))
  const writes = new WalkedWrites()
  const what = ['UPDATE messages SET raw = seal(?) WHERE key = ?']
  writes.learn('a flow', [{ moment: 'before', what, isEnd: false }])
  writes.learn('another one', [{ moment: 'after', what, isEnd: true }])
  const { told, missing } = writes.report(sources)
  assert.equal(
    told.at(-1),
    `2 flows, died before it 0, after it 1: ${join('store', 'links.ts')}: UPDATE messages SET \${column} = seal(?) WHERE key = ?`,
  )
  assert.equal(missing, nothing.missing - 1)
})

test('a life of which nothing is known ends at the latest at one of its first things, whatever was died at elsewhere', () => {
  const walk = new Walk()
  walk.expect(['1 start'])
  const scopes = Array.from({ length: 50 }, (_, index) => `flow ${index}`)
  const ends = new Set(
    scopes.map(scope => {
      const { latest } = walk.guess(scope)
      assert.deepEqual(latest?.usual, ['start'])
      assert.equal(walk.learn(scope, ['1 start', '1 a'], true), '1 a')
      return latest.nth
    }),
  )
  assert.ok(Math.min(...ends) >= 1 && Math.max(...ends) <= 20 && ends.size > 10, [...ends].join())
})

test('a walk that knows a flow with points at which nothing died spares all else there', () => {
  const walk = new Walk()
  const steps = ['1 a', '1 b', '1 c']
  walk.learn('flow', steps, false)
  assert.equal(walk.hasUndied('another'), false)
  const sought = () => {
    const { spared, latest } = walk.guess('flow')
    return [die(walk, 'flow', spared, steps), latest]
  }
  assert.deepEqual(
    [sought(), sought(), sought()],
    steps.map(step => [step, undefined]),
  )
  assert.equal(walk.hasUndied('flow'), false)
  assert.notEqual(walk.guess('flow').latest, undefined)
  walk.learn('flow, behind a death', ['1 d'], false)
  assert.equal(walk.hasUndied('flow'), true)
})
