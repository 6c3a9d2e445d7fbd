import { randomInt } from 'node:crypto'
import type { Stage } from '../stage.ts'
import type { Faults } from './faults.ts'

const page = '<html><body>Please log in</body></html>'

/** What Telegram's servers do, and whatever stands in front of them. */
export const telegram: Faults = {
  'Telegram acts, but the reply is lost': call('reply-lost'),
  'Telegram acts, and the reply is cut': ({ world }) =>
    strike(world, { cutAfter: randomInt(1, 300), reset: randomInt(2) === 0 }),
  'Telegram breaks before it acts': call('reset-before'),
  'Telegram breaks while the request comes in': call('reset-during-body'),
  'Telegram acts, and answers 500': call({
    error: 500,
    description: 'Internal Server Error',
    done: true,
  }),
  'Telegram answers 500': call({ error: 500, description: 'Internal Server Error' }),
  'a proxy answers 502 behind what was done': call({ status: 502, html: page, done: true }),
  'a page of somebody else (401, 403, 404)': ({ world }) =>
    strike(world, { status: [401, 403, 404][randomInt(3)] ?? 403, html: page }),
  'a server in front answers 429 (2 s)': call({ status: 429, html: page, retryAfter: 2 }),
  'Telegram answers 429 (2 s)': call({
    error: 429,
    description: 'Too Many Requests: retry after 2',
    retryAfter: 2,
  }),
  'Telegram acts after three seconds': call({ delayMs: 3000 }),
  'Telegram answers after three seconds': call({ lateMs: 3000 }),
  'Telegram drops the poll': ({ world }) => world.tg.faults.next('getUpdates', 'reply-lost'),
  'Telegram answers the poll 409': ({ world }) =>
    world.tg.faults.next('getUpdates', {
      error: 409,
      description: 'Conflict: terminated by other getUpdates request',
    }),
  'Telegram gives updates twice': ({ world }) => world.tg.repeatUpdates(),
  'a download from Telegram breaks': ({ world }) => world.tg.faults.next('download', 'reset-during-body'),
}

type Fault = Parameters<Stage['world']['tg']['faults']['next']>[1]

function call(fault: Fault): Faults[string] {
  return ({ world }) => strike(world, fault)
}

/** Half of them meet a message, the others whatever is asked next: an edit, a reaction, a search for what is in doubt. */
const strike = ({ tg }: Stage['world'], fault: Fault): void =>
  tg.faults.next(randomInt(2) === 0 ? 'sendMessage' : '*', fault)
