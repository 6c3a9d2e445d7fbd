/**
 * The bridge under everything that goes wrong: people talk on both sides of many chats (texts, files, albums, answers, edits,
 * deletions, reactions; private chats, groups and topics) while the process is killed, the disk and the clock fail, the
 * connections break, and answers are lost. Stops by itself, prints what was injected and what became of each message, and
 * ends with 1 when one was lost, doubled, out of order or not as it was in the end.
 *
 *   npm run soak -- [--minutes 10] [--chats 12] [--every 1500] [--binary dist/wa2tg] [--only "the disk"]
 *
 * `--only` chooses kinds of faults by what stands in their names, to look for a cause.
 * A full disk and a wrong clock are made by a preload, which the single file does not take: there they are left out.
 */
import '../test/simulators/whatsapp/quiet.ts'
import { readNumbers } from './options.ts'
import { report } from './soak/report.ts'
import { soak } from './soak/run-soak.ts'

const { minutes, chats, every, texts } = readNumbers(
  {
    minutes: { usual: 10, least: 0.01 },
    chats: { usual: 12, least: 1, whole: true },
    every: { usual: 1500, least: 1 },
  },
  ['binary', 'only'],
)
const { binary, only } = texts
const outcome = await soak({
  forMs: minutes * 60_000,
  chats,
  every,
  ...(binary !== undefined && { binary }),
  ...(only !== undefined && { only }),
})
console.log(report(outcome))
process.exitCode = outcome.clean ? 0 : 1
