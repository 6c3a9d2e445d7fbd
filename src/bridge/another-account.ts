import { waitingFor } from '../outbox/index.ts'
import type { Store } from '../store/index.ts'
import { networkOf } from './chat-ref.ts'
import { addNotice, type NoticeTools } from './deliver/notice.ts'
import { type ShowOptions, showFailure } from './deliver/show-failure.ts'
import { type BridgeEvent, isMessage } from './event.ts'
import { readHeld } from './receive/held-rows.ts'
import type { Reception } from './receive/reception.ts'

/** In a session of its own: that of WhatsApp is wiped when its account goes. */
const session = (store: Pick<Store, 'session'>) => store.session('account')
const account = { type: 'whatsapp', id: 'account' } as const
const since = { type: 'whatsapp', id: 'since' } as const

/** Notes whose words wait here, where that was never written down. */
export const noteAccount = (address: string | undefined, store: Store): void => {
  if (address === undefined || session(store).get(account.type, account.id) !== undefined) return
  session(store).set([{ ...account, value: address }])
}

/**
 * An account is linked. What waits for WhatsApp was written in the name of the one before: where that was another one, it is
 * given up, which the owner is told under each. `time`: what time it is out there, in milliseconds since 1970; what was written
 * in Telegram before does not go either (`isForOther`). Returns how many were given up. Throws `StoreError`.
 */
export const takeAccount = (address: string, time: number | undefined, options: ShowOptions): number => {
  const { store, outbox, now = Date.now } = options
  return store.transaction(() => {
    const before = session(store).get(account.type, account.id)
    if (before === address) return 0
    session(store).set([{ ...account, value: address }])
    if (before === undefined) return 0
    session(store).set([{ ...since, value: time === undefined ? null : String(time) }])
    const jobs = waitingFor(store.database, 'whatsapp')
    for (const job of jobs) {
      outbox.fail(job.id, problem, { at: now(), ...(job.unsure && { inDoubt: { mark: undefined } }) })
      showFailure(job, problem, options)
    }
    const held = readHeld(store).held.filter(({ event }) => networkOf(event.chat) === 'telegram')
    store.held.drop(held.map(({ id }) => id))
    for (const { event } of held) tell(event, { ...options, now: now() })
    return jobs.length + held.length
  })
}

const problem = 'another WhatsApp account has been linked since. Send it again if it is to come from there'

const tell = (event: BridgeEvent, { now, ...tools }: NoticeTools & { now: number }): void => {
  const replyTo = isMessage(event) ? event.id : event.target.id
  addNotice(tools, { chat: event.chat, text: `Not done in WhatsApp: ${problem}`, replyTo, now })
}

/** Milliseconds: both times are whole seconds, and not of the same machine. */
const slack = 2000

/** Whether the owner did it in Telegram before another account was linked. `event` as it arrived: with Telegram's time. */
export const isForOther = ({ chat, sentAt }: BridgeEvent, store: Store): boolean => {
  if (networkOf(chat) !== 'telegram') return false
  const linked = session(store).get(since.type, since.id)
  return linked !== undefined && sentAt + slack < Number(linked)
}

/** Says so under the first of them in each chat. */
export const refuseForOther = (event: BridgeEvent, context: NoticeTools & { now: number }): Reception => {
  const { store } = context
  const about = { type: 'account', id: event.chat }
  const value = session(store).get(since.type, since.id) ?? ''
  if (store.session('told').get(about.type, about.id) === value) return 'ignored'
  store.session('told').set([{ ...about, value }])
  const text = `${problemBefore} (I say this once in each chat.)`
  addNotice(context, {
    chat: event.chat,
    text,
    replyTo: isMessage(event) ? event.id : event.target.id,
    now: context.now,
  })
  return 'refused'
}

const problemBefore =
  'Not done in WhatsApp: another WhatsApp account has been linked since. Send again what is to come from there, this and what else you wrote until then.'
