import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openOutput, printable, renderTable, widthOf } from '../../src/cli/output.ts'

test('columns line up, with wide letters and emoji too', () => {
  assert.equal(
    renderTable(
      ['NAME', 'ID'],
      [
        ['Mum 👩‍👩‍👧', '1'],
        ['家族', '22'],
        ['x', ''],
      ],
    ),
    'NAME    ID\nMum 👩‍👩‍👧  1\n家族    22\nx',
  )
})

test('a sign that a terminal draws in one column counts as one, with the mark for an emoji as two', () => {
  assert.deepEqual(['🖼 a', '🖼️ a', '🎤', '©', '1️⃣', '🇩🇪', '家'].map(widthOf), [3, 4, 2, 1, 2, 2, 2])
})

test('no rows give no text', () => {
  assert.equal(renderTable(['NAME'], []), '')
})

test('what could steer a terminal becomes a space', () => {
  assert.equal(printable('a\u001b[2Jb\u009bc\u202ed\n\te'), 'a [2Jb c d e')
})

test('data goes to stdout, as JSON when asked; notes go to stderr', () => {
  const written: string[] = []
  const sink = (name: string) => ({ write: (text: string) => written.push(`${name} ${text}`) })
  for (const json of [false, true]) {
    const output = openOutput({ stdout: sink('out'), stderr: sink('err'), json })
    output.data([1], list => `list of ${list.length}`)
    output.data([], () => '')
    output.note('note')
  }
  assert.deepEqual(written, ['out list of 1\n', 'err note\n', 'out [\n  1\n]\n', 'out []\n', 'err note\n'])
})

if (existsSync('/dev/full')) {
  test('what a full disk takes no more of is not passed off as printed', () => {
    const main = join(import.meta.dirname, '../../src/main.ts')
    const full = openSync('/dev/full', 'w')
    try {
      for (const args of [['--version'], ['map', '-h']]) {
        const { status, stderr } = spawnSync(process.execPath, [main, ...args], {
          stdio: ['ignore', full, 'pipe'],
          encoding: 'utf8',
        })
        assert.deepEqual(
          { status, stderr },
          { status: 1, stderr: 'Not all could be written to stdout (ENOSPC)\n' },
        )
      }
    } finally {
      closeSync(full)
    }
  })
}
