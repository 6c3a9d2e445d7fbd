import { type ChatRef, networkOf } from '../chat-ref.ts'
import type { BridgeEvent } from '../event.ts'
import { isStatus } from '../status.ts'
import type { ReceiveContext } from './reception.ts'

export type Route =
  | { readonly target: ChatRef; readonly refusal?: never; readonly about?: never }
  /** `about`: the WhatsApp chat that it was for, where that is known. */
  | { readonly target?: never; readonly refusal: string; readonly about?: ChatRef }

/**
 * Where an event goes. What comes from Telegram goes to the one two-way mapping of its chat, but never to somebody else
 * than whom it is about: `asked`, the WhatsApp chat of the message that it answers or changes.
 */
export const route = (
  { chat }: Pick<BridgeEvent, 'chat'>,
  asked: ChatRef | undefined,
  { mappings, store }: Pick<ReceiveContext, 'mappings' | 'store'>,
): Route => {
  const [first] = mappings
  if (networkOf(chat) === 'whatsapp') {
    return first ? { target: first.telegram } : { refusal: 'This chat is not mapped' }
  }
  const wanted = asked ?? first?.whatsapp
  if (first && !first.toTelegramOnly && first.whatsapp === wanted) return { target: first.whatsapp }
  const about = wanted === undefined ? {} : { about: wanted }
  const kind = wanted && store.chats.get(wanted)?.kind
  if (kind === 'channel' || kind === 'broadcast')
    return {
      ...about,
      refusal: 'Not sent: what stands here is only to be read; I post in no channel and no status',
    }
  const name = wanted ? store.chats.displayName(wanted) : 'WhatsApp'
  if (wanted !== undefined && mappings.every(({ whatsapp }) => whatsapp !== wanted)) {
    const status = mappings.some(({ whatsapp }) => isStatus(whatsapp, store))
      ? '. An answer to a status itself goes to whoever posted it'
      : ''
    return {
      ...about,
      refusal: `Not sent: that message belongs to ${name}, and that chat is not mapped to this one${status}`,
    }
  }
  return {
    ...about,
    refusal: `Not sent: messages from ${name} are only shown here. To answer from here, remove the mapping and add it again without --to-telegram-only`,
  }
}
