import type { Store } from '../../store/index.ts'
import { linkedSince } from '../account.ts'
import { networkOf } from '../chat-ref.ts'
import type { NoticeTools } from '../deliver/notice.ts'
import { type BridgeEvent, subjectId } from '../event.ts'
import { clockSlack } from './early.ts'
import type { Reception } from './reception.ts'
import { tellOnce } from './tell-once.ts'

/**
 * Whether the owner did it in Telegram before another account was linked. `event` as it arrived: with Telegram's time. A
 * pressed button has none (core.telegram.org/bots/api#callbackquery), only that of this machine; but it waits there for 150 s
 * at most (`rivals.ts`).
 */
export const isForOther = ({ chat, kind, sentAt }: BridgeEvent, store: Store): boolean => {
  if (networkOf(chat) !== 'telegram' || kind === 'vote' || kind === 'join') return false
  const linked = linkedSince(store)
  return linked !== undefined && sentAt + clockSlack < Number(linked)
}

/** Says so under the first of them in each chat. */
export const refuseForOther = (event: BridgeEvent, context: NoticeTools & { now: number }): Reception => {
  const { store, now } = context
  const news = linkedSince(store) ?? ''
  const notice = { chat: event.chat, text, replyTo: subjectId(event), now }
  return tellOnce(context, { about: 'account', news, ...notice }) ? 'refused' : 'ignored'
}

const text =
  'Not done in WhatsApp: another WhatsApp account has been linked since. Send again what is to come from there, this and what else you wrote until then. (I say this once in each chat.)'
