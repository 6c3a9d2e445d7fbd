/**
 * The bridge under everything that goes wrong: people talk on both sides of many chats while the process is killed, the
 * connections break, and answers are lost. Stops by itself, prints what was injected and what became of each message, and
 * ends with 1 when one was lost, doubled or out of order.
 *
 *   npm run soak -- [--minutes 10] [--chats 12] [--every 1500] [--binary dist/wa2tg]
 */
import { readNumbers } from './options.ts'
import type { Verdict } from './soak/judge.ts'
import { soak } from './soak/run-soak.ts'

const { minutes, chats, every, texts } = readNumbers(
  {
    minutes: { usual: 10, least: 0.01 },
    chats: { usual: 12, least: 1, whole: true },
    every: { usual: 1500, least: 1 },
  },
  ['binary'],
)
const { binary } = texts
// libsignal prints whole session objects; here the simulated phones' end of it runs in this process.
console.info = () => undefined

const { faults, toTelegram, toWhatsApp, calm, behind, clean } = await soak({
  forMs: minutes * 60_000,
  chats,
  every,
  ...(binary !== undefined && { binary }),
})

const row = (name: string, ...cells: readonly (string | number)[]): void =>
  console.log(`${name.padEnd(46)}${cells.map(cell => String(cell).padStart(10)).join('')}`)
const verdict = (name: string, { sent, lost, doubled, disordered }: Verdict): void =>
  row(name, sent, lost, doubled, disordered)

row('What went wrong', 'times')
for (const [name, times] of faults) row(name, times)
console.log()
row('', 'sent', 'lost', 'doubled', 'disorder')
verdict('WhatsApp → Telegram', toTelegram)
verdict('Telegram → WhatsApp', toWhatsApp)
const when = clean ? 'all was there' : 'NOT ALL WAS THERE'
console.log(`\n${behind} were on their way at the last fault; ${when} ${(calm / 1000).toFixed(0)} s later`)
process.exitCode = clean ? 0 : 1
