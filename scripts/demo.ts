/**
 * The whole bridge on this machine, without any account: the real `wa2tg` between a simulated WhatsApp and a simulated
 * Telegram.
 */
import { parseArgs } from 'node:util'
import { showKinds } from './demo/kinds.ts'
import { savePictures } from './demo/screen.ts'
import { openStage } from './demo/stage.ts'
import { stay } from './demo/stay.ts'
import { tell } from './demo/story.ts'

const usage = `npm run demo -- [--kinds] [--pictures FOLDER] [--stay]
  --kinds            sends what crosses, kind by kind and both ways, and shows
                     what the other side sees
  --pictures FOLDER  draws the transcript as SVG files there
  --stay             keeps it running at the end and lets you type as either side`

const { kinds, pictures, stay: staying, help } = readOptions()
if (help) {
  console.log(usage)
  process.exit()
}

// libsignal prints whole session objects, keys included; here both ends of it run in this process.
console.info = () => undefined

await using stage = await openStage()
const passed = await (kinds ? showKinds(stage) : tell(stage))
if (passed && pictures !== undefined) savePictures(pictures, `npm run demo${kinds ? ' -- --kinds' : ''}`)
if (passed && staying) await stay(stage)
process.exitCode = passed ? 0 : 1

function readOptions() {
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({
      options: {
        kinds: flag,
        pictures: { type: 'string' },
        stay: flag,
        help: { ...flag, short: 'h' },
      },
    }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`)
    process.exit(2)
  }
}
