import { networkOf } from '../chat-ref.ts'
import { addNotice } from '../deliver/notice.ts'
import type { MessageEvent } from '../event.ts'
import type { InboxOptions } from './reception.ts'

/**
 * What the owner writes in a topic that is mapped nowhere stays in Telegram, though its group may be mapped: that is
 * General alone, and other topics may be for other things. Somebody may have expected it to cross, and hears
 * so under the first message in each. Others may read it there, so it names nobody. Whoever writes in the name of the
 * group, and what could cross from nowhere, comes as a placeholder, and is none of it. Call it in a transaction. Returns
 * whether anything was said.
 */
export const tellOfOtherTopic = (event: MessageEvent, options: InboxOptions, now: number): boolean => {
  const { chat, id } = event
  if (event.content.kind === 'placeholder' || networkOf(chat) !== 'telegram') return false
  const { store } = options
  const isBeside = store.mappings
    .list()
    .some(({ telegram, toTelegramOnly }) => !toTelegramOnly && chat.startsWith(`${telegram}/`))
  const told = store.session('told')
  if (!isBeside || told.get(about, chat) !== undefined) return false
  told.set([{ type: about, id: chat, value: String(now) }])
  const text =
    'Not sent: this topic is mapped to no WhatsApp chat. /id, sent here, shows the id to map it by. (I say this once for each topic.)'
  addNotice(options, { chat, text, replyTo: id, now })
  return true
}

const about = 'topic'
