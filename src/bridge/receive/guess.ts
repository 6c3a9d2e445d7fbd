import type { Store, StoredMessage } from '../../store/index.ts'
import { type ContentOf, readContent } from '../content.ts'
import type { MessageEvent } from '../event.ts'
import { isEarlier } from './early.ts'
import type { ReceiveContext } from './reception.ts'

/**
 * Why an answer does not go to the chat that is mapped, where nobody knows for whom it is: what it answers may be somebody
 * else's. Undefined where it may go there. `answered`: what is known of that.
 */
export const refusalOfGuess = (
  { chat, replyTo, sender }: Pick<MessageEvent, 'chat' | 'replyTo' | 'sender'>,
  answered: StoredMessage | undefined,
  { mappings, store, ownerChat }: Pick<ReceiveContext, 'mappings' | 'store' | 'ownerChat'>,
): string | undefined => {
  if (replyTo === undefined) return undefined
  const isOurs = answered !== undefined || replyTo.byBridge
  const isOwn = replyTo.person === sender.person
  const all = store.mappings.list()
  // Where topics were switched off it may have come into one, or have been written there.
  const isBesideTopics = all.some(({ telegram }) => telegram.startsWith(`${chat}/`))
  const isElsewhere = answered !== undefined && answered.chat !== chat
  const mayBeOthers = isElsewhere || (isOurs && mappings.length > 1) || ((isOurs || isOwn) && isBesideTopics)
  // In the owner's chat the bridge speaks of all chats.
  const isUnknown = answered === undefined && (replyTo.byBridge || isOwn)
  const maySpeakOfOthers = isUnknown && chat === ownerChat?.() && all.length > mappings.length
  const why = mayBeOthers
    ? 'several WhatsApp chats come here'
    : maySpeakOfOthers
      ? 'I speak of several WhatsApp chats here'
      : undefined
  if (why !== undefined) {
    const first = mappings.find(({ toTelegramOnly }) => !toTelegramOnly)
    const rest = first ? ` What answers no message goes to "${store.chats.displayName(first.whatsapp)}"` : ''
    return `Not sent: ${why}, and I do not know from which one the message is that you answered.${rest}`
  }
  const isUnder = answered && noticeIn(answered)?.answers !== undefined
  if (answered && isOfNobody(answered, store)) return answered.me || isUnder ? wentNowhere : ownWord
  return replyTo.at !== undefined && isEarlier(replyTo.at, mappings) ? earlier : undefined
}

const noticeIn = ({ content: json }: StoredMessage): ContentOf<'notice'> | undefined => {
  const said = json === undefined ? undefined : readContent(json)
  return said?.kind === 'notice' ? said : undefined
}

/**
 * A word of the bridge to its owner that is about no chat, and stands under no message; what the owner wrote and was refused for
 * want of knowing for whom it was (`message.ts`); and the word under that, or under a message of which nothing is known.
 */
const isOfNobody = (message: StoredMessage, { links }: Pick<Store, 'links'>): boolean => {
  const notice = noticeIn(message)
  if (notice === undefined || notice.about !== undefined) return false
  if (notice.answers === undefined) return true
  const below = links.subject({ chat: message.chat, id: notice.answers })
  return below === undefined || (below.me && isOfNobody(below, { links }))
}

const ownWord =
  'Not sent: you answered what I have told you, and that is about no chat. Write it as no answer if it is for whoever is mapped here'
const wentNowhere =
  'Not sent: that message went to nobody, and I do not know for whom the answer is. Write it as no answer if it is for whoever is mapped here'
const earlier =
  'Not sent: the message that you answered was written before this chat was mapped, and I do not know for whom the answer is. Write it as no answer if it is for whoever is mapped here now'
