import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { mostMessages } from './events.ts'
import { made } from './made.ts'
import { messagesIn, type Played, play } from './play.ts'
import { longestWait, quietChats } from './quiet.ts'
import {
  isChange,
  readTrace,
  readTraceFile,
  recordedFiles,
  renderTrace,
  type Trace,
  traceFile,
  traceNames,
} from './trace.ts'

/** Messages that a backlog may cost for each that it has to cost by the trace alone. */
const mostForOne = 1.08

/**
 * What a backlog may take for each second that the limits allow at least: as it was sent on a line that takes no time, and by the
 * trace alone in whatever order on this line and on none.
 */
const most = { asSent: 1.05, onLine: 1.05, onNoLine: 1.05 }
const mostOf: Readonly<Record<string, typeof most>> = {
  // Only who knew all that waits could find its quickest order.
  'everything-at-once': { ...most, onNoLine: 1.07 },
  // So short that half a second on the line is 6.0 % of it.
  'recorded 06-edits': { ...most, asSent: 1.065, onNoLine: 1.065 },
}

const traces = [
  ...traceNames.map(name => ({ name, trace: readTrace(name) })),
  ...recordedFiles.map(file => ({
    name: `recorded ${basename(file, '.json')}`,
    trace: readTraceFile(file),
  })),
].map(each => ({ ...each, limits: mostOf[each.name] ?? most }))

/** How long a message may wait in a chat that is quiet and has a Telegram chat of its own, in milliseconds. */
const patience = 5000
/** The same in a quiet topic of a busy group: the next free place in the group's minute is its own. */
const patienceInTopic = 61_000

const assertWellPlayed = (trace: Trace, played: Played, { asSent } = most): void => {
  const { took, optimum, refusals, impatient, calls, waited, problems } = played
  assert.deepEqual(problems, [])
  assert.deepEqual({ refusals, impatient }, { refusals: 0, impatient: 0 })
  const sent = messagesIn(calls)
  const needed = trace.rows.reduce((sum, row) => sum + mostMessages(row), 0)
  assert.ok(sent <= needed, `${sent} messages for what needs ${needed} at most`)
  const unseen = trace.rows.filter(([, , kind], row) => !isChange(kind) && waited[row] === undefined)
  assert.deepEqual(unseen, [])
  assert.ok(took <= optimum * asSent, `${took} ms, and ${optimum} ms would do`)
}

const meanOf = (waits: readonly (number | undefined)[]): number => {
  const all = waits.filter(each => each !== undefined)
  return all.reduce((sum, each) => sum + each, 0) / all.length
}

test('the stored traces are those that the model makes', () => {
  for (const name of traceNames)
    assert.equal(readFileSync(traceFile(name), 'utf8'), renderTrace(made[name]()), name)
})

test('of what was recorded only times, kinds and lengths are kept', () => {
  assert.equal(recordedFiles.length, 10)
  for (const file of recordedFiles) {
    const { chats, rows } = readTraceFile(file)
    const minutes = Number(/"about": "(\d+) /.exec(readFileSync(file, 'utf8'))?.[1])
    const kept = {
      about: `${minutes} minutes of public channels`,
      chats: chats.map(({ people, telegram }, index) => ({ name: `Channel ${index + 1}`, people, telegram })),
      rows,
    }
    assert.equal(readFileSync(file, 'utf8'), renderTrace(kept), file)
    for (const { telegram } of chats) assert.match(telegram, /^(group \d+|topic 1\/\d+)$/)
    for (const [, , kind] of rows) assert.match(kind, /^(text|reply|edit|photo|video|voice|document)$/)
    for (const { people } of chats) assert.equal(typeof people, 'number')
    for (const [at, chat, , size, about = 0] of rows)
      assert.ok([at, chat, size, about].every(Number.isInteger), file)
  }
})

for (const { name, trace, limits } of traces) {
  const percent = ((limits.onNoLine - 1) * 100).toPrecision(2)
  test(`as a backlog, from a cold start without a refusal, at most 5 % slower than the limits allow on this line, and ${percent} % than on none: ${name}`, async () => {
    const played = await play(trace, { backlog: true })
    assertWellPlayed(trace, played, limits)
    const { took, calls, least } = played
    const sent = messagesIn(calls)
    assert.ok(sent <= least.messages * mostForOne, `${sent} messages, and ${least.messages} would do`)
    assert.ok(took <= least.time * limits.onLine, `${took} ms, and ${least.time} ms would do`)
    assert.ok(
      took <= least.noLine * limits.onNoLine,
      `${took} ms, and ${least.noLine} ms would do on no line`,
    )
  })

  test(`on a line that takes no time, as a backlog, at most 5 % slower than the limits allow: ${name}`, async () => {
    const { took, least, refusals, problems } = await play(trace, { backlog: true, line: 0 })
    assert.deepEqual({ refusals, problems }, { refusals: 0, problems: [] })
    assert.ok(took <= least.noLine * 1.05, `${took} ms, and ${least.noLine} ms would do`)
  })

  test(`as it comes, without a refusal, and quiet chats hardly wait: ${name}`, async () => {
    const played = await play(trace)
    assertWellPlayed(trace, played, limits)
    const { waited, waitsApart } = played
    const [mean, meanApart] = [meanOf(waited), meanOf(waitsApart)]
    assert.ok(mean <= meanApart * 1.05 + 250, `${mean} ms on average, and ${meanApart} ms would do`)
    const longest = Math.max(...waited.map(each => each ?? 0))
    const longestApart = Math.max(...waitsApart.map(each => each ?? 0))
    assert.ok(longest <= longestApart + 500, `${longest} ms at most, and ${longestApart} ms would do`)
    const quiet = quietChats(trace)
    const own = longestWait(trace, played, quiet.own)
    assert.ok(own <= patience, `${own} ms in a chat of its own`)
    const topics = longestWait(trace, played, quiet.topics)
    assert.ok(topics <= patienceInTopic, `${topics} ms in a topic`)
  })
}

test('200 short texts that come to a group at once are all there within a minute', async () => {
  const trace: Trace = {
    about: 'A crowd',
    chats: [{ name: 'Crowd', people: 20, telegram: 'group 1' }],
    rows: Array.from({ length: 200 }, (_, second) => [second, 0, 'text', 30] as const),
  }
  const played = await play(trace, { backlog: true })
  assertWellPlayed(trace, played)
  assert.ok(played.took <= 60_000, `${played.took} ms`)
})

test('where nothing is joined, the measure says so', async () => {
  const { calls, least } = await play(readTrace('school-class'), { backlog: true, apart: true })
  assert.ok(messagesIn(calls) > least.messages * 2)
})

test('in the traces many chats are quiet, in groups of their own and in topics', () => {
  const quiet = traceNames.map(name => quietChats(readTrace(name)))
  assert.ok(quiet.flatMap(({ own }) => own).length >= 50)
  assert.ok(quiet.flatMap(({ topics }) => topics).length >= 4)
})
