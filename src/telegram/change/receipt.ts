import type { ChangeOf } from '../../bridge/event.ts'
import type { ChangeDesk } from './desk.ts'
import { nativeReaction, setReaction, signs, standsInAlbum } from './reaction.ts'

type State = ChangeOf<'receipt'>['state']

/**
 * What became of the owner's message, as the bot's reaction to it; somebody's own reaction says more. Never a noise. All
 * pictures of an album have one place for it, where nobody else's stands (`reaction.ts`): they show how far the album is.
 */
export const showReceipt = async (state: State, desk: ChangeDesk): Promise<void> => {
  const { changed } = desk.change
  const [target] = changed.parts
  if (target === undefined || target.byBridge) return
  const isOne = !standsInAlbum(target)
  const shown = isOne || state === 'failed' ? state : changed.receipt
  const isCovered = isOne && nativeReaction(changed.reactions) !== undefined
  if (shown === undefined || (shown !== 'failed' && (!desk.options.receipts || isCovered))) return
  await setReaction(target.id, signs[shown], desk)
}
