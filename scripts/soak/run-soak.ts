import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../test/simulators/eventually.ts'
import { breakThings } from './break-things.ts'
import { isClean, isComplete, judge, type Verdict } from './judge.ts'
import type { Side } from './said.ts'
import { Stage } from './stage.ts'
import { talk } from './traffic.ts'

export interface SoakOptions {
  /** For how long things go wrong, in milliseconds. */
  readonly forMs: number
  readonly chats: number
  /** Milliseconds between two faults, on average. */
  readonly every: number
  readonly binary?: string
  /** Nothing goes wrong but what includes this in its name. */
  readonly only?: string
  /**
   * It goes on, for ten times as long at most, until so many kinds of things have gone wrong, so many things have met something,
   * and so many messages were sent.
   */
  readonly least?: number
}

export interface SoakReport {
  /** How often each was brought about, or planned for what comes next. */
  readonly faults: ReadonlyMap<string, number>
  /** How many of them met nothing any more before the end. */
  readonly waiting: number
  /** By the side on which it was to arrive. */
  readonly verdicts: Readonly<Record<Side, Verdict>>
  /** What the simulated networks did not expect. Some of it comes of lines that were cut, so it is told, and counts as no fault. */
  readonly surprises: readonly string[]
  /**
   * What phones could not decrypt and asked for again, beside what they were told not to read: for their owners it is
   * "Waiting for this message" for a while.
   */
  readonly unread: readonly string[]
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

/** How many of what was brought about or planned met something, where so many still wait. */
export const metOf = (faults: SoakReport['faults'], waiting: number): number =>
  [...faults.values()].reduce((sum, times) => sum + times, 0) - waiting

/** People talk on both sides while things go wrong; then peace, and a look at what stands where. */
export const soak = async ({
  forMs,
  every,
  only,
  least = 0,
  ...options
}: SoakOptions): Promise<SoakReport> => {
  await using stage = await Stage.open(options)
  const { rooms, world } = stage
  const look = (): Record<Side, Verdict> => ({
    telegram: judge(rooms, 'telegram', world),
    whatsapp: judge(rooms, 'whatsapp', world),
  })
  const end = new AbortController()
  const faults = new Map<string, number>()
  const waiting = (): number =>
    world.tg.faults.waiting +
    world.wa.faultsWaiting +
    world.wa.media.uploadFaultsWaiting +
    stage.downloadFaults.length
  const isEnough = (): boolean => {
    const times = [...faults.values()].filter(each => each > 0)
    const sent = Object.values(look()).reduce((sum, { order }) => sum + order.sent, 0)
    return [times.length, metOf(faults, waiting()), sent].every(count => count >= least)
  }
  const lasts = async (): Promise<void> => {
    const latest = performance.now() + 10 * forMs
    await sleep(forMs)
    while (!isEnough() && performance.now() < latest && !end.signal.aborted) await sleep(500)
    end.abort()
  }
  const running = Promise.all([
    breakThings(stage, { every, only, signal: end.signal, counts: faults }),
    talk(stage, end.signal),
    lasts(),
  ])
  await running.finally(() => end.abort())
  const calmFrom = performance.now()
  const left = waiting()
  world.tg.faults.clear()
  world.wa.clearFaults()
  const behind = Object.values(look()).reduce((sum, { order }) => sum + order.lost, 0)
  const isThere = async (): Promise<boolean> => {
    await sleep(500)
    return Object.values(look()).every(isComplete)
  }
  await eventually(isThere, 'the last message', calmLimit).catch(() => undefined)
  const calm = performance.now() - calmFrom
  await sleep(afterthought)
  await stage.restart('SIGTERM')
  const verdicts = look()
  const surprises = [...world.wa.unexpected, ...world.tg.unexpected]
  const clean = Object.values(verdicts).every(isClean)
  const unread = world.wa.problems.filter(problem => problem.includes('could not read'))
  return { faults, waiting: left, verdicts, surprises, unread, calm, behind, clean }
}
