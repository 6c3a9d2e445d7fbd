import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FIELDS } from '../../src/whatsapp/baileys/parse/fields.ts'
import { recordingLog } from '../fuzz/knowing-store.ts'
import { trustTestCa } from '../simulators/whatsapp/media-server.ts'
import { BothEnds } from './every-kind/both-ends.ts'
import { SPECIMENS } from './every-kind/specimens.ts'

let world: BothEnds
let log: Awaited<ReturnType<typeof recordingLog>>

before(async () => {
  trustTestCa()
  log = await recordingLog('debug')
  world = await BothEnds.open(log.logger)
  for (const specimen of SPECIMENS) await world.send(specimen)
})

after(() => world[Symbol.asyncDispose]())

for (const specimen of SPECIMENS) {
  const { method, acceptAlso = [], textIncludes = [] } = specimen.expect
  const ways = [method, ...acceptAlso].flatMap(way => way.split('+'))
  test(`${specimen.id}, sent on a phone, becomes ${ways.join(' or ')} in Telegram`, async () => {
    const calls = await world.callsOf(specimen)
    const made = calls.map(call => call.method).join(', ') || 'none'
    if (calls.length === 0) return assert.ok(ways.includes('none'), 'nothing came')
    assert.ok(
      calls.some(call => ways.includes(call.method)),
      made,
    )
    const said = JSON.stringify(calls.map(({ params }) => params))
    for (const text of textIncludes) assert.ok(said.includes(JSON.stringify(text).slice(1, -1)), said)
  })
}

test('Neither network meets anything that is not to be', () => {
  world.wa.assertNoSurprises()
  world.tg.assertNoSurprises()
})

test('Nothing of what is said in any of them stands in a line of the log at info', async () => {
  for (const specimen of SPECIMENS) await world.callsOf(specimen)
  const said = SPECIMENS.flatMap(({ input, preceding, links }) => [input, preceding, links].flatMap(wordsIn))
  const long = [...new Set(said.filter(words => words.length >= 10))]
  // Where all is well there may be no line but at debug.
  assert.ok(long.length > 200 && log.lines.length > 100, `${long.length} strings, ${log.lines.length} lines`)
  const shown = log.lines.filter(line => JSON.parse(line).level !== 'debug').join('')
  assert.deepEqual(
    long.filter(words => shown.includes(JSON.stringify(words).slice(1, -1))),
    [],
  )
})

test('Every field of a message that makes one is among what is sent', () => {
  const sent = new Set(SPECIMENS.flatMap(({ input, preceding }) => [input, ...preceding].flatMap(keysIn)))
  const missing = Object.entries(FIELDS).filter(
    ([field, decision]) =>
      (decision.do === 'read' || decision.do === 'unwrap') && !sent.has(field) && !(field in SEALED),
  )
  assert.deepEqual(
    missing.map(([field]) => field),
    [],
  )
})

/** Fields that need the secret of another message, and what sends them. */
const SEALED: Readonly<Record<string, string>> = {
  pollUpdateMessage: 'test/e2e/votes.test.ts',
  encEventResponseMessage: 'test/whatsapp/baileys/incoming.test.ts',
  encReactionMessage: 'test/e2e/sealed.test.ts',
  secretEncryptedMessage: 'test/e2e/sealed.test.ts',
}

const wordsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsIn) : []
}

const keysIn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysIn(inner)])
    : []
