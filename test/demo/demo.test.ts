import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { widthOf } from '../../src/cli/output.ts'

const root = join(import.meta.dirname, '../..')
const pictures = join(root, 'scripts/demo/pictures')
const folder = mkdtempSync(join(tmpdir(), 'wa2tg-pictures-'))
after(() => rmSync(folder, { recursive: true }))

const demo = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'scripts/demo.ts'), ...args], { encoding: 'utf8' })

/** What it says and draws when all went well. */
const demonstrate = (...args: string[]) => {
  const drawn = mkdtempSync(join(folder, 'drawn-'))
  const { status, stdout, stderr } = demo(...args, '--pictures', drawn)
  assert.equal(status, 0, stdout + stderr)
  return { stdout, drawn }
}

const assertFits = (stdout: string): void =>
  assert.deepEqual(
    stdout.split('\n').filter(line => widthOf(line) > 80),
    [],
  )

const linesOf = (folder: string, name: string): string[] =>
  readFileSync(join(folder, name), 'utf8').split('\n')

const assertKept = (drawn: string, names: readonly string[]): void => {
  assert.deepEqual(readdirSync(drawn).sort(), names)
  for (const name of names) {
    const kept = linesOf(pictures, name)
    const now = linesOf(drawn, name)
    const remedy = 'npm run demo -- --pictures scripts/demo/pictures, and the same with --kinds'
    const [line = 0] = [...now.keys()].filter(index => now[index] !== kept[index])
    assert.equal(now[line], kept[line], `${name}, line ${line + 1}: ${now[line]}; draw them anew: ${remedy}`)
    assert.equal(now.length, kept.length, name)
  }
}

const kinds = readdirSync(pictures)
  .filter(name => name !== 'story.svg')
  .sort()

test('the demo says what it takes instead of running', () => {
  const { status, stdout, stderr } = demo('-h')
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  assert.match(stdout, /^npm run demo -- \[--kinds\] \[--pictures FOLDER\] \[--stay\]\n( {2}.*\n){4}$/)
})

test('the demo does not run on what it does not know', () => {
  for (const args of [['--nonsense'], ['kinds']]) {
    const { status, stdout, stderr } = demo(...args)
    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' })
    assert.ok(stderr.includes(args.join()), stderr)
    assert.match(stderr, /\nnpm run demo/)
  }
})

test('the demo ends well, and shows both chats side by side as the picture of it says', () => {
  const { stdout, drawn } = demonstrate()
  assertFits(stdout)
  assertKept(drawn, ['story.svg'])
})

test('of every kind that it sends, the other side sees something, as the pictures of them say', () => {
  const { stdout, drawn } = demonstrate('--kinds')
  const [, seen, sent] = /^ *(\d+) of (\d+) came out/m.exec(stdout) ?? []
  assert.ok(Number(seen) > 100, stdout)
  assert.equal(seen, sent)
  assertFits(stdout)
  assertKept(drawn, kinds)
})

test('the README shows each picture once', () => {
  const shown = readFileSync(join(root, 'README.md'), 'utf8').matchAll(
    /src="scripts\/demo\/pictures\/(.*?)"/g,
  )
  assert.deepEqual([...shown].map(([, name]) => name).sort(), [...kinds, 'story.svg'].sort())
})
