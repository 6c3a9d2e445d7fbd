import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { readContent } from '../content.ts'
import type { ReceiveContext } from './reception.ts'
import { placeOfOwn } from './went-to.ts'

/**
 * The WhatsApp chat that a message in Telegram belongs to: the one it came from; of the owner's own the one it went to,
 * or is to go to; of a word of the bridge that of the message under which it stands. Undefined where nobody knows.
 */
export const whomFor = (
  message: StoredMessage,
  tools: Pick<ReceiveContext, 'store' | 'outbox'>,
): ChatRef | undefined => {
  const { links, chats } = tools.store
  const { key, chat } = message
  if (networkOf(chat) === 'whatsapp') return chat
  const said = message.content === undefined ? undefined : readContent(message.content)
  // What an earlier version said of the bridge kept nothing of what that was about.
  if (said?.kind !== 'notice') return placeOfOwn(key, tools)
  const { about, answers } = said
  if (about !== undefined && networkOf(about) === 'whatsapp') return chats.resolve(about)
  const below = answers === undefined ? undefined : links.subject({ chat, id: answers })
  return below && below.key < key ? whomFor(below, tools) : undefined
}
