import type { World } from '../../test/simulators/world.ts'
import { type Check, checkRoom, type Sort, sorts } from './checks.ts'
import type { Room, Side } from './said.ts'
import { readTelegram } from './views/in-telegram.ts'
import { readWhatsApp } from './views/on-whatsapp.ts'

/** How the messages that were seen differ from those that were said. */
export interface Order {
  readonly sent: number
  readonly lost: number
  readonly doubled: number
  /** Messages that stand behind one that was said later. */
  readonly disordered: number
}

/** How many there were of a sort, and how many are not as they should be. */
export interface Tally {
  readonly count: number
  readonly wrong: number
}

export interface Verdict {
  readonly order: Order
  readonly tallies: Readonly<Record<Sort, Tally>>
  /** Each fault in words, for whoever looks for its cause. */
  readonly faults: readonly string[]
}

/** Compares what was said in one direction with what stands on the other side, in its order there. */
export const compare = (said: readonly string[], seen: readonly string[]): Order => {
  const first = new Map(seen.map((text, index) => [text, index] as const).reverse())
  const arrived = said.filter(text => first.has(text))
  let latest = -1
  let disordered = 0
  for (const text of arrived) {
    const at = first.get(text) ?? -1
    if (at < latest) disordered += 1
    latest = Math.max(latest, at)
  }
  const doubled = seen.length - new Set(seen).size
  return { sent: said.length, lost: said.length - arrived.length, doubled, disordered }
}

export const tally = (checks: readonly Check[]): Verdict['tallies'] => {
  const ofSort = (sort: Sort): Tally => {
    const all = checks.filter(check => check.sort === sort)
    return { count: all.length, wrong: all.filter(({ wanted, found }) => wanted !== found).length }
  }
  return Object.fromEntries(sorts.map(sort => [sort, ofSort(sort)])) as Record<Sort, Tally>
}

/** What became of everything that is to arrive on one side. What was deleted since need not have been there, but not twice. */
export const judge = (rooms: readonly Room[], to: Side, world: World): Verdict => {
  const verdicts = rooms.map(room => judgeRoom(room, to, world))
  const sum = (name: keyof Order): number => verdicts.reduce((all, { order }) => all + order[name], 0)
  return {
    order: {
      sent: sum('sent'),
      lost: sum('lost'),
      doubled: sum('doubled'),
      disordered: sum('disordered'),
    },
    tallies: tally(verdicts.flatMap(({ checks }) => checks)),
    faults: verdicts.flatMap(({ faults }) => faults),
  }
}

const judgeRoom = (room: Room, to: Side, world: World) => {
  const seen = (to === 'telegram' ? readTelegram(room) : readWhatsApp(room, world)).map(({ word }) => word)
  const said = room.said.filter(each => each.to === to && !each.deleted).map(({ word }) => word)
  const checks = checkRoom(room, to, world)
  const lost = said.filter(word => !seen.includes(word)).map(word => `${word} is lost`)
  const doubled = seen.filter((word, at) => seen.indexOf(word) !== at).map(word => `${word} is there twice`)
  const wrong = checks
    .filter(({ wanted, found }) => wanted !== found)
    .map(
      ({ word, sort, wanted, found }) =>
        `${word}, ${sort}: ${found || 'nothing'} instead of ${wanted || 'nothing'}`,
    )
  const order = compare(said, seen)
  const disorder = order.disordered > 0 ? [`${room.name}: ${said.join(' ')}, but ${seen.join(' ')}`] : []
  return { order, checks, faults: [...lost, ...doubled, ...disorder, ...wrong] }
}

/** Whether nothing is missing yet, or not as it should be: what is there twice, or in disorder, remains so. */
export const isComplete = ({ order, tallies }: Verdict): boolean =>
  order.lost === 0 && Object.values(tallies).every(({ wrong }) => wrong === 0)

export const isClean = (verdict: Verdict): boolean =>
  isComplete(verdict) && verdict.order.doubled === 0 && verdict.order.disordered === 0
