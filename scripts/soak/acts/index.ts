import { randomInt } from 'node:crypto'
import type { Room, Said } from '../said.ts'
import type { Stage } from '../stage.ts'

/** One thing that people do; `false` where nothing was said that it could be done with. */
export type Act = (room: Room, stage: Stage) => Promise<boolean> | boolean

/** What is done, and how often in a hundred times. */
export type Acts = Readonly<Record<string, readonly [times: number, act: Act]>>

/** People come back to what was said not long ago; phones let nobody edit after 15 minutes. */
const memory = 120_000

/** One of the latest messages of a chat that fits. */
export const recall = (room: Room, fits: (said: Said) => boolean): Said | undefined => {
  const since = Date.now() - memory
  const recent = room.said.slice(-40).filter(({ at, deleted, id }) => at > since && !deleted && id !== '')
  const fitting = recent.filter(fits)
  return fitting.length === 0 ? undefined : fitting[randomInt(fitting.length)]
}

/** Emoji that bots may set. */
export const emoji: readonly string[] = ['👍', '🔥', '🎉', '']

/** Another one than before; the empty one takes it back. */
export const nextEmoji = (before = '', all = emoji): string => {
  const others = all.filter(each => each !== before)
  return others[randomInt(others.length)] ?? '👍'
}
