/**
 * Kills a running bridge with -9 at random moments while messages cross: both ways, in private chats and groups, texts and files, some of
 * them edited at once, and the connection breaks in between; what comes while it is dead waits at WhatsApp (`append`). It is started
 * again each time, every tenth time with a database of an earlier schema, and in the end it is looked at what a person sees on both
 * sides: every message, each once, in order within its chat. Before that, logins are killed at random moments, with the first sync
 * behind them, and finished: two by QR code, then two by pairing code, and so on.
 *
 *   node scripts/kill-test.ts [--kills 50] [--messages 500] [--chats 10] [--logins 4] [--rates] [--binary dist/wa2tg]
 *
 * `--rates` makes the simulated Telegram enforce its limits (20 messages a minute in a group). It takes minutes either way:
 * the bridge keeps to them by itself.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { migrations } from '../src/store/migrations/index.ts'
import { eventually } from '../test/simulators/eventually.ts'
import type { Outcome, Program } from '../test/simulators/program.ts'
import { files, samples } from '../test/simulators/samples.ts'
import { World } from '../test/simulators/world.ts'
import { downgrade } from './kill-points/old-database.ts'
import { byPairingCode, byQrCode, finishLogin, startLinked } from './kill-points/run-logins.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    messages: { type: 'string', default: '500' },
    chats: { type: 'string', default: '10' },
    logins: { type: 'string', default: '4' },
    rates: { type: 'boolean', default: false },
    binary: { type: 'string' },
  },
})
const kills = Number(values.kills)
const messages = Number(values.messages)
const chats = Number(values.chats)
const logins = Number(values.logins)
// libsignal prints whole session objects; here the simulated phones' end of it runs in this process.
console.info = () => undefined

const isRefusal = (response: unknown): boolean =>
  typeof response === 'object' && response !== null && 'error_code' in response && response.error_code === 429

await using world = await World.open({
  rates: values.rates,
  ...(values.binary === undefined ? {} : { binary: values.binary }),
})
const { wa, tg, owner } = world

/** Every other chat is a group. */
const pairs = Array.from({ length: chats }, (_, index) => {
  const name = `Person ${index}`
  const contact = wa.addContact({
    phone: String(15550001000 + index),
    lid: String(900000000001000 + index),
    name,
    pushName: name,
  })
  const family =
    index % 2 === 0 ? undefined : wa.addGroup({ subject: `Family ${index}`, participants: [contact] })
  const botRights = { can_delete_messages: true }
  return {
    contact,
    to: { ...(family && { to: family }) },
    whatsapp: family?.jid ?? contact.lid,
    chat: tg.addSupergroup({ title: name, members: [owner], botRights }),
    /** What is to stand there in the end. */
    inTelegram: [] as string[],
    inWhatsApp: [] as string[],
  }
})
type Pair = (typeof pairs)[number]

/** Links it, after logins that were killed at any moment: each is finished, and undone but for the last one. */
const link = async (): Promise<void> => {
  for (let nth = 0; nth < logins; nth += 1) {
    const way = nth % 4 < 2 ? byQrCode : byPairingCode
    const scene = { world, way }
    const login = world.start('login', ...way.args)
    const ended = login.ended.then(() => undefined)
    const agreed = login
      .says(way.shown)
      .then(shown => way.agree(world, shown))
      .catch(() => undefined)
    // Compiled or not, half of them die before the phone has agreed.
    await Promise.race([ended, nth % 2 === 0 ? sleep(randomInt(0, 2000)) : agreed])
    await Promise.race([ended, sleep(randomInt(0, 1500))])
    login.kill('SIGKILL')
    await ended
    await finishLogin(scene)
    const bridge = await startLinked(scene)
    bridge.kill('SIGTERM')
    await bridge.ended
    const { code, stderr } = await world.wa2tg('logout', '--yes')
    if (code !== 0) throw new Error(stderr)
  }
  const { code, stderr } = await world.link()
  if (code !== 0) throw new Error(stderr)
}
await link()
for (const { whatsapp, contact, chat } of pairs) {
  const name = whatsapp === contact.lid ? contact.pushName : whatsapp
  const { code, stderr } = await world.wa2tg('map', 'add', name, String(chat.id))
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

/** What is written in a chat, by turns; each is noted as it is to stand there in the end. */
const acts: readonly ((pair: Pair, number: number) => Promise<unknown> | unknown)[] = [
  async ({ contact, to, inTelegram }, number) => {
    inTelegram.push(`Message ${number}`)
    await contact.send(samples.text(`Message ${number}`), to)
  },
  ({ chat, inWhatsApp }, number) => {
    inWhatsApp.push(`Answer ${number}`)
    owner.sends(chat, `Answer ${number}`)
  },
  async ({ contact, to, inTelegram }, number) => {
    inTelegram.push(`Message ${number}, edited`)
    const id = await contact.send(samples.text(`Message ${number}`), to)
    await contact.acts.edit(id, `Message ${number}, edited`, to)
  },
  ({ chat, inWhatsApp }, number) => {
    inWhatsApp.push(`Answer ${number}, edited`)
    const { message_id: id } = owner.sends(chat, `Answer ${number}`)
    owner.edits(chat, id, `Answer ${number}, edited`)
  },
  async ({ contact, to, inTelegram }, number) => {
    inTelegram.push(`Message ${number}`)
    await contact.send(await samples.photo(wa.media, `Message ${number}`), to)
  },
  ({ chat, inWhatsApp }, number) => {
    inWhatsApp.push(`Answer ${number}`)
    owner.sends(chat, { document: { bytes: files.pdf(), name: 'a.pdf' }, caption: `Answer ${number}` })
  },
]

/** Messages come in for as long as the kills go on, one after the other, whoever is killed meanwhile. */
const send = async (): Promise<void> => {
  for (; sent < messages; sent += 1) {
    const pair = pairs[sent % chats]
    const number = Math.floor(sent / chats)
    if (pair) await acts[(sent + number) % acts.length]?.(pair, number)
    if (sent % 25 === 24) wa.dropConnection()
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
    // The ninth schema has all that a message on its way needs.
    if (killed % 10 === 9) downgrade(world.folder, 9 + (Math.floor(killed / 10) % (migrations.length - 9)))
    bridge = start()
  }
}

const inDoubt = ({ stderr }: Outcome): number =>
  stderr.includes('Settling deliveries that were cut off') ? 1 : 0

await Promise.all([send(), kill()])
console.log(`${sent} messages sent, ${killed} kills, ${seconds(began).toFixed(0)} s`)
const calmed = performance.now()
/** Where more waits than goes within a minute, one Telegram message holds several, each on a line of its own. */
const seenOf = ({ chat, whatsapp }: Pair): readonly [telegram: string[], whatsapp: string[]] => [
  chat
    .transcript()
    .filter(({ from }) => from.isBot)
    .flatMap(({ text }) => text.split('\n'))
    .filter(line => line.startsWith('Message ')),
  wa.transcript
    .filter(({ from, chat: at, deleted }) => from === 'bridge' && at === whatsapp && !deleted)
    .flatMap(({ shown }) => shown?.text ?? []),
]
const wantedOf = ({ inTelegram, inWhatsApp }: Pair) => [inTelegram, inWhatsApp] as const
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
/** How many stand there as they are to. */
const total = (): number =>
  pairs.reduce((sum, pair) => {
    const wanted = wantedOf(pair)
    return (
      sum +
      seenOf(pair).reduce(
        (each, seen, side) => each + seen.filter(line => wanted[side]?.includes(line)).length,
        0,
      )
    )
  }, 0)
const left = messages - total()
/**
 * The budgets alone may silence a group for a minute, when it has had its 20 messages, and refusals for longer.
 * So it is waited for as long as something comes; what is silent for longer than all that has stalled.
 */
const longestSilence = 300_000
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

const faults = pairs.flatMap((pair, index) => {
  const wanted = wantedOf(pair)
  return seenOf(pair).flatMap((seen, side) =>
    same(seen, wanted[side])
      ? []
      : [
          {
            where: `${side === 0 ? 'Telegram' : 'WhatsApp'}, chat ${index}`,
            seen,
            wanted: wanted[side] ?? [],
          },
        ],
  )
})
const probes = tg.callsOf('editMessageReplyMarkup').length
const refused = tg.calls.filter(({ response }) => isRefusal(response)).length
const [median = 0] = readyAfter.toSorted((a, b) => a - b).slice(Math.floor(readyAfter.length / 2))
console.log(
  `${total()} on the other side; ${left} of them after the last kill, within ${drained.toFixed(0)} s`,
)
console.log(`${unsettled} starts had deliveries to settle, with ${probes} probes; ${refused} answers 429`)
console.log(`Ready after ${median.toFixed(1)} s (median of ${readyAfter.length} starts that lived to be)`)
wa.assertNoSurprises()
tg.assertNoSurprises()
for (const { where, seen, wanted } of faults) {
  const missing = wanted.filter(text => !seen.includes(text))
  const strange = seen.filter((text, position) => !wanted.includes(text) || seen.indexOf(text) !== position)
  console.log(
    `${where}: missing ${missing.join(', ') || 'none'}; too many ${strange.join(', ') || 'none'}; order ${seen.join(' ')}`,
  )
}
console.log(faults.length === 0 ? 'Each message once, in order in every chat' : 'FAILED')
process.exitCode = faults.length === 0 ? 0 : 1
