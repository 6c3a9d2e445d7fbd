import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { mostMessages } from './events.ts'
import { made } from './made.ts'
import { messagesIn, type Played, play } from './play.ts'
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

/** As sent: a recorded one is so short that the line makes 6.0 % of it. */
const mostAsSent = { modelled: 1.05, recorded: 1.065 }

const traces = [
  ...traceNames.map(name => ({ name, trace: readTrace(name), most: mostAsSent.modelled })),
  ...recordedFiles.map(file => ({
    name: `recorded ${basename(file, '.json')}`,
    trace: readTraceFile(file),
    most: mostAsSent.recorded,
  })),
]

/** How long a message may wait in a chat that is quiet and has a Telegram chat of its own, in milliseconds. */
const patience = 5000
/** The same in a quiet topic of a busy group: the next free place in the group's minute is its own. */
const patienceInTopic = 61_000

/**
 * Positions of the chats that are never busy, though others may be: ten messages in any minute at most, or, where several are
 * topics of one group, their share of its twenty.
 */
const quietChats = ({ chats, rows }: Trace) => {
  const groupOf = (chat: number) => chats[chat]?.telegram.split('/')[0]
  const all = [...chats.keys()].map(chat => {
    const sharing = [...chats.keys()].filter(other => groupOf(other) === groupOf(chat)).length
    const own = rows.filter(row => row[1] === chat)
    const inMinute = (from: number) => own.filter(([at]) => at >= from && at < from + 60_000)
    const busiest = Math.max(
      ...own.map(([at]) => inMinute(at).reduce((sum, row) => sum + mostMessages(row), 0)),
    )
    return { chat, shares: sharing > 1, isQuiet: busiest <= (sharing > 1 ? 20 / sharing : 10) }
  })
  const quiet = all.filter(({ isQuiet }) => isQuiet)
  const positions = (shares: boolean) => quiet.filter(each => each.shares === shares).map(({ chat }) => chat)
  return { own: positions(false), topics: positions(true) }
}

const longestWait = ({ rows }: Trace, { waited }: Played, chats: readonly number[]): number =>
  Math.max(0, ...rows.map(([, chat], row) => (chats.includes(chat) ? (waited[row] ?? 0) : 0)))

const assertWellPlayed = (trace: Trace, played: Played, most: number): void => {
  const { took, optimum, refusals, impatient, calls, waited, problems } = played
  assert.deepEqual(problems, [])
  assert.deepEqual({ refusals, impatient }, { refusals: 0, impatient: 0 })
  const sent = messagesIn(calls)
  const needed = trace.rows.reduce((sum, row) => sum + mostMessages(row), 0)
  assert.ok(sent <= needed, `${sent} messages for what needs ${needed} at most`)
  const unseen = trace.rows.filter(([, , kind], row) => !isChange(kind) && waited[row] === undefined)
  assert.deepEqual(unseen, [])
  assert.ok(took <= optimum * most, `${took} ms, and ${optimum} ms would do`)
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

for (const { name, trace, most } of traces) {
  test(`as a backlog, from a cold start without a refusal and at most 5 % slower than the limits allow: ${name}`, async () => {
    const played = await play(trace, { backlog: true })
    assertWellPlayed(trace, played, most)
    const { took, calls, least } = played
    const sent = messagesIn(calls)
    assert.ok(sent <= least.messages * mostForOne, `${sent} messages, and ${least.messages} would do`)
    assert.ok(took <= least.time * 1.05, `${took} ms, and ${least.time} ms would do`)
  })

  test(`as it comes, the same, and quiet chats hardly wait: ${name}`, async () => {
    const played = await play(trace)
    assertWellPlayed(trace, played, most)
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
  assertWellPlayed(trace, played, mostAsSent.modelled)
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
