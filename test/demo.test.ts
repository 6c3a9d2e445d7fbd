import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const demo = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../scripts/demo.ts'), ...args], {
    encoding: 'utf8',
  })

test('the demo says what it takes instead of running', () => {
  const { status, stdout, stderr } = demo('-h')
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  assert.match(stdout, /^npm run demo -- \[--kinds\] \[--stay\]\n( {2}--.*\n){2}$/)
})

test('the demo does not run on what it does not know', () => {
  for (const args of [['--nonsense'], ['kinds']]) {
    const { status, stdout, stderr } = demo(...args)
    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' })
    assert.ok(stderr.includes(args.join()), stderr)
    assert.match(stderr, /\nnpm run demo/)
  }
})

test('the demo ends well, and shows both chats side by side', () => {
  const { status, stdout, stderr } = demo()
  assert.equal(status, 0, stdout + stderr)
})

test('of every kind that it sends, the other side sees something', () => {
  const { status, stdout, stderr } = demo('--kinds')
  assert.equal(status, 0, stdout + stderr)
  const [, seen, sent] = /^ *(\d+) of (\d+) came out/m.exec(stdout) ?? []
  assert.ok(Number(seen) > 100, stdout)
  assert.equal(seen, sent)
})
