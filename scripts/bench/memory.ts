/**
 * Measures the memory of a running bridge: the peak of its resident set (VmHWM of /proc, so Linux only) while it idles,
 * while documents of 1 MB and 45 MB cross from WhatsApp to Telegram, and while one of 100 MB is refused. Each row is the
 * largest of three runs; the peak is reset before each.
 *
 *   node scripts/bench/memory.ts [--binary dist/wa2tg]
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { eventually } from '../../test/simulators/eventually.ts'
import { samples } from '../../test/simulators/samples.ts'
import { World } from '../../test/simulators/world.ts'

const { values } = parseArgs({ options: { binary: { type: 'string' } } })
const runs = 3
console.info = () => undefined

await using world = await World.open(values.binary === undefined ? {} : { binary: values.binary })
const { wa, tg, owner } = world
const alice = wa.addContact({ phone: '15550000002', lid: '900000000000002', name: 'Alice', pushName: 'Ali' })
const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights: {} })
await world.link()
const { code, stderr } = await world.wa2tg('map', 'add', 'Alice', String(group.id))
if (code !== 0) throw new Error(stderr)
const bridge = await world.run()

/** Megabytes. */
const read = (field: 'VmRSS' | 'VmHWM'): number => {
  const kilobytes = new RegExp(`${field}:\\s+(\\d+) kB`).exec(
    readFileSync(`/proc/${bridge.pid}/status`, 'utf8'),
  )?.[1]
  return Number(kilobytes) / 1024
}
/** proc(5), `clear_refs`: 5 sets the peak back to what is resident now. */
const resetPeak = (): void => writeFileSync(`/proc/${bridge.pid}/clear_refs`, '5')

const cross = async (megabytes: number): Promise<void> => {
  const bytes = randomBytes(megabytes * 1024 * 1024)
  const before = group.transcript().length
  await alice.send({
    documentMessage: {
      ...(await wa.media.put(bytes, 'document')),
      mimetype: 'application/octet-stream',
      fileName: `random ${megabytes} MB.bin`,
    },
  })
  const seen = await eventually(() => group.transcript()[before], `${megabytes} MB`, 120_000)
  const isRefused = seen.file === undefined
  if (isRefused && !seen.text.includes(`random ${megabytes} MB.bin`)) throw new Error(seen.text)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (!isRefused && seen.file?.sha256 !== sha256) throw new Error('The file is damaged')
  if (isRefused !== megabytes > 50) throw new Error(`${megabytes} MB: ${seen.text}`)
}

const scenes: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['idle for 5 s', () => sleep(5000)],
  ['a text crosses', () => alice.send(samples.text('Hello'))],
  ['1 MB crosses', () => cross(1)],
  ['45 MB cross', () => cross(45)],
  ['100 MB are refused', () => cross(100)],
]
console.log('| What happens | Resident before | Peak |\n|---|---|---|')
for (const [what, scene] of scenes) {
  const results: { before: number; peak: number }[] = []
  for (let run = 0; run < runs; run += 1) {
    const before = read('VmRSS')
    resetPeak()
    await scene()
    await sleep(1000)
    results.push({ before, peak: read('VmHWM') })
    // Within Telegram's limits, and so that one scene's leavings are not the next one's.
    await sleep(4000)
  }
  const { before, peak } = results.reduce((a, b) => (b.peak > a.peak ? b : a))
  console.log(`| ${what} | ${before.toFixed(0)} MB | ${peak.toFixed(0)} MB |`)
}
tg.assertNoSurprises()
