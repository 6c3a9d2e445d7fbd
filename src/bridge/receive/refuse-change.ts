import { networkOf } from '../chat-ref.ts'
import { addNotice, type NoticeTools } from '../deliver/notice.ts'
import type { ChangeEvent } from '../event.ts'
import type { ReceiveContext, Reception } from './reception.ts'

/** Tells the owner why what they did with a message is not done in WhatsApp. */
export const refuseChange = (
  { kind, chat, target }: Pick<ChangeEvent, 'kind' | 'chat' | 'target'>,
  why: string,
  context: NoticeTools & Pick<ReceiveContext, 'now'>,
): Reception => {
  const what = kind === 'deletion' ? 'Not deleted' : 'Not done in WhatsApp'
  addNotice(context, { chat, text: `${what}: ${why}`, replyTo: target.id, now: context.now })
  return 'refused'
}

/**
 * Where a chat is mapped to none any more, what the owner does with messages from there is left alone. But whoever wants one
 * deleted must not believe that it is.
 */
export const refuseUnmapped = (
  event: ChangeEvent,
  context: NoticeTools & Pick<ReceiveContext, 'now'>,
): Reception => {
  const { kind, chat, target } = event
  if (kind !== 'deletion' || networkOf(chat) !== 'telegram') return 'unmapped'
  const subject = context.store.links.subject({ chat, id: target.id })
  if (subject === undefined || networkOf(subject.chat) !== 'whatsapp') return 'unmapped'
  return refuseChange(event, 'this chat is mapped to no WhatsApp chat any more', context)
}
