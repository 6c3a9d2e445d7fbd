import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { mostMessages } from './events.ts'
import { made } from './made.ts'
import { messagesIn, type Played, play } from './play.ts'
import { isChange, readTrace, renderTrace, type Trace, traceFile, traceNames } from './trace.ts'

/** Messages that a backlog may cost for each that it has to cost by the trace alone. */
const mostForOne = 1.08

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

const assertWellPlayed = (trace: Trace, played: Played): void => {
  const { took, optimum, refusals, impatient, calls, waited, problems } = played
  assert.deepEqual(problems, [])
  assert.deepEqual({ refusals, impatient }, { refusals: 0, impatient: 0 })
  const sent = messagesIn(calls)
  const most = trace.rows.reduce((sum, row) => sum + mostMessages(row), 0)
  assert.ok(sent <= most, `${sent} messages for what needs ${most} at most`)
  const unseen = trace.rows.filter(([, , kind], row) => !isChange(kind) && waited[row] === undefined)
  assert.deepEqual(unseen, [])
  assert.ok(took <= optimum * 1.05, `${took} ms, and ${optimum} ms would do`)
}

const meanOf = (waits: readonly (number | undefined)[]): number => {
  const all = waits.filter(each => each !== undefined)
  return all.reduce((sum, each) => sum + each, 0) / all.length
}

test('the stored traces are those that the model makes', () => {
  for (const name of traceNames)
    assert.equal(readFileSync(traceFile(name), 'utf8'), renderTrace(made[name]()), name)
})

for (const name of traceNames) {
  test(`as a backlog, from a cold start without a refusal and at most 5 % slower than the limits allow: ${name}`, async () => {
    const trace = readTrace(name)
    const played = await play(trace, { backlog: true })
    assertWellPlayed(trace, played)
    const { took, calls, least } = played
    const sent = messagesIn(calls)
    assert.ok(sent <= least.messages * mostForOne, `${sent} messages, and ${least.messages} would do`)
    assert.ok(took <= least.time * 1.05, `${took} ms, and ${least.time} ms would do`)
  })

  test(`as it comes, the same, and quiet chats hardly wait: ${name}`, async () => {
    const trace = readTrace(name)
    const played = await play(trace)
    assertWellPlayed(trace, played)
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

test('where nothing is joined, the measure says so', async () => {
  const { calls, least } = await play(readTrace('school-class'), { backlog: true, apart: true })
  assert.ok(messagesIn(calls) > least.messages * 2)
})

test('in the traces many chats are quiet, in groups of their own and in topics', () => {
  const quiet = traceNames.map(name => quietChats(readTrace(name)))
  assert.ok(quiet.flatMap(({ own }) => own).length >= 50)
  assert.ok(quiet.flatMap(({ topics }) => topics).length >= 4)
})
