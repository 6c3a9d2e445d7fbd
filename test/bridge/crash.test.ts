import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { tempDir } from '../store/temp-store.ts'

const program = join(import.meta.dirname, 'crash-program.ts')

/** Runs the bridge; resolves to the signal it was killed by, or its exit code. */
const run = async (args: readonly (string | number)[], killAfter?: number): Promise<string | number> => {
  const child = spawn(process.execPath, [program, ...args.map(String)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter)
  const [code, signal] = await once(child, 'exit')
  clearTimeout(timer)
  return signal ?? code
}

const shownIn = (dir: string, network: string, chat: string): string[] =>
  readFileSync(join(dir, network), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
    .filter(each => each.chat === chat)
    .map(each => each.text)

const assertAllOnce = (dir: string, count: number): void => {
  for (const lane of [0, 1]) {
    const expected = Array.from({ length: count }, (_, index) => index)
      .filter(index => index % 2 === lane)
      .flatMap(index => (index % 3 === 2 ? [`${index}a`, `${index}b`] : [`${index}`]))
    assert.deepEqual(shownIn(dir, 'telegram', `telegram:-100/${lane}`), expected, 'in Telegram')
    assert.deepEqual(shownIn(dir, 'whatsapp', `whatsapp:${lane + 1}@lid`), expected, 'in WhatsApp')
  }
}

const points = [
  ['receiving', 3],
  ['received', 3],
  ['turn committed', 4],
  ['telegram: claimed', 2],
  ['telegram: shown', 2],
  ['telegram: shown', 4],
  ['telegram: linked', 3],
  ['telegram: linked', 4],
  ['whatsapp: claimed', 2],
  ['whatsapp: shown', 3],
  ['whatsapp: linked', 3],
  ['finishing', 3],
] as const

for (const [point, nth] of points) {
  test(`killed at "${point}" for the ${nth}. time, nothing is lost, doubled or out of order`, async () => {
    using dir = tempDir()
    assert.equal(await run([dir.path, 8, point, nth]), 'SIGKILL')
    assert.equal(await run([dir.path, 8]), 0)
    assertAllOnce(dir.path, 8)
  })
}

for (const point of ['telegram: settling', 'telegram: settled']) {
  test(`killed again at "${point}" after a crash, nothing is lost, doubled or out of order`, async () => {
    using dir = tempDir()
    assert.equal(await run([dir.path, 8, 'telegram: shown', 2]), 'SIGKILL')
    assert.equal(await run([dir.path, 8, point, 1]), 'SIGKILL')
    assert.equal(await run([dir.path, 8]), 0)
    assertAllOnce(dir.path, 8)
  })
}

test('killed at random moments, nothing is lost, doubled or out of order', async () => {
  using dir = tempDir()
  let killed = 0
  for (let attempt = 0; attempt < 12; attempt += 1) {
    if ((await run([dir.path, 60], 150 + Math.random() * 250)) === 'SIGKILL') killed += 1
  }
  assert.ok(killed > 0)
  assert.equal(await run([dir.path, 60]), 0)
  assertAllOnce(dir.path, 60)
})
