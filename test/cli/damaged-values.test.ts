import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseContent } from '../../src/bridge/content.ts'
import { parseEvent } from '../../src/bridge/event.ts'
import { fillStore, Sandbox } from './wa2tg.ts'

const linked = { me: { id: '15550000001:1@s.whatsapp.net' }, account: {}, noiseKey: 'SECRET' }

/** One character of a value is spoilt: SQLite takes any text for good. */
const rows: readonly (readonly [type: string, id: string, value: string])[] = [
  ['waiting', 'whatsapp:1@lid X', '{"head":{"content":\u0001"SECRET TEXT"'],
  ['held', 'whatsapp:1@lid X Y', '{"key":\u0001"SECRET TEXT"'],
  ['journal', 'aa', '{"envelope":\u0001,"plaintext":"SECRET TEXT"'],
  ['journal', 'bb', '{"envelope":{"parts":"SECRET TEXT"},"plaintext":""}'],
  ['timer', '1@lid', '{"SECRET'],
  ['admins', '1@g.us', '["SECRET'],
  ['lid-mapping', '1', '"SECRET'],
]

const unreachable = { TELEGRAM_BOT_TOKEN: '1:a', HTTPS_PROXY: 'http://127.0.0.1:9' }

const openLinked = async (): Promise<Sandbox> => {
  const sandbox = await Sandbox.open()
  using store = sandbox.openStore()
  fillStore(store)
  store.session('baileys').set([{ type: 'creds', id: 'creds', value: JSON.stringify(linked) }])
  return sandbox
}

test('a run starts although values in the data are damaged, and says nothing of what they hold', async () => {
  await using sandbox = await openLinked()
  {
    using store = sandbox.openStore()
    store.session('baileys').set(rows.map(([type, id, value]) => ({ type, id, value })))
    store.session('pace').set([{ type: 'peer', id: 'telegram:1', value: '{"SECRET' }])
    store.session('held').set([{ type: 'event', id: '1', value: '{"SECRET' }])
    store.database.run(
      "INSERT INTO heartbeat (one, pid, started_at, beat_at, clock, networks) VALUES (1, 1, 1, 1, 1, '{\"SECRET')",
    )
  }
  const status = await sandbox.run('status')
  assert.equal(status.code, 1, status.stderr)
  const run = sandbox.start(['run', '--data-dir', sandbox.dataDir], unreachable)
  await run.says(({ stderr }) => stderr.includes('WhatsApp cannot be reached'))
  run.kill()
  const { code, stderr } = await run.ended
  assert.equal(code, 0, stderr)
  assert.match(stderr, /"level":"error"[^\n]*What had come in was damaged on disk/)
  assert.match(stderr, /"level":"warn"[^\n]*Changes were left out, since they are damaged on disk/)
  assert.doesNotMatch(status.stderr + stderr, /SECRET/)
})

test('damaged keys of the link are one line that says what to do', async () => {
  await using sandbox = await openLinked()
  {
    using store = sandbox.openStore()
    const value = JSON.stringify(linked).replace('SECRET', 'SECRET\u0001')
    store.session('baileys').set([{ type: 'creds', id: 'creds', value }])
  }
  for (const command of [['run'], ['status'], ['login'], ['logout', '--yes']]) {
    const args = [...command, '--data-dir', sandbox.dataDir]
    const { code, stderr } = await sandbox.start(args, unreachable).ended
    assert.equal(code, 2, stderr)
    const words =
      /^The keys of the link with WhatsApp are damaged on disk\. Put the last backup back \(wa2tg restore FILE --force\), or move "wa2tg\.db" away and link anew$/
    assert.match(stderr.trimEnd().split('\n').at(-1) ?? '', words)
    assert.doesNotMatch(stderr, /SECRET|bug/)
  }
})

test('what is said of a damaged message does not quote it', () => {
  for (const parse of [parseEvent, parseContent]) {
    for (const json of ['{\u0001"SECRET TEXT"', '{"kind":"SECRET TEXT"}', '"SECRET TEXT"']) {
      assert.throws(
        () => parse(json),
        (error: Error) => !`${error.message}${error.stack}`.includes('SECRET'),
      )
    }
  }
})
