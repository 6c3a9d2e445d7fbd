import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainError } from '../../src/cli/explain-error.ts'
import { UserError } from '../../src/cli/user-error.ts'
import { ConfigError } from '../../src/config/config-error.ts'
import { LockedError, MappingError, StoreError } from '../../src/store/index.ts'

test('a mistake of the user is its message and what to type, without a stack', () => {
  assert.deepEqual(explainError(new UserError('No', { hint: 'Type this' })), {
    lines: ['No', 'Type this'],
    exitCode: 2,
  })
  assert.deepEqual(explainError(new UserError('Later', { exitCode: 1 })), { lines: ['Later'], exitCode: 1 })
  assert.deepEqual(explainError(new ConfigError(['a', 'b'], 'c')), { lines: ['a', 'b', 'c'], exitCode: 2 })
})

test('a full disk, a second instance and a double mapping are no bugs', () => {
  const holder = { pid: 7, command: 'run', startedAt: 0, isElsewhere: false }
  for (const error of [
    new StoreError('The disk is full'),
    new LockedError('/data', holder),
    new MappingError('not-mapped', 'It is not mapped'),
  ]) {
    assert.deepEqual(explainError(error), { lines: [error.message], exitCode: 2 })
  }
  assert.match(new LockedError('/data', holder).message, /wa2tg run.*process 7.*1970-01-01T00:00:00/)
})

test('a full disk that a network met is still no bug', () => {
  const error = new Error('The session could not be written', { cause: new StoreError('The disk is full') })
  assert.deepEqual(explainError(error), { lines: ['The disk is full'], exitCode: 2 })
})

test('a bug keeps its kind, where it happened and what led to it, and ends with 70', () => {
  const cause = Object.assign(new Error('Deeper'), { code: 'ERR_DEEP' })
  const { lines, exitCode } = explainError(new TypeError('Oops', { cause }))
  assert.equal(exitCode, 70)
  assert.match(
    lines.join('\n'),
    /TypeError\n +at .*explain-error\.test\.ts[\s\S]*Caused by: Error \(ERR_DEEP\)\n +at /,
  )
  assert.equal(explainError('thrown text').exitCode, 70)
})

test('a bug does not show what it says, which may be what somebody wrote, but a property of ours that is missing', () => {
  const thrown: unknown[] = ['zebra', new Error('zebra\n    at zebra (zebra.ts:1:1)')]
  for (const work of [
    () => JSON.parse('zebra-in-the-pantry'),
    () => BigInt('zebra'),
    () => Reflect.construct(Map, [['zebra']]),
  ]) {
    assert.throws(work, error => {
      assert.match(String(error), /zebra/)
      return thrown.push(error) > 0
    })
  }
  for (const error of thrown) {
    const { lines } = explainError(new Error('It failed', { cause: error }))
    assert.doesNotMatch(lines.join('\n'), /zebra/)
  }
  const { lines } = explainError(new TypeError("Cannot read properties of undefined (reading 'jid')"))
  assert.match(lines.join('\n'), /TypeError: Cannot read properties of undefined \(reading 'jid'\)\n/)
})

test('a bug that carries the address of a call does not show the bot token', () => {
  const { lines } = explainError(new Error('fetch https://api.telegram.org/bot123456:abc/getMe failed'))
  assert.ok(!lines.join('\n').includes('abc'))
})
