import { addNotice } from '../deliver/notice.ts'
import type { ChangeEvent } from '../event.ts'
import type { ReceiveContext, Reception } from './reception.ts'

/** Tells the owner why what they did with a message is not done in WhatsApp. */
export const refuseChange = (
  { kind, chat, target }: Pick<ChangeEvent, 'kind' | 'chat' | 'target'>,
  why: string,
  context: ReceiveContext,
): Reception => {
  const what = kind === 'deletion' ? 'Not deleted' : 'Not done in WhatsApp'
  addNotice(context, { chat, text: `${what}: ${why}`, replyTo: target.id, now: context.now })
  return 'refused'
}
