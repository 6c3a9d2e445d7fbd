import { takeMerged } from '../../store/index.ts'
import { addressOf } from '../chat-ref.ts'
import { addNotice } from '../deliver/notice.ts'
import type { InboxOptions } from './reception.ts'

/**
 * Two chats that are mapped may turn out to be one person (`store/merge-chat.ts`), and one mapping alone can stay. The owner hears
 * of each that is gone, once: what they write there would stay in Telegram without a word. Call it in the transaction in which
 * addresses were learned. Returns whether anything was said.
 */
export const tellOfMerged = (options: InboxOptions, now: number): boolean => {
  const { store } = options
  const chat = options.ownerChat?.()
  if (chat === undefined) return false
  const gone = takeMerged(store.database)
  for (const { whatsapp, left, stays } of gone) {
    const text = `"${store.chats.displayName(whatsapp)}" was mapped twice, and WhatsApp says now that both are one person. They go to ${addressOf(stays)} alone, and what you write in ${addressOf(left)} stays there. wa2tg map remove and wa2tg map add change that.`
    addNotice(options, { chat, text, now })
  }
  return gone.length > 0
}
