import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../test/simulators/eventually.ts'
import { breakThings } from './faults.ts'
import { add, compare, isClean, seenInTelegram, seenOnWhatsApp, type Verdict } from './judge.ts'
import { Stage } from './stage.ts'
import { talk } from './traffic.ts'

export interface SoakOptions {
  /** For how long things go wrong, in milliseconds. */
  readonly forMs: number
  readonly chats: number
  /** Milliseconds between two faults, on average. */
  readonly every: number
  readonly binary?: string
}

export interface SoakReport {
  readonly faults: ReadonlyMap<string, number>
  readonly toTelegram: Verdict
  readonly toWhatsApp: Verdict
  /** Milliseconds from the last fault until everything had arrived, or was given up waiting for. */
  readonly calm: number
  /** Messages that were still on their way when the last fault had struck. */
  readonly behind: number
  readonly clean: boolean
}

/** What may still be on its way when peace returns: a group takes 20 messages a minute, and it may have many to catch up with. */
const calmLimit = 900_000
/** A copy too many would come late. */
const afterthought = 10_000

/** People talk on both sides while things go wrong; then peace, and a look at what stands where. */
export const soak = async ({ forMs, every, ...options }: SoakOptions): Promise<SoakReport> => {
  await using stage = await Stage.open(options)
  const { pairs } = stage
  const judge = (): { toTelegram: Verdict; toWhatsApp: Verdict } => ({
    toTelegram: add(pairs.map(pair => compare(pair.said, seenInTelegram(pair)))),
    toWhatsApp: add(pairs.map(pair => compare(pair.answered, seenOnWhatsApp(pair)))),
  })
  const end = new AbortController()
  const running = Promise.all([
    breakThings(stage, { every, signal: end.signal }),
    talk(stage, end.signal),
    sleep(forMs).then(() => end.abort()),
  ])
  const [faults] = await running.finally(() => end.abort())
  const calmFrom = performance.now()
  const behind = Object.values(judge()).reduce((sum, { lost }) => sum + lost, 0)
  const isThere = (): boolean => Object.values(judge()).every(({ lost }) => lost === 0)
  await eventually(isThere, 'the last message', calmLimit).catch(() => undefined)
  const calm = performance.now() - calmFrom
  await sleep(afterthought)
  await stage.restart('SIGTERM')
  const verdicts = judge()
  return { ...verdicts, faults, calm, behind, clean: Object.values(verdicts).every(isClean) }
}
