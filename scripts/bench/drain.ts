/**
 * Measures how well the pace uses what Telegram allows: the ten modelled traces of test/traffic, or others, go through
 * the real inbox, outbox, worker and Telegram network to the Bot API simulator with its limits on. Prints how long each
 * took, the least that the limits allow (test/traffic/README.md says for what), how often Telegram refused, and the
 * longest that a message waited, in all chats and in quiet ones with a group of their own. Time is virtual where nothing is said.
 *
 *   node scripts/bench/drain.ts [--backlog] [--apart] [--real-time] [trace or file...]
 *
 * `--backlog`: everything comes at once, as after an outage. `--apart`: nothing is joined. `--real-time`: as long as it takes,
 * up to half an hour, all traces side by side. `record-traffic.ts` makes files of what really went on somewhere.
 */
import { parseArgs } from 'node:util'
import { messagesIn, play } from '../../test/traffic/play.ts'
import { longestWait, quietChats } from '../../test/traffic/quiet.ts'
import { readTraceFile, traceFile, traceNames } from '../../test/traffic/trace.ts'

const { values, positionals } = parseArgs({
  options: { backlog: { type: 'boolean' }, apart: { type: 'boolean' }, 'real-time': { type: 'boolean' } },
  allowPositionals: true,
})
const { backlog = false, apart = false, 'real-time': real = false } = values
const ours = new Map<string, string>(traceNames.map(name => [name, traceFile(name)]))
const wanted = positionals.length === 0 ? [...ours.keys()] : positionals

const measure = async (name: string): Promise<void> => {
  const trace = readTraceFile(ours.get(name) ?? name)
  const played = await play(trace, { backlog, apart, real })
  const { took, optimum, least, foreseen, calls, refusals, waited, problems } = played
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`
  const waits = waited.filter(each => each !== undefined)
  const more = (than: number) => `${((took / than - 1) * 100).toFixed(1)} %`
  const cells = [
    name,
    trace.rows.length,
    messagesIn(calls),
    ...(backlog ? [least.messages] : []),
    seconds(took),
    seconds(optimum),
    more(optimum),
    ...(backlog ? [seconds(least.time), more(least.time), more(least.noLine), more(foreseen)] : []),
    refusals,
    seconds(waits.reduce((sum, each) => sum + each, 0) / waits.length),
    seconds(Math.max(...waits)),
    seconds(longestWait(trace, played, quietChats(trace).own)),
  ]
  console.log(`| ${cells.join(' | ')} |`)
  for (const problem of problems) console.error(`${name}: ${problem}`)
}

const columns = [
  ...['Trace', 'Events', 'Messages', ...(backlog ? ['Least'] : []), 'Took', 'As sent', 'More'],
  ...(backlog ? ['By the trace', 'More', 'On no line', 'Foreseen'] : []),
  ...['429', 'Mean wait', 'Longest wait', 'In quiet chats'],
]
console.log(`| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}`)
if (real) await Promise.all(wanted.map(measure))
else for (const name of wanted) await measure(name)
