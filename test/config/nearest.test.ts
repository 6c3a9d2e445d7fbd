import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editDistance, nearest } from '../../src/config/nearest.ts'

test('distance counts letters put in, taken out, changed and swapped', () => {
  assert.equal(editDistance('', 'abc'), 3)
  assert.equal(editDistance('abc', 'abc'), 0)
  assert.equal(editDistance('abc', 'acb'), 1)
  assert.equal(editDistance('kitten', 'sitting'), 3)
})

test('the nearest word is found, and none where nothing is near', () => {
  assert.equal(nearest('onwers', ['token', 'owners']), 'owners')
  assert.equal(nearest('Token', ['token', 'owners']), 'token')
  assert.equal(nearest('zzzzzzz', ['token', 'owners']), undefined)
  assert.equal(nearest('x', []), undefined)
})
