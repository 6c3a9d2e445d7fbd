/**
 * Kills a running bridge with -9 at random moments while WhatsApp messages come in, starts it again each time, and looks at
 * what a person sees in Telegram in the end: every message, each once, in order within its chat.
 *
 *   node scripts/kill-test.ts [--kills 50] [--messages 500] [--chats 10] [--rates] [--binary dist/wa2tg]
 *
 * `--rates` makes the simulated Telegram enforce its limits (20 messages a minute in a group). It takes minutes either way:
 * the bridge keeps to them by itself.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Penalties } from '../src/outbox/penalties.ts'
import { eventually } from '../test/simulators/eventually.ts'
import type { Outcome, Program } from '../test/simulators/program.ts'
import { samples } from '../test/simulators/samples.ts'
import { World } from '../test/simulators/world.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    messages: { type: 'string', default: '500' },
    chats: { type: 'string', default: '10' },
    rates: { type: 'boolean', default: false },
    binary: { type: 'string' },
  },
})
const kills = Number(values.kills)
const messages = Number(values.messages)
const chats = Number(values.chats)
console.info = () => undefined

const isRefusal = (response: unknown): boolean =>
  typeof response === 'object' && response !== null && 'error_code' in response && response.error_code === 429

await using world = await World.open({
  rates: values.rates,
  ...(values.binary === undefined ? {} : { binary: values.binary }),
})
const { wa, tg, owner } = world
const pairs = Array.from({ length: chats }, (_, index) => ({
  contact: wa.addContact({
    phone: String(15550001000 + index),
    lid: String(900000000001000 + index),
    name: `Person ${index}`,
    pushName: `P${index}`,
  }),
  group: tg.addSupergroup({ title: `Person ${index}`, members: [owner], botRights: {} }),
}))
await world.link()
for (const [index, { group }] of pairs.entries()) {
  const { code, stderr } = await world.wa2tg('map', 'add', `Person ${index}`, String(group.id))
  if (code !== 0) throw new Error(stderr)
}

const began = performance.now()
const seconds = (from: number): number => (performance.now() - from) / 1000
const readyAfter: number[] = []
let unsettled = 0
let killed = 0
let sent = 0

/** Starts the bridge, and notes how long it takes to be ready and what its predecessor left in doubt. */
const start = (): Program => {
  const at = performance.now()
  const program = world.start('run')
  program
    .says(({ stderr }) => stderr.includes('Ready'), 600_000)
    .then(
      () => readyAfter.push(seconds(at)),
      () => undefined,
    )
  return program
}
let bridge = start()

/** Messages come in for as long as the kills go on, one after the other, whoever is killed meanwhile. */
const send = async (): Promise<void> => {
  for (; sent < messages; sent += 1) {
    const pair = pairs[sent % chats]
    await pair?.contact.send(samples.text(`Message ${Math.floor(sent / chats)}`))
    await sleep(randomInt(0, Math.max(2, Math.ceil((kills * 4500) / messages))))
  }
}

/**
 * Half of the kills strike within 2 s of a start, in the middle of connecting, catching up and settling, and half within
 * 5 s, in the middle of carrying.
 */
const kill = async (): Promise<void> => {
  for (; killed < kills; killed += 1) {
    await sleep(randomInt(0, killed % 2 === 0 ? 2000 : 5000))
    bridge.kill('SIGKILL')
    unsettled += inDoubt(await bridge.ended)
    bridge = start()
  }
}

const inDoubt = ({ stderr }: Outcome): number =>
  stderr.includes('Settling deliveries that were cut off') ? 1 : 0

await Promise.all([send(), kill()])
console.log(`${sent} messages sent, ${killed} kills, ${seconds(began).toFixed(0)} s`)
const calmed = performance.now()
/** Where more waits than goes within a minute, one Telegram message holds several, each on a line of its own. */
const seen = () =>
  pairs.map(({ group }) =>
    group
      .transcript()
      .flatMap(({ text }) => text.split('\n'))
      .filter(line => line.startsWith('Message ')),
  )
const total = () => seen().flat().length
const left = messages - total()
/**
 * The budgets alone may silence a group for a minute, when it has had its 20 messages, and refusals make that minute longer.
 * So it is waited for as long as something comes; what is silent for longer than all that has stalled.
 */
const longestSilence = 60_000 * Penalties.longestStretch + 60_000
let stalled = false
while (total() < messages && !stalled) {
  const before = total()
  await eventually(() => total() > before, 'the next message', longestSilence).catch(error => {
    stalled = true
    console.log(`STALLED: ${error.message}`)
  })
}
const drained = seconds(calmed)
// A copy too many would come late: give it the time to.
await sleep(10_000)
bridge.kill('SIGTERM')
unsettled += inDoubt(await bridge.ended)

const faults = seen().flatMap((texts, index) => {
  const wanted = Array.from(
    { length: Math.ceil((messages - index) / chats) },
    (_, number) => `Message ${number}`,
  )
  return JSON.stringify(texts) === JSON.stringify(wanted)
    ? []
    : [{ chat: index, texts, wanted: wanted.length }]
})
const probes = tg.callsOf('editMessageReplyMarkup').length
const refused = tg.calls.filter(({ response }) => isRefusal(response)).length
const [median = 0] = readyAfter.toSorted((a, b) => a - b).slice(Math.floor(readyAfter.length / 2))
console.log(`${total()} in Telegram; ${left} of them after the last kill, within ${drained.toFixed(0)} s`)
console.log(`${unsettled} starts had deliveries to settle, with ${probes} probes; ${refused} answers 429`)
console.log(`Ready after ${median.toFixed(1)} s (median of ${readyAfter.length} starts that lived to be)`)
wa.assertNoSurprises()
tg.assertNoSurprises()
for (const { chat, texts, wanted } of faults) {
  const missing = Array.from({ length: wanted }, (_, number) => `Message ${number}`).filter(
    text => !texts.includes(text),
  )
  const doubled = texts.filter((text, position) => texts.indexOf(text) !== position)
  console.log(
    `Chat ${chat}: missing ${missing.join(', ') || 'none'}; doubled ${doubled.join(', ') || 'none'}; order ${texts.join(' ')}`,
  )
}
console.log(faults.length === 0 ? 'Each message once, in order in every chat' : 'FAILED')
process.exitCode = faults.length === 0 ? 0 : 1
