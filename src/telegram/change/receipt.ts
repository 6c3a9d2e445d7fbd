import type { ChangeOf } from '../../bridge/event.ts'
import type { ChangeDesk } from './desk.ts'
import { nativeReaction, setReaction, signs } from './reaction.ts'

type State = ChangeOf<'receipt'>['state']

/** What became of the owner's message, as the bot's reaction to it; somebody's own reaction says more. Never a noise. */
export const showReceipt = async (state: State, desk: ChangeDesk): Promise<void> => {
  const { changed } = desk.change
  const [target] = changed.parts
  if (target === undefined || target.byBridge) return
  if (state !== 'failed' && (!desk.options.receipts || nativeReaction(changed.reactions) !== undefined))
    return
  await setReaction(target.id, signs[state], desk)
}
