import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fromTelegram } from './acts/from-telegram.ts'
import { fromWhatsApp } from './acts/from-whatsapp.ts'
import type { Act, Acts } from './acts/index.ts'
import type { Room } from './said.ts'
import type { Stage } from './stage.ts'

/** Something happens in a chat every three to eight seconds: near what Telegram lets a bot say in a group, and sometimes over it. */
const pause = { from: 3000, to: 8000 } as const
/** Of so many things one is done in Telegram. */
const telegramEvery = 3

/** Everybody talks until `signal` aborts. */
export const talk = async (stage: Stage, signal: AbortSignal): Promise<void> => {
  const inRoom = async (room: Room): Promise<void> => {
    while (!signal.aborted) {
      await sleep(randomInt(pause.from, pause.to), undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      const acts = randomInt(telegramEvery) === 0 ? fromTelegram : fromWhatsApp
      if (!(await choose(acts)(room, stage))) await acts['text']?.[1](room, stage)
    }
  }
  await Promise.all(stage.rooms.map(inRoom))
}

const choose = (acts: Acts): Act => {
  const all = Object.values(acts).flatMap(([times, act]) => Array.from({ length: times }, () => act))
  const chosen = all[randomInt(all.length)]
  if (chosen === undefined) throw new Error('There is nothing to do')
  return chosen
}
