import { networkOf } from '../chat-ref.ts'
import { addNotice } from '../deliver/notice.ts'
import type { MessageEvent } from '../event.ts'
import type { InboxOptions } from './reception.ts'
import { tellOnce } from './tell-once.ts'
import { chatsWith } from './whereabouts.ts'

/**
 * What the owner writes in a topic that is mapped nowhere stays in Telegram, though its group may be mapped: that is
 * General alone, and other topics may be for other things. So does what is written in a group of which topics alone are
 * mapped: in General, or anywhere where topics were switched off. And so does what is written where a mapping was removed, or
 * to the bot itself. Somebody may have expected it to cross, and hears so under the first message in each; and under every answer
 * to what stands in a topic, which was meant for somebody. Others may read it there, so it names nobody. Whoever writes in the
 * name of the group, and what could cross from nowhere, comes as a placeholder, and is none of it. Call it in a transaction.
 * Returns whether anything was said.
 */
export const tellOfOtherTopic = (event: MessageEvent, options: InboxOptions, now: number): boolean => {
  const { chat, id, replyTo } = event
  if (event.content.kind === 'placeholder' || networkOf(chat) !== 'telegram') return false
  const { store } = options
  if (replyTo && chatsWith({ chat, id: replyTo.id }, options).some(place => place !== chat)) {
    addNotice(options, { chat, text: answersTopic, replyTo: id, now })
    return true
  }
  const mapped = store.mappings.list().filter(({ toTelegramOnly }) => !toTelegramOnly)
  const tell = (text: string, news?: string): boolean =>
    tellOnce(options, { about: 'topic', chat, text, replyTo: id, now, ...(news !== undefined && { news }) })
  if (mapped.some(({ telegram }) => chat.startsWith(`${telegram}/`))) return tell(topicNotMapped)
  if (mapped.some(({ telegram }) => telegram.startsWith(`${chat}/`))) return tell(topicsAlone)
  // Of a group it may have been removed before it was known that it is a supergroup by now.
  const [removed] = [chat, ...(store.chats.get(chat)?.aliases ?? [])].flatMap(
    each => store.session('told').get('removed', each) ?? [],
  )
  return (removed !== undefined || chat === options.ownerChat?.()) && tell(notMapped, removed)
}

const answersTopic =
  'Not sent: the message that you answered stands in a topic, and this in none. Where there are none any more, switch topics on again.'
const topicNotMapped =
  'Not sent: this topic is mapped to no WhatsApp chat. /id, sent here, shows the id to map it by. (I say this once for each topic.)'
const topicsAlone =
  'Not sent: only topics of this chat are mapped to WhatsApp chats, and this stands in none of them. Write in the topic; where there are none any more, switch topics on again. (I say this once for each chat.)'
const notMapped =
  'Not sent: this chat is mapped to no WhatsApp chat. /id, sent here, shows what to type to map it. (I say this once.)'
