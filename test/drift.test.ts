import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { test } from 'node:test'
import { commands } from '../src/cli/commands.ts'
import { renderExample } from '../src/config/example.ts'
import { renderCounts } from './whatsapp/cases/kinds.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

test('config.example.yaml is what the schema says; if not: node scripts/write-config-example.ts', () => {
  assert.equal(read('config.example.yaml'), renderExample())
})

test('the table of commands is the files of commands', () => {
  const files = globSync('**/*.ts', { cwd: join(root, 'src/cli/commands') })
  assert.deepEqual(
    files.map(file => file.replace(/\.ts$/, '').split(sep).join(' ')).sort(),
    commands.map(({ name }) => name).sort(),
  )
})

test('each line of the table loads the file of its name', () => {
  const table = read('src/cli/commands.ts')
  for (const { name } of commands) {
    const entry = table.slice(table.indexOf(`name: '${name}'`))
    assert.equal(/import\('\.\/commands\/(.*?)\.ts'\)/.exec(entry)?.[1], name.replaceAll(' ', '/'))
  }
})

test('the README’s table of commands is ours, word for word', () => {
  const rows = [...read('README.md').matchAll(/^\| `wa2tg ([^`]+)` \| (.+) \|$/gm)]
  assert.deepEqual(
    rows.map(([, usage, summary]) => `${usage}: ${summary}`).sort(),
    commands
      .map(
        ({ name, arguments: args, summary }) =>
          `${[name, ...args.map(([notation]) => notation)].join(' ')}: ${summary}`,
      )
      .sort(),
  )
})

test('every command that the README tells to type exists', () => {
  const known = commands.map(({ name }) => name)
  for (const [, typed = ''] of read('README.md').matchAll(/(?:^\s*\.\/|`)wa2tg ([a-z][^`\n]*)/gm)) {
    assert.ok(
      known.some(name => `${typed} `.startsWith(`${name} `)),
      typed,
    )
  }
})

test('every file that the README names as a proof exists', () => {
  const named = [...read('README.md').matchAll(/`((?:test|scripts|src)\/[^`]+)`/g)].map(
    ([, path]) => path ?? '',
  )
  assert.ok(named.length > 50)
  assert.deepEqual(
    named.filter(path => !existsSync(join(root, path))),
    [],
  )
})

test('the fuzz tests make 5,000 inputs each time, and 100,000 in the long run, as the README says', () => {
  assert.match(read('README.md'), /5,000 inputs each time, .* 100,000 with `npm run fuzz`/)
  const tests = globSync('test/fuzz/*.test.ts', { cwd: root }).map(read)
  const sizes = tests.flatMap(text =>
    [...text.matchAll(/\bruns\(([\d_]+)\)/g)].map(([, size]) => Number(size)),
  )
  const inAll = sizes.reduce((sum, size) => sum + size, 0)
  assert.ok(sizes.length >= 10 && inAll >= 5000, `${inAll} inputs in ${sizes.length} tests`)
  const { 1: inCi, 2: usual } =
    /const inCi = (\d+)[\s\S]*inputs: \{ usual: ([\d_]+)/.exec(read('scripts/fuzz.ts')) ?? assert.fail()
  // What is asked for is as many times those of CI.
  assert.deepEqual([Number(inCi), Number(usual?.replaceAll('_', ''))], [5000, 100_000])
})

test('the table of cases in src/README.md is that of the cases which the tests run', () => {
  const [, rows] = /\n\| Kind of content \|.*\n\|[-|]+\n((?:\|.*\n)+)/.exec(read('src/README.md')) ?? []
  assert.equal(rows, `${renderCounts()}\n`)
})

test('the unit in the README lets no core dump be written', () => {
  const unit = /```ini\n(\[Service\][\s\S]*?)```/.exec(read('README.md'))?.[1] ?? ''
  assert.match(unit, /^ExecStart=.* run$/m)
  assert.match(unit, /^LimitCORE=0$/m)
})
