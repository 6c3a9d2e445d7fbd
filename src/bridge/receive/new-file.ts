import { networkOf } from '../chat-ref.ts'
import { addNotice } from '../deliver/notice.ts'
import type { MessageEvent } from '../event.ts'
import { messageTopic } from '../topics.ts'
import { rewrite } from './change-waiting.ts'
import { fromBackup, type ReceiveContext, type Reception } from './reception.ts'
import { placeOfOwn } from './went-to.ts'
import { whereabouts } from './whereabouts.ts'

/**
 * A file that the owner has put in the place of another goes as a further part of the same message, to where that went:
 * what they do with it afterwards is about both. One that waits is replaced where it waits. Undefined for everything else.
 */
export const receiveNewFile = (event: MessageEvent, context: ReceiveContext): Reception | undefined => {
  const { store, outbox, mappings, now, time } = context
  const { chat, id, sender, replaces, content } = event
  if (replaces === undefined) return undefined
  const before = store.links.find(whereabouts({ chat, id: replaces }, context))
  // What never was for anybody is for nobody with another file either, whoever is mapped there by now.
  if (!before?.me || before.deleted) return 'ignored'
  if (store.links.remember({ chat, id, author: sender.person, me: sender.me }, time) === undefined)
    return 'duplicate'
  if (rewrite(content, before, context)) return 'job'
  const target = placeOfOwn(before.key, context)
  if (target === undefined || !mappings.some(each => each.whatsapp === target && !each.toTelegramOnly)) {
    addNotice(context, { chat, text: notMapped, replyTo: replaces, now })
    return 'refused'
  }
  outbox.add(
    {
      lane: chat,
      target,
      source: before.key,
      messageId: context.newMessageId(networkOf(target)),
      event: JSON.stringify({ ...event, id: replaces }),
      topic: messageTopic(before.key),
      ...fromBackup(context, target),
    },
    now,
  )
  return 'job'
}

const notMapped =
  'Not sent: I cannot tell where this new file should go. Please send it as a message of its own'
