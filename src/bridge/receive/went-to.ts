import { type ChatRef, networkOf } from '../chat-ref.ts'
import type { ChangeEvent } from '../event.ts'
import type { InboxOptions } from './reception.ts'

/**
 * The WhatsApp chat that a message of the owner's went to, or is on its way to, for what they do with it in Telegram:
 * whatever their Telegram chat is mapped to by now.
 */
export const wentTo = (
  { chat, target }: Pick<ChangeEvent, 'chat' | 'target'>,
  { store, outbox }: Pick<InboxOptions, 'store' | 'outbox'>,
): ChatRef | undefined => {
  if (networkOf(chat) !== 'telegram') return undefined
  const written = store.links.subject({ chat, id: target.id })
  if (written?.chat !== chat || !written.me) return undefined
  const there = store.links.destination(written.key) ?? outbox.goesTo(written.key)
  return there && networkOf(there) === 'whatsapp' ? there : undefined
}
