import { setTimeout as sleep } from 'node:timers/promises'
import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Owed } from '../keys/owed.ts'
import type { Timing } from './timing.ts'

export interface PayOptions {
  readonly owed: Owed
  /** Answers a retry receipt; resolves to false where that is worth another try. */
  answer(receipt: BinaryNode): Promise<boolean>
  /** Whether the server has taken all that was written by now. */
  isTaken(): Promise<boolean>
  /** What time it is at WhatsApp, in milliseconds since 1970. */
  time(): number | undefined
  readonly timing: Pick<Timing, 'askedAgain' | 'askedLater'>
  /** Aborts when the connection has ended. */
  readonly signal: AbortSignal
}

/** What was asked for longer ago is tried for the last time. Milliseconds. */
const LONGEST = 24 * 3_600_000

/**
 * Answers what was acknowledged before it could be answered: a few times soon, and then, while the connection lasts, every
 * now and then for a day; a connection may stay open for weeks, and somebody waits for that message.
 */
export const makePayer = ({ owed, answer, isTaken, time, timing, signal }: PayOptions) => {
  const underWay = new Set<string>()

  const tryAgain = async (receipt: BinaryNode, first: Promise<boolean>): Promise<boolean> => {
    let isDone = await first
    for (const pause of timing.askedAgain) {
      if (isDone || signal.aborted) break
      await waitFor(pause, signal)
      isDone = await answer(receipt)
    }
    return isDone
  }

  const settle = async (id: string, receipt: BinaryNode, result: Promise<boolean>): Promise<void> => {
    underWay.add(id)
    try {
      const isLast = !((time() ?? 0) - Number(receipt.attrs['t']) * 1000 < LONGEST)
      const isDone = await result
      if (!signal.aborted && (isDone || isLast) && (await isTaken())) await owed.drop(id)
    } finally {
      underWay.delete(id)
    }
  }

  const payAll = async (pay: (receipt: BinaryNode) => Promise<boolean>): Promise<void> => {
    const all = await owed.all()
    for (const [id, receipt] of all)
      if (!underWay.has(id)) settle(id, receipt, pay(receipt)).catch(() => undefined)
  }

  return {
    /** One of them, of which `first` is the first try. */
    pay: (id: string, receipt: BinaryNode, first: Promise<boolean>): Promise<void> =>
      settle(id, receipt, tryAgain(receipt, first)),
    /** All of them, for as long as the connection lasts. Never rejects. */
    async keepPaying(): Promise<void> {
      await payAll(receipt => tryAgain(receipt, answer(receipt))).catch(() => undefined)
      while (!signal.aborted) {
        await waitFor(timing.askedLater * (0.5 + Math.random()), signal)
        if (!signal.aborted) await payAll(answer).catch(() => undefined)
      }
    },
  }
}

/** Keeps no process from its end. */
const waitFor = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined)
