/**
 * Makes a trace for `drain.ts` from what really went on in some channels: reads a Slack export (a folder for each channel, in it a
 * file for each day) and prints when what came, of which kind and how long, for some minutes. No names, no text.
 *
 *   node scripts/bench/record-traffic.ts EXPORT --from 2016-11-02T19:00Z [--minutes 15] [--topics] > trace.json
 *
 * `--topics`: all channels as topics of one group instead of a group each.
 */
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { record, type SlackMessage } from '../../test/traffic/recorded.ts'
import { renderTrace } from '../../test/traffic/trace.ts'

const { values, positionals } = parseArgs({
  options: {
    from: { type: 'string', default: '' },
    minutes: { type: 'string', default: '15' },
    topics: { type: 'boolean' },
  },
  allowPositionals: true,
})
const [folder] = positionals
const fromMs = Date.parse(values.from)
const minutes = Number(values.minutes)
if (folder === undefined || Number.isNaN(fromMs) || !(minutes > 0)) {
  console.error('record-traffic.ts EXPORT --from 2016-11-02T19:00Z [--minutes 15] [--topics]')
  process.exit(2)
}

/** The days that are asked for, and one after: an edit stands with the message, whenever it was made. */
const days = new Set<string>()
for (let at = fromMs - 86_400_000; at <= fromMs + minutes * 60_000 + 86_400_000; at += 3_600_000)
  days.add(new Date(at).toISOString().slice(0, 10))

const channels = new Map<string, SlackMessage[]>()
for (const file of globSync('*/*.json', { cwd: folder }).sort()) {
  const [channel = '', day = ''] = file.split(sep)
  if (!days.has(day.replace('.json', ''))) continue
  const messages: SlackMessage[] = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  channels.set(channel, [...(channels.get(channel) ?? []), ...messages])
}
process.stdout.write(
  renderTrace(record(channels, { fromMs, minutes, as: values.topics ? 'topics' : 'groups' })),
)
