import { contain, type Log, waitingFor } from '../outbox/index.ts'
import { type AccountNames, changeAccount } from './account.ts'
import { networkOf } from './chat-ref.ts'
import { addNotice } from './deliver/notice.ts'
import { type ShowOptions, showFailure } from './deliver/show-failure.ts'
import { type BridgeEvent, readEvent, subjectId } from './event.ts'
import { readHeld } from './receive/held-rows.ts'

/** What is given up. */
interface GivenUp {
  /** Whatever has the same one is told of in the same words: the chat, and whether it may have arrived. */
  readonly place: string
  tell(problem: string): void
}

/**
 * An account is linked. What waits for WhatsApp was written in the name of the one before: where that was another one, it is
 * given up, which the owner is told under the first in each chat. `time`: what time it is out there, in milliseconds since
 * 1970; what was written in Telegram before does not go either (`receive/for-other.ts`). Returns how many were given up.
 * Throws `StoreError`.
 */
export const takeAccount = (
  names: AccountNames,
  time: number | undefined,
  options: ShowOptions & { readonly log: Log },
): number => {
  const { store, log } = options
  return store.transaction(() => {
    if (!changeAccount(names, time, store)) return 0
    const given = [...giveUpJobs(options), ...giveUpHeld(options)]
    for (const [first, ...rest] of Map.groupBy(given, ({ place }) => place).values())
      contain(() => store.transaction(() => first?.tell(problemOf(rest.length))), { log, problem: notTold })
    return given.length
  })
}

const notTold = 'The owner could not be told what was given up'

const problemOf = (more: number): string =>
  more === 0
    ? 'another WhatsApp account has been linked since. Send it again if it is to come from there'
    : `another WhatsApp account has been linked since. The same goes for ${more} more that waited in this chat. Send again what is to come from there`

const giveUpJobs = (options: ShowOptions): GivenUp[] => {
  const { store, outbox, now = Date.now } = options
  return waitingFor(store.database, 'whatsapp').map(job => {
    const inDoubt = job.unsure ? { inDoubt: { mark: undefined } } : {}
    outbox.fail(job.id, problemOf(0), { at: now(), ...inDoubt })
    const place = `${readEvent(job.event)?.chat} ${job.unsure}`
    return { place, tell: problem => showFailure(job, problem, options) }
  })
}

/** What came from a chat that is mapped nowhere would have gone nowhere. */
const giveUpHeld = (options: ShowOptions): GivenUp[] => {
  const { store } = options
  const held = readHeld(store).held.filter(({ event }) => networkOf(event.chat) === 'telegram')
  store.held.drop(held.map(({ id }) => id))
  return held
    .filter(({ event, to }) => to || store.mappings.forSource(event.chat).length > 0)
    .map(({ event }) => ({
      place: `${event.chat} false`,
      tell: problem => tell(event, problem, options),
    }))
}

const tell = (event: BridgeEvent, problem: string, { now = Date.now, ...tools }: ShowOptions): void => {
  const text = `Not done in WhatsApp: ${problem}`
  addNotice(tools, { chat: event.chat, text, replyTo: subjectId(event), now: now() })
}
