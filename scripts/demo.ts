/**
 * The whole bridge on this machine, without any account: the real `wa2tg` between a simulated WhatsApp and a simulated
 * Telegram. `--stay` keeps it running at the end and lets you type as either side; `--kinds` shows one of each kind.
 */
import { showKinds } from './demo/kinds.ts'
import { openStage } from './demo/stage.ts'
import { stay } from './demo/stay.ts'
import { tell } from './demo/story.ts'

// libsignal prints whole session objects, keys included; here both ends of it run in this process.
console.info = () => undefined

await using stage = await openStage()
const passed = await (process.argv.includes('--kinds') ? showKinds(stage) : tell(stage))
if (passed && process.argv.includes('--stay')) await stay(stage)
process.exitCode = passed ? 0 : 1
