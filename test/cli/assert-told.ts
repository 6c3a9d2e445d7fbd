import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The words in the first column of the README's table, with `…` for what differs. */
const rows = [
  ...(readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
    .split('\n## When something is wrong\n')[1]
    ?.split('\n## ')[0]
    ?.matchAll(/^\| `([^`|]+)` \|/gm) ?? []),
].map(([, words = '']) => words)

const formOf = (row: string): RegExp =>
  new RegExp(row.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.+'))

/** Asserts that it ends with 2 and says what one row of the README, beginning so, has for it. */
export const assertTold = (row: string, { code, stderr }: { code: number | null; stderr: string }): void => {
  const words = rows.find(each => each.startsWith(row))
  assert.ok(words, `The README has no row "${row}"`)
  assert.match(stderr, formOf(words))
  assert.equal(code, 2)
}
