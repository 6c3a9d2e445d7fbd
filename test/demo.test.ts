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
