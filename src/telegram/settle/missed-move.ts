import type { Delivery } from '../../bridge/network.ts'
import { isBasicGroup } from '../address.ts'
import { CallError } from '../call-error.ts'
import { verdictOf } from '../errors.ts'
import { movedTo } from '../moved-to.ts'
import { currentPlace } from '../send/context.ts'
import type { SettleContext } from './quest.ts'

/**
 * That a group has become a supergroup may not be heard yet, or never where a backup was put back: then what is looked for may stand
 * there, and what Telegram says of messages in the group proves less (`probe.ts`). Throws `DeliveryError` where it does not say.
 */
export const askForMove = async (
  { chat, signal }: Pick<Delivery, 'chat' | 'signal'>,
  { api, marks, moved, connected }: SettleContext,
): Promise<void> => {
  const { chatId } = currentPlace({ chat }, marks)
  if (!isBasicGroup(chatId)) return
  try {
    const to = await movedTo(chatId, { api, signal })
    if (to !== undefined) moved({ chatId }, { chatId: to })
  } catch (error) {
    throw error instanceof CallError ? verdictOf(error, { sending: false, connected: connected() }) : error
  }
}
