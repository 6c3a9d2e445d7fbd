import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const mistakes: readonly (readonly [script: string, typed: readonly string[], named: RegExp])[] = [
  ['fuzz', ['--inputs', 'abc'], /^--inputs: expected a whole number from 1 on, found "abc"$/],
  ['fuzz', ['--inputs', '0'], /^--inputs: /],
  ['fuzz', ['--seed', '1.5'], /^--seed: /],
  ['fuzz', ['--input', '5'], /--input/],
  ['soak', ['--minutes', 'abc'], /^--minutes: expected a number from 0.01 on, found "abc"$/],
  ['soak', ['--minutes', '0'], /^--minutes: /],
]

for (const [script, typed, named] of mistakes) {
  test(`npm run ${script} -- ${typed.join(' ')} is answered in one line, and ends with 2`, () => {
    const end = spawnSync(process.execPath, [`scripts/${script}.ts`, ...typed], { encoding: 'utf8' })
    assert.equal(end.status, 2)
    assert.equal(end.stdout, '')
    const [line = '', ...rest] = end.stderr.trimEnd().split('\n')
    assert.match(line, named)
    assert.deepEqual(rest, [])
  })
}
