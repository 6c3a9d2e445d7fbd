import { networkOf } from '../chat-ref.ts'
import { addNotice } from '../deliver/notice.ts'
import { type BridgeEvent, isMessage } from '../event.ts'
import type { InboxOptions } from './reception.ts'

/**
 * What the owner writes in a topic that is mapped nowhere stays in Telegram, though its group may be mapped: that is
 * General alone, and other topics may be for other things. Somebody may have expected it to cross, and hears
 * so under the first message in each. Call it in a transaction. Returns whether anything was said.
 */
export const tellOfOtherTopic = (event: BridgeEvent, options: InboxOptions, now: number): boolean => {
  const { chat, id } = event
  if (!isMessage(event) || networkOf(chat) !== 'telegram') return false
  const { store } = options
  const mapping = store.mappings
    .list()
    .find(({ telegram, toTelegramOnly }) => !toTelegramOnly && chat.startsWith(`${telegram}/`))
  const told = store.session('told')
  if (mapping === undefined || told.get(about, chat) !== undefined) return false
  told.set([{ type: about, id: chat, value: String(now) }])
  const name = store.chats.displayName(mapping.whatsapp)
  const text = `Not sent: this topic is mapped to no WhatsApp chat. What is written in General goes to "${name}". To map this one, send /id here. (I say this once for each topic.)`
  addNotice(options, { chat, text, replyTo: id, now })
  return true
}

const about = 'topic'
