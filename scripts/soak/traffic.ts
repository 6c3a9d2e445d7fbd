import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { samples } from '../../test/simulators/samples.ts'
import type { Pair, Stage } from './stage.ts'

/** A person writes every three to eight seconds: near what Telegram lets a bot say in a group, and sometimes over it. */
const pause = { from: 3000, to: 8000 } as const
/** Of so many messages one is an answer, typed in Telegram. */
const answerEvery = 4

/** Everybody talks until `signal` aborts. */
export const talk = async ({ pairs, world }: Stage, signal: AbortSignal): Promise<void> => {
  const person = async (pair: Pair, index: number): Promise<void> => {
    while (!signal.aborted) {
      await sleep(randomInt(pause.from, pause.to), undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      if (randomInt(answerEvery) === 0) {
        const text = `Answer ${pair.answered.length} to ${index}`
        pair.answered.push(text)
        world.owner.sends(pair.group, text)
      } else {
        const text = `Message ${pair.said.length} of ${index}`
        pair.said.push(text)
        await pair.contact.send(samples.text(text))
      }
    }
  }
  await Promise.all(pairs.map(person))
}
