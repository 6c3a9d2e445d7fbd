import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { findTarget, nodePackages, thisMachine } from '../../scripts/build/target.ts'

test('every target has its Node among the optional dependencies, all of one version', () => {
  const { optionalDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { optionalDependencies: Record<string, string> }
  assert.deepEqual(Object.values(nodePackages).sort(), Object.keys(optionalDependencies).sort())
  assert.deepEqual([...new Set(Object.values(optionalDependencies))], [process.version.slice(1)])
})

test('a target that is unknown, or whose Node is not installed, is an error that says so', () => {
  assert.throws(() => findTarget('amiga-68k'), /"amiga-68k"; there is linux-x64, /)
  const other = Object.keys(nodePackages).find(name => name !== thisMachine) ?? ''
  assert.throws(() => findTarget(other), /is not installed/)
})
