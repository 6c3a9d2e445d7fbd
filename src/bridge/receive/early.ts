import type { Mapping } from '../../store/index.ts'
import { networkOf } from '../chat-ref.ts'
import { type BridgeEvent, isMessage, type MessageEvent } from '../event.ts'
import type { ReceiveContext, Reception } from './reception.ts'
import { tellOnce } from './tell-once.ts'

/** Milliseconds between two times that are whole seconds, and not of the same machine. */
export const clockSlack = 2000

/**
 * Since when the chat is mapped to whom the owner's words would go, where they were written before that: for somebody else, or for
 * nobody. `event` as it arrived: both times are by Telegram's clock, and ours may be wrong. Undefined for everything else.
 */
export const mappedSince = (event: BridgeEvent, mappings: readonly Mapping[]): number | undefined => {
  if (!isMessage(event) || networkOf(event.chat) !== 'telegram') return undefined
  return isEarlier(event.sentAt, mappings) ? sinceWhen(mappings) : undefined
}

/** Whether that was before the chat was mapped to whom words go, both by Telegram's clock; false where that is not known. */
export const isEarlier = (at: number, mappings: readonly Mapping[]): boolean => {
  const since = sinceWhen(mappings)
  return since !== undefined && at + clockSlack < since
}

const sinceWhen = (mappings: readonly Mapping[]): number | undefined =>
  mappings.find(({ toTelegramOnly }) => !toTelegramOnly)?.since

/**
 * Says so under the first of them. Each is taken for deleted: what is done with it later concerns nobody either. `source`: its
 * number. Call it in a transaction.
 */
export const refuseEarly = (
  { chat, id }: MessageEvent,
  source: number | undefined,
  context: ReceiveContext,
): Reception => {
  const { store, early, now } = context
  if (source !== undefined) store.links.markDeleted(source)
  const notice = { about: 'early', news: String(early), chat, text: earlyRefusal, replyTo: id, now }
  const isSaid = tellOnce(context, notice)
  return isSaid ? 'refused' : 'ignored'
}

/** What is said under it. */
export const earlyRefusal =
  'Not sent: you wrote this before this chat was mapped. Send again what is meant for whoever is mapped here now, this and what else you wrote until then. (I say this once for each mapping.)'
