import type { Delivery, SentPart } from '../../bridge/network.ts'
import { editMedia, editWords, isReplaceable, removeMessage } from './edit.ts'
import { keepAs, readKept } from './kept.ts'
import { styled } from './line.ts'
import type { Part } from './part.ts'
import type { Desk } from './repeatable.ts'

/**
 * Whether a message can take the place of what stood for it. An edit cannot make an answer of a message, nor an album, a
 * voice note or a place.
 */
const takesPlace = (part: Part, { placeholder = [], replyTo, sent }: Delivery): boolean => {
  const [first] = placeholder
  const as = readKept(first?.raw)?.as ?? 'text'
  const isText = part.method === 'sendMessage'
  return (
    first !== undefined &&
    sent.length === 0 &&
    replyTo === undefined &&
    part.album === undefined &&
    as === 'text' &&
    (isText || isReplaceable(part))
  )
}

/** Makes the placeholder the first part of the message; false when Telegram does not let it. */
export const replacePlaceholder = async (part: Part, delivery: Delivery, desk: Desk): Promise<boolean> => {
  const { id, raw } = delivery.placeholder?.[0] ?? {}
  if (id === undefined || !takesPlace(part, delivery)) return false
  const outcome = part.file
    ? await editMedia(id, part, desk)
    : await editWords(id, { ...part, as: 'text', words: part.look.words }, desk)
  if (outcome !== 'done') return false
  delivery.onSent({ id, raw: keepAs(part, readKept(raw)?.reacted) })
  return true
}

/** Takes placeholders away that nothing took the place of, and the note under them. */
export const removePlaceholders = async (
  { placeholder = [], note, sent }: Delivery,
  desk: Desk,
): Promise<void> => {
  const stays = ({ id }: SentPart): boolean => sent.some(part => part.id === id)
  const [first] = placeholder
  if (note && first && !stays(first)) await removeMessage(note.id, desk)
  for (const part of placeholder) {
    if (stays(part)) continue
    const outcome = await removeMessage(part.id, desk)
    // It is older than Telegram lets a bot delete.
    if (outcome === 'refused') {
      await editWords(part.id, { as: 'text', words: styled('Arrived: see below', 'italic') }, desk)
    }
  }
}
