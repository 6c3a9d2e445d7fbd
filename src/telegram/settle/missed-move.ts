import type { Delivery } from '../../bridge/network.ts'
import { isBasicGroup } from '../address.ts'
import { CallError } from '../call-error.ts'
import { verdictOf } from '../errors.ts'
import { movedTo } from '../moved-to.ts'
import { currentPlace } from '../send/context.ts'
import type { SettleContext } from './quest.ts'

/**
 * What a backup brought back may stand in the supergroup that its group has become since: of that no word comes any more. Throws
 * `DeliveryError` where Telegram does not say.
 */
export const askForMove = async (
  { chat, restored, signal }: Pick<Delivery, 'chat' | 'restored' | 'signal'>,
  { api, marks, moved, connected }: SettleContext,
): Promise<void> => {
  const { chatId } = currentPlace({ chat }, marks)
  if (!restored || !isBasicGroup(chatId)) return
  try {
    const to = await movedTo(chatId, { api, signal })
    if (to !== undefined) moved({ chatId }, { chatId: to })
  } catch (error) {
    throw error instanceof CallError ? verdictOf(error, { sending: false, connected: connected() }) : error
  }
}
