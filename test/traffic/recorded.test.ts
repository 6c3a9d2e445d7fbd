import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { record, type SlackMessage } from './recorded.ts'
import { renderTrace } from './trace.ts'

const fromMs = Date.parse('2026-03-02T10:00Z')
/** The stamp of a moment so many seconds after the beginning, as Slack writes it. */
const stamp = (seconds: number): string => (fromMs / 1000 + seconds).toFixed(6)
const says = (seconds: number, more: Partial<SlackMessage> = {}): SlackMessage => ({
  ts: stamp(seconds),
  user: 'U1',
  text: 'hello',
  ...more,
})
const recorded = (...messages: SlackMessage[]) =>
  record(new Map([['secret-plans', messages]]), { fromMs, minutes: 5, as: 'groups' }).rows

test('what was said is told by its time and its length', () => {
  assert.deepEqual(recorded(says(2), says(9, { text: 'a'.repeat(90), subtype: 'me_message' }), says(9.5)), [
    [0, 0, 'text', 5],
    [7000, 0, 'text', 90],
    [7500, 0, 'text', 5],
  ])
  const attachments = [{ text: 'built' }, { fallback: 'failed' }]
  assert.deepEqual(recorded(says(0, { subtype: 'bot_message', text: '', attachments })), [[0, 0, 'text', 11]])
})

test('what was said before or after, and who came and went, is left out', () => {
  assert.deepEqual(
    recorded(says(-1), says(0), says(60, { subtype: 'channel_join' }), says(299.9), says(300)),
    [
      [0, 0, 'text', 5],
      [299_900, 0, 'text', 5],
    ],
  )
})

test('an edit is an event of its own, of its own time, about the message', () => {
  const edited = says(10, { edited: { ts: stamp(40) } })
  assert.deepEqual(recorded(says(0), edited, says(20)), [
    [0, 0, 'text', 5],
    [10_000, 0, 'text', 5],
    [20_000, 0, 'text', 5],
    [40_000, 0, 'edit', 5, 1],
  ])
  assert.deepEqual(recorded(says(-9, { edited: { ts: stamp(40) } }), says(50)), [[0, 0, 'text', 5]])
})

test('an answer in a thread answers its beginning, or stands alone where that is not there', () => {
  const answer = says(30, { thread_ts: stamp(5) })
  assert.deepEqual(recorded(says(5, { thread_ts: stamp(5) }), answer), [
    [0, 0, 'text', 5],
    [25_000, 0, 'reply', 5, 0],
  ])
  assert.deepEqual(recorded(answer), [[0, 0, 'text', 5]])
})

test('a file is told by its type and its size in kilobytes', () => {
  const shares = (mimetype: string, size: number) =>
    says(0, { subtype: 'file_share', file: { mimetype, size } })
  const types = ['image/png', 'video/mp4', 'audio/ogg', 'text/plain']
  assert.deepEqual(
    recorded(...types.map((type, index) => shares(type, index * 1500))).map(([, , kind, size]) => [
      kind,
      size,
    ]),
    [
      ['photo', 1],
      ['video', 2],
      ['voice', 3],
      ['document', 5],
    ],
  )
})

test('channels are groups, or topics of one, and nobody is named', () => {
  const channels = new Map([
    ['quiet', [says(30, { user: 'U7' })]],
    ['secret-plans', [says(1), says(2, { user: 'U2' }), says(3)]],
    ['empty', []],
  ])
  const places = (as: 'groups' | 'topics') => record(channels, { fromMs, minutes: 5, as })
  assert.deepEqual(places('groups').chats, [
    { name: 'Channel 1', people: 2, telegram: 'group 1' },
    { name: 'Channel 2', people: 1, telegram: 'group 2' },
  ])
  assert.deepEqual(
    places('topics').chats.map(({ telegram }) => telegram),
    ['topic 1/1', 'topic 1/2'],
  )
  assert.doesNotMatch(renderTrace(places('groups')), /quiet|secret|U1|U2|U7|hello/)
})

const folder = mkdtempSync(join(tmpdir(), 'wa2tg-export-'))
after(() => rmSync(folder, { recursive: true }))
const bench = (script: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../../scripts/bench', script), ...args], {
    encoding: 'utf8',
  })

test('an export becomes a trace, and the trace is played', () => {
  mkdirSync(join(folder, 'secret-plans'))
  const days = { '2026-03-02': [says(0), says(1), says(2)], '2026-03-09': [says(604_800)] }
  for (const [day, messages] of Object.entries(days))
    writeFileSync(join(folder, 'secret-plans', `${day}.json`), JSON.stringify(messages))
  const { stdout, stderr, status } = bench('record-traffic.ts', folder, '--from', '2026-03-02T10:00Z')
  assert.deepEqual({ stderr, status }, { stderr: '', status: 0 })
  const file = join(folder, 'trace.json')
  writeFileSync(file, stdout)
  const played = bench('drain.ts', '--backlog', file)
  assert.deepEqual({ stderr: played.stderr, status: played.status }, { stderr: '', status: 0 })
  assert.match(played.stdout, /^\| \S+trace\.json \| 3 \| [123] \| .* \| 0( \| \d\.\d s){3} \|$/m)
})

test('without a folder or a time the script says what it takes', () => {
  for (const args of [
    [],
    [folder],
    [folder, '--from', 'never'],
    [folder, '--from', '2026-03-02', '--minutes', '0'],
  ]) {
    const { stdout, stderr, status } = bench('record-traffic.ts', ...args)
    assert.deepEqual({ stdout, status }, { stdout: '', status: 2 })
    assert.match(stderr, /^record-traffic\.ts EXPORT --from/)
  }
})
