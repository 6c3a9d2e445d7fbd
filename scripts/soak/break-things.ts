import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Faults } from './faults/faults.ts'
import { machine } from './faults/machine.ts'
import { program } from './faults/program.ts'
import { telegram } from './faults/telegram.ts'
import { whatsapp } from './faults/whatsapp.ts'
import type { Stage } from './stage.ts'

/** All that can go wrong here. */
export const faultsOf = (stage: Stage): Faults => ({
  ...program,
  ...machine(stage),
  ...whatsapp,
  ...telegram,
})

/**
 * Something (of which the name includes `only`) goes wrong every `every` milliseconds, on average, until `signal`
 * aborts. `counts` what did.
 */
export const breakThings = async (
  stage: Stage,
  {
    every,
    only = '',
    signal,
    counts,
  }: { every: number; only?: string | undefined; signal: AbortSignal; counts: Map<string, number> },
): Promise<void> => {
  const faults = Object.fromEntries(Object.entries(faultsOf(stage)).filter(([name]) => name.includes(only)))
  const names = Object.keys(faults)
  for (const name of names) counts.set(name, 0)
  // Each in turn, in a new order every round, so that none is left out by chance. The process ends twice as often: behind every
  // start pauses between connections are short again, and there is more to break.
  let round: string[] = []
  while (!signal.aborted) {
    await sleep(randomInt(1, every * 2), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) break
    if (round.length === 0) round = shuffled([...names, ...names.filter(each => each in program)])
    const name = round.pop() ?? ''
    if ((await faults[name]?.(stage)) !== false) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map(item => ({ item, at: randomInt(2 ** 40) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
