import { oneLine, plainText } from '../../bridge/rich-text.ts'
import { readKept } from '../send/kept.ts'
import { repeatable } from '../send/repeatable.ts'
import { textPart } from '../send/text.ts'
import { type ChangeDesk, takeAway } from './desk.ts'

/** Pins or unpins the message without a sound. Where the bot may not, an answer says that it was pinned. */
export const showPin = async (pinned: boolean, desk: ChangeDesk): Promise<void> => {
  const { changed, senderLine } = desk.change
  const [target] = changed.parts
  if (target === undefined) return
  const remark = changed.parts.find(({ raw }) => readKept(raw)?.as === 'pin')
  const id = { message_id: Number(target.id) }
  const outcome = pinned
    ? await repeatable('pinChatMessage', { ...id, disable_notification: true }, desk)
    : await repeatable('unpinChatMessage', id, desk)
  if (pinned && outcome === 'refused' && !remark) {
    const text = senderLine === undefined ? '📌 Pinned' : `📌 ${oneLine(senderLine)} pinned this`
    await desk.send({ ...textPart(plainText(text)), remark: 'pin' }, target)
  }
  if (!pinned && remark) await takeAway(remark.id, desk)
}
