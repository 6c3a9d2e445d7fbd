/**
 * Kills a running bridge with -9 at random moments while WhatsApp messages come in, starts it again each time, and looks at
 * what a person sees in Telegram in the end: every message, each once, in order within its chat.
 *
 *   node scripts/kill-test.ts [--kills 50] [--messages 500] [--chats 10] [--rates] [--binary dist/wa2tg]
 *
 * `--rates` makes the simulated Telegram enforce its limits (20 messages a minute in a group), which takes minutes.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { eventually } from '../test/simulators/eventually.ts'
import type { Program } from '../test/simulators/program.ts'
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
let bridge: Program = world.start('run')
let killed = 0
let sent = 0

/** Messages come in for about as long as the kills go on, one after the other, whoever is killed meanwhile. */
const send = async (): Promise<void> => {
  for (; sent < messages; sent += 1) {
    const pair = pairs[sent % chats]
    await pair?.contact.send(samples.text(`Message ${Math.floor(sent / chats)}`))
    await sleep(randomInt(0, Math.max(2, Math.ceil((kills * 1500) / messages))))
  }
}

/** A moment between 0 and 2 s after the start: in the middle of connecting, catching up, settling or carrying. */
const kill = async (): Promise<void> => {
  for (; killed < kills; killed += 1) {
    await sleep(randomInt(0, 2000))
    bridge.kill('SIGKILL')
    await bridge.ended
    bridge = world.start('run')
  }
}

await Promise.all([send(), kill()])
console.log(`${sent} messages sent, ${killed} kills, ${((performance.now() - began) / 1000).toFixed(0)} s`)
const seen = () => pairs.map(({ group }) => group.transcript().map(({ text }) => text))
const total = () => seen().flat().length
await eventually(() => total() >= messages, 'the last message', values.rates ? 900_000 : 120_000).catch(
  error => console.log(String(error)),
)
// A copy too many would come late: give it the time to.
await sleep(3000)

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
console.log(
  `${total()} in Telegram after ${((performance.now() - began) / 1000).toFixed(0)} s; ${probes} probes`,
)
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
