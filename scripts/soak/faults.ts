import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stage } from './stage.ts'

type Break = (stage: Stage) => Promise<void> | void

/** What goes wrong, by the name under which it is counted. */
export const faults: Readonly<Record<string, Break>> = {
  'the process is killed with -9': stage => stage.restart('SIGKILL'),
  'the process is stopped and started': stage => stage.restart('SIGTERM'),
  'WhatsApp cuts the connection': ({ world }) => world.wa.dropConnection(),
  'WhatsApp restarts (503)': ({ world }) => world.wa.streamError(503),
  'WhatsApp asks for a new connection (515)': ({ world }) => world.wa.streamError(515),
  'WhatsApp refuses the next login (500)': ({ world }) => {
    world.wa.refuseNextLogin(500)
    world.wa.dropConnection()
  },
  'WhatsApp delivers, but the ack is lost': ({ world }) => world.wa.cutNextSend('before-ack'),
  'WhatsApp breaks before it delivers': ({ world }) => world.wa.cutNextSend('before-delivery'),
  'WhatsApp holds acks for two seconds': async ({ world }) => {
    world.wa.holdAcks(true)
    await sleep(2000)
    world.wa.holdAcks(false)
  },
  'Telegram sends, but the reply is lost': telegram('reply-lost'),
  'Telegram breaks before it sends': telegram('reset-before'),
  'Telegram sends, and answers 500': telegram({
    error: 500,
    description: 'Internal Server Error',
    done: true,
  }),
  'Telegram answers 500': telegram({ error: 500, description: 'Internal Server Error' }),
  'a proxy answers 502 behind a message sent': telegram({ status: 502, html: '<html></html>', done: true }),
  'Telegram answers 429 (2 s)': telegram({
    error: 429,
    description: 'Too Many Requests: retry after 2',
    retryAfter: 2,
  }),
  'Telegram takes three seconds': telegram({ delayMs: 3000 }),
  'Telegram drops the poll': ({ world }) => world.tg.faults.next('getUpdates', 'reply-lost'),
  'Telegram gives updates twice': ({ world }) => world.tg.repeatUpdates(),
}

function telegram(fault: Parameters<Stage['world']['tg']['faults']['next']>[1]): Break {
  return ({ world }) => world.tg.faults.next('sendMessage', fault)
}

/** Something goes wrong every `every` milliseconds, on average, until `signal` aborts. Counts what did. */
export const breakThings = async (
  stage: Stage,
  { every, signal }: { every: number; signal: AbortSignal },
): Promise<Map<string, number>> => {
  const counts = new Map(Object.keys(faults).map(name => [name, 0]))
  // Each in turn, in a new order every round, so that none is left out by chance.
  let round: string[] = []
  while (!signal.aborted) {
    await sleep(randomInt(1, every * 2), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) break
    if (round.length === 0) round = shuffled(Object.keys(faults))
    const name = round.pop() ?? ''
    await faults[name]?.(stage)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map(item => ({ item, at: randomInt(2 ** 40) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
